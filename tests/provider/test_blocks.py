"""Turns in blocks: no more calls than the key has, whoever dies; what is not used is given back."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import psycopg
import pytest

from airflow_provider_alphavantage.blocks import LARGEST, BlockLimiter
from airflow_provider_alphavantage.exceptions import BudgetSpent
from airflow_provider_alphavantage.ledger import PostgresLedger
from airflow_provider_alphavantage.pacing import PATIENCE, Budget, Call, fingerprint

pytestmark = pytest.mark.postgres
CALL = Call(fingerprint("KEY"), "home", "TIME_SERIES_DAILY", "IBM")
FAST = Budget(None, 1200, 0.05, 16)
ROWS = "select function, symbol, outcome, bytes from api_call order by id"


@pytest.fixture
def ledger_url(warehouse_url) -> str:
    PostgresLedger(lambda: psycopg.connect(warehouse_url)).create()
    return warehouse_url


def limiter(url: str, expected: int, clock: Callable[[], float] = lambda: 0.0) -> BlockLimiter:
    return BlockLimiter(PostgresLedger(lambda: psycopg.connect(url), keeps=True), expected, clock)


def rows(url: str, query: str = ROWS) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_a_second_of_calls_is_reserved_at_once_and_each_has_its_turn(ledger_url):
    blocks = limiter(ledger_url, expected=100)
    turns = [blocks.reserve(CALL, FAST) for _ in range(3)]
    assert [round(turn.wait, 2) for turn in turns] == pytest.approx([0.0, 0.05, 0.1], abs=0.04)
    assert len(rows(ledger_url)) == 20
    blocks.close()
    assert len(rows(ledger_url)) == 3


def test_no_more_is_reserved_than_will_be_asked(ledger_url):
    blocks = limiter(ledger_url, expected=2)
    blocks.reserve(CALL, FAST)
    assert len(rows(ledger_url)) == 2
    for _ in range(3):  # one more than was expected: by itself
        blocks.reserve(CALL, FAST)
    assert len(rows(ledger_url)) == 4
    blocks.close()


def test_a_key_with_a_limit_for_the_day_takes_one_call_at_a_time(ledger_url):
    blocks = limiter(ledger_url, expected=25)
    two = Budget(2, None, 0.001)
    for _ in range(2):
        blocks.reserve(CALL, two)
    assert len(rows(ledger_url)) == 2
    assert blocks.left(CALL.fingerprint, two, timedelta(0)) == 0
    with pytest.raises(BudgetSpent):
        blocks.reserve(CALL, two)
    blocks.close()


def test_the_ends_of_calls_are_noted_with_what_they_were(ledger_url):
    blocks = limiter(ledger_url, expected=2)
    for symbol, outcome, size in (("MSFT", "data", 7679), ("AAPL", "TransportError", None)):
        call = Call(CALL.fingerprint, "home", "SPLITS", symbol)
        blocks.settle(blocks.reserve(call, FAST), outcome, size, 0.25)
    assert {outcome for _, _, outcome, _ in rows(ledger_url)} == {None}
    blocks.close()
    assert rows(ledger_url) == [("SPLITS", "MSFT", "data", 7679), ("SPLITS", "AAPL", "TransportError", None)]
    assert rows(ledger_url, "select distinct duration_ms from api_call") == [(250,)]


def test_who_dies_has_spent_its_block_and_no_more(ledger_url):
    """A crash counts: nobody else may use these turns."""
    blocks = limiter(ledger_url, expected=1000)
    blocks.reserve(CALL, FAST)  # and dies
    other = limiter(ledger_url, expected=1)
    assert other.reserve(CALL, FAST).wait == pytest.approx(1.0, abs=0.1)
    assert len(rows(ledger_url)) == 21
    other.close()


def test_a_key_that_asks_too_often_gets_no_turn_anywhere_for_a_while(ledger_url):
    blocks, other = limiter(ledger_url, expected=100), limiter(ledger_url, expected=100)
    blocks.reserve(CALL, FAST)
    blocks.pause(CALL, 30)
    assert len(rows(ledger_url)) == 1
    for one in (blocks, other):
        assert one.reserve(CALL, FAST).wait == pytest.approx(30, abs=3)
        one.close()
    another_key = limiter(ledger_url, expected=1)
    assert another_key.reserve(Call("other", "elsewhere", "SPLITS"), FAST).wait < 1
    another_key.close()


def test_a_database_that_was_restarted_does_no_harm(ledger_url):
    blocks = limiter(ledger_url, expected=1)
    blocks.reserve(CALL, FAST)
    others = "pid <> pg_backend_pid() and datname = current_database()"
    rows(ledger_url, f"select pg_terminate_backend(pid) from pg_stat_activity where {others}")
    blocks.reserve(CALL, FAST)
    assert len(rows(ledger_url)) == 2
    blocks.close()


def ask_in_threads(url: str, budget: Budget, attempts: int, dies: bool) -> None:
    blocks = limiter(url, expected=attempts)

    def ask(_: int) -> None:
        try:
            blocks.settle(blocks.reserve(CALL, budget), "data", 1, 0.0)
        except BudgetSpent:
            return

    with ThreadPoolExecutor(4) as pool:
        for place, _ in enumerate(pool.map(ask, range(attempts))):
            if dies and place == attempts // 2:
                os.kill(os.getpid(), signal.SIGKILL)
    blocks.close()


def test_threads_of_processes_of_which_some_are_killed_never_exceed_a_window(ledger_url):
    budget, attempts = Budget(None, 60, 0.02, 4), 200
    start = multiprocessing.get_context("spawn").Process
    processes = [
        start(target=ask_in_threads, args=(ledger_url, budget, attempts, n % 4 == 3)) for n in range(8)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0, -signal.SIGKILL] * 2
    turns = [at for (at,) in rows(ledger_url, "select reserved_at from api_call order by reserved_at")]
    assert 60 <= len(turns) <= 8 * attempts + 2 * LARGEST
    minute, gap = timedelta(minutes=1), timedelta(seconds=budget.spacing)
    assert all(later - sooner >= minute for sooner, later in zip(turns, turns[60:], strict=False))
    assert all(later - sooner >= gap for sooner, later in pairwise(turns))
    assert turns[-1] - turns[0] <= PATIENCE + minute
