"""Limits are kept by count and by clock, in one process and across many."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg
import pytest

from airflow_provider_alphavantage.exceptions import BudgetSpent, LedgerUnavailable
from airflow_provider_alphavantage.ledger import PostgresLedger
from airflow_provider_alphavantage.pacing import (
    PLANS,
    Budget,
    Call,
    LocalLimiter,
    budget_of,
    fingerprint,
    quota_back_at,
)
from tests.conftest import PROJECT

START = datetime(2026, 5, 15, tzinfo=UTC)
CALL = Call(fingerprint("KEY"), "home", "TIME_SERIES_DAILY", "IBM")
FREE = PLANS["free"]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> datetime:
        return self.instant

    def forward(self, **span: float) -> None:
        self.instant += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["local", pytest.param("ledger", marks=pytest.mark.postgres)])
def limiter(request, clock):
    if request.param == "local":
        return LocalLimiter(clock)
    url = request.getfixturevalue("warehouse_url")
    ledger = PostgresLedger(lambda: psycopg.connect(url), clock)
    ledger.create()
    return ledger


def wait(limiter, call=CALL, budget=FREE) -> float:
    return round(limiter.reserve(call, budget).wait, 1)


def test_calls_are_spaced_and_each_is_told_its_turn(limiter):
    assert [wait(limiter) for _ in range(4)] == [0.0, 1.5, 3.0, 4.5]


def test_a_turn_too_far_off_is_refused_with_the_time(limiter, clock):
    waits = [wait(limiter, budget=Budget(None, None, 30)) for _ in range(3)]
    assert waits == [0.0, 30.0, 60.0]
    with pytest.raises(BudgetSpent, match="No call is left until 2026-05-15 00:01:30 UTC") as caught:
        limiter.reserve(CALL, Budget(None, None, 30))
    assert abs(caught.value.possible_at - START - timedelta(seconds=90)) < timedelta(seconds=1)
    clock.forward(seconds=30)
    assert wait(limiter, budget=Budget(None, None, 30)) == 60.0


def test_a_key_without_calls_takes_no_turn_from_another_on_its_address(limiter, clock):
    one_a_day = Budget(1, None, 1.5)
    wait(limiter, budget=one_a_day)
    clock.forward(hours=1)
    for _ in range(40):
        with pytest.raises(BudgetSpent):
            limiter.reserve(CALL, one_a_day)
    assert wait(limiter, Call(fingerprint("FRESH"), "home", "SPLITS"), one_a_day) == 0.0


def test_a_free_key_has_25_calls_in_any_24_hours(limiter, clock):
    for _ in range(25):
        assert wait(limiter) == 0.0
        clock.forward(minutes=10)
    with pytest.raises(BudgetSpent) as caught:
        limiter.reserve(CALL, FREE)
    assert abs(caught.value.possible_at - START - timedelta(days=1)) < timedelta(seconds=1)
    clock.instant = START + timedelta(days=1, milliseconds=2)
    assert wait(limiter) == 0.0
    with pytest.raises(BudgetSpent):
        limiter.reserve(CALL, FREE)


@pytest.mark.parametrize("per_minute", [5, 24, 25, 26, 75])
def test_limits_of_a_minute_and_of_a_day_hold_together(limiter, clock, per_minute):
    budget, turns = Budget(25, per_minute, 1.5), []
    for _ in range(60):
        try:
            turns.append(clock.instant + timedelta(seconds=limiter.reserve(CALL, budget).wait))
        except BudgetSpent:
            clock.forward(seconds=20)
    assert len(turns) == 25
    minute = timedelta(minutes=1)
    assert all(b - a >= minute for a, b in zip(turns, turns[per_minute:], strict=False))


def test_what_is_left_counts_what_comes_free_while_one_waits(limiter, clock):
    """At the same minute as yesterday's run, a minute early even, the key still has its 25."""
    key = CALL.fingerprint
    assert limiter.left(key, FREE, timedelta(0)) == 25
    for _ in range(25):
        wait(limiter)
        clock.forward(seconds=2)
    assert limiter.left(key, FREE, timedelta(hours=2)) == 0
    clock.forward(days=1, seconds=-110)
    assert limiter.left(key, FREE, timedelta(0)) == 0
    assert limiter.left(key, FREE, timedelta(hours=2)) == 25
    assert limiter.left("another", FREE, timedelta(0)) == 25
    assert limiter.left(key, PLANS["premium"], timedelta(0)) is None


def test_a_premium_key_has_75_calls_in_any_minute(limiter, clock):
    premium = PLANS["premium"]
    waits = [wait(limiter, budget=premium) for _ in range(75)]
    assert waits[:3] == [0.0, 0.2, 0.4]
    assert waits[74] == pytest.approx(14.8, abs=0.1)
    assert wait(limiter, budget=premium) == pytest.approx(60, abs=0.1)  # a minute is waited for


def test_keys_share_the_second_of_their_address_and_not_the_day(limiter, clock):
    other = Call(fingerprint("OTHER"), "home", "SPLITS")
    away = Call(fingerprint("KEY"), "away", "SPLITS")
    assert [wait(limiter), wait(limiter, other), wait(limiter, away)] == [0.0, 1.5, 0.0]
    one_a_day = Budget(1, None, 1.5)
    clock.forward(hours=1)
    with pytest.raises(BudgetSpent):
        limiter.reserve(away, one_a_day)
    assert wait(limiter, Call(fingerprint("THIRD"), "home", "SPLITS"), one_a_day) == 0.0


def test_the_fingerprint_tells_keys_apart_and_not_what_they_are():
    assert fingerprint("KEY") != fingerprint("KEZ")
    assert "KEY" not in fingerprint("KEY")
    assert len(fingerprint("KEY")) == 12


@pytest.mark.parametrize(
    ("extra", "budget"),
    [
        ({}, Budget(25, None, 1.5)),
        ({"plan": "premium"}, Budget(None, 75, 0.2, 16)),
        ({"plan": "premium", "calls_per_minute": "600"}, Budget(None, 600, 0.1, 16)),
        ({"plan": "premium", "calls_at_once": "3"}, Budget(None, 75, 0.2, 3)),
        ({"calls_per_day": 100, "seconds_between_calls": 12.5, "calls_per_minute": 5}, Budget(100, 5, 12.5)),
        ({"calls_per_day": "", "plan": None}, Budget(25, None, 1.5)),
    ],
)
def test_limits_come_from_the_connection(extra, budget):
    assert budget_of(extra) == budget


@pytest.mark.parametrize(
    "extra",
    [
        {"plan": "gold"},
        {"calls_per_day": 0},
        {"calls_per_day": 0.5},
        {"calls_per_minute": "many"},
        {"seconds_between_calls": -1},
        {"seconds_between_calls": "nan"},
    ],
)
def test_limits_that_make_no_sense_are_named(extra):
    (name,) = extra
    with pytest.raises(ValueError, match=f"The connection's {name} is"):
        budget_of(extra)


@pytest.mark.postgres
class TestLedger:
    @pytest.fixture
    def ledger(self, warehouse_url, clock) -> PostgresLedger:
        ledger = PostgresLedger(lambda: psycopg.connect(warehouse_url), clock)
        ledger.create()
        return ledger

    def test_each_call_is_a_row_from_reservation_to_outcome(self, ledger, warehouse):
        first, _ = ledger.reserve(CALL, FREE), ledger.reserve(CALL, FREE)
        ledger.settle(first, "data", 5545, 0.25)
        rows = warehouse.execute(
            "select function, symbol, outcome, bytes, duration_ms from api_call order by id"
        ).fetchall()
        assert rows == [
            ("TIME_SERIES_DAILY", "IBM", "data", 5545, 250),
            ("TIME_SERIES_DAILY", "IBM", None, None, None),
        ]

    def test_creating_it_again_keeps_what_is_there(self, ledger, warehouse):
        ledger.reserve(CALL, FREE)
        ledger.create()
        assert warehouse.execute("select count(*) from api_call").fetchone() == (1,)

    def test_without_a_clock_it_goes_by_the_databases(self, ledger, warehouse_url, warehouse):
        PostgresLedger(lambda: psycopg.connect(warehouse_url)).reserve(CALL, FREE)
        (age,) = warehouse.execute("select clock_timestamp() - max(reserved_at) from api_call").fetchone()
        assert timedelta(0) <= age < timedelta(seconds=30)

    @pytest.mark.parametrize("lost", ["drop table api_call cascade", "drop function reserve_api_call"])
    def test_without_a_ledger_no_call_is_made(self, ledger, warehouse, lost):
        warehouse.execute(lost)
        warehouse.commit()
        with pytest.raises(LedgerUnavailable, match="create the ledger there"):
            ledger.reserve(CALL, FREE)

    def test_a_database_that_does_not_answer_is_named(self):
        with pytest.raises(LedgerUnavailable, match="connection"):
            PostgresLedger(lambda: psycopg.connect("postgresql://127.0.0.1:1/x")).reserve(CALL, FREE)


WORKER = """
import random, sys
from datetime import datetime, timedelta, UTC
import psycopg
from airflow_provider_alphavantage.exceptions import BudgetSpent, LedgerUnavailable
from airflow_provider_alphavantage.ledger import PostgresLedger
from airflow_provider_alphavantage.pacing import PLANS, Call, fingerprint

url, seed = sys.argv[1], int(sys.argv[2])
draw = random.Random(seed)
now = datetime(2026, 5, 15, tzinfo=UTC)
ledger = PostgresLedger(lambda: psycopg.connect(url), lambda: now)
call = Call(fingerprint("KEY"), "home", "TIME_SERIES_DAILY")
attempts = 0
while attempts < 200:
    now += timedelta(seconds=draw.choice([0, 0.2, 1, 30, 900, 3600]) * draw.random())
    try:
        ledger.reserve(call, PLANS["free"])
    except BudgetSpent:
        pass
    except LedgerUnavailable:
        continue
    attempts += 1
print("done")
"""


@pytest.mark.postgres
def test_eight_processes_never_overspend_though_some_die_and_the_database_restarts(tmp_path):
    from include.local import postgres

    server = postgres.start(tmp_path / "pg")
    try:
        url = server.superuser_dsn()
        PostgresLedger(lambda: psycopg.connect(url)).create()
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", WORKER, url, str(seed)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
            )
            for seed in range(10)
        ]
        reserved_by = _reserved(url, at_least=20)
        for victim in workers[:2]:
            os.kill(victim.pid, signal.SIGKILL)
        postgres.stop(tmp_path / "pg")
        server = postgres.start(tmp_path / "pg", server.port)
        assert [worker.communicate(timeout=120)[0] for worker in workers[2:]] == ["done\n"] * 8
        with psycopg.connect(url) as connection:
            calls = [row[0] for row in connection.execute("select reserved_at from api_call order by 1")]
    finally:
        postgres.remove(tmp_path / "pg")
    assert len(calls) > reserved_by
    assert min(later - earlier for earlier, later in pairwise(calls)) >= timedelta(seconds=1.5)
    day = timedelta(days=1)
    assert all(later - earlier >= day for earlier, later in zip(calls, calls[25:], strict=False))


def _reserved(url: str, at_least: int) -> int:
    """Wait until the workers are in the middle of it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with psycopg.connect(url) as connection:
            (count,) = connection.execute("select count(*) from api_call").fetchone()
        if count >= at_least:
            return count
    raise AssertionError("the workers reserve nothing")


@pytest.mark.parametrize(
    ("now", "back"),
    [
        ("2026-05-15T15:00:00+00:00", "2026-05-16T04:05:00+00:00"),  # New York begins its day after UTC
        ("2026-05-15T23:59:00+00:00", "2026-05-16T04:05:00+00:00"),
        ("2026-05-16T02:00:00+00:00", "2026-05-17T00:05:00+00:00"),  # UTC after New York
        ("2026-05-16T04:01:00+00:00", "2026-05-17T04:01:00+00:00"),  # 24 hours at most
        ("2026-01-15T15:00:00+00:00", "2026-01-16T05:05:00+00:00"),
        ("2026-05-15T11:00:00-04:00", "2026-05-16T04:05:00+00:00"),
    ],
)
def test_a_quota_is_back_when_the_day_has_begun_wherever_the_vendor_counts_it(now, back):
    assert quota_back_at(datetime.fromisoformat(now)) == datetime.fromisoformat(back)
