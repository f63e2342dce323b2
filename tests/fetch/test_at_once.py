"""Several calls at once: as many as the key allows, in order for each symbol, and nothing that is lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage import exceptions as e
from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.responses import read
from include.fetch.fetcher import Fetcher
from include.fetch.in_flight import InFlight
from include.fetch.outcomes import BrokenRequest
from include.plan.needs import PlannedRequest
from include.warehouse.runs import requests_of
from tests.conftest import PROJECT

pytestmark = pytest.mark.postgres
MORNING = datetime(2026, 5, 16, 6, tzinfo=UTC)
BARS = "timestamp,open,high,low,close,volume\n2026-05-15,218.2,220.91,217.615,219.3,6154450\n"
LISTS = {"SPLITS": "effective_date,split_factor\n", "DIVIDENDS": "ex_dividend_date,amount\n"}
LISTS["DIVIDENDS"] = "ex_dividend_date,declaration_date,record_date,payment_date,amount\n"
SYMBOLS = ("IBM", "MSFT", "AAPL", "AMZN", "TSLA", "NVDA", "KO", "DIS")


class Vendor:
    """Answers once so many calls are under way; raises what a symbol is told to."""

    def __init__(self, together: int = 1, **wrong: Exception) -> None:
        self.barrier = threading.Barrier(together, timeout=20)
        self.wrong, self.lock = wrong, threading.Lock()
        self.asked: list[tuple[str, str]] = []
        self.under_way, self.most = 0, 0

    def query(self, function: str, **parameters: str) -> Answer:
        symbol = parameters["symbol"]
        with self.lock:
            self.asked.append((symbol, function))
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        self.barrier.wait()
        with self.lock:
            self.under_way -= 1
        if symbol in self.wrong:
            raise self.wrong[symbol]
        body = LISTS.get(function, BARS).encode()
        return Answer(read(body, function=function), MORNING, "sandbox", function, symbol, 0.2)


@pytest.fixture
def fetch(warehouse, started, tmp_path):
    def fetch_them(vendor: Vendor, *functions: str, most: int, symbols=SYMBOLS, run_id: str = "r"):
        run = started(*symbols, run_id=run_id)
        store = ObjectStoragePath(f"file://{tmp_path}/store")
        fetcher = Fetcher(run, warehouse, vendor, store, in_flight=InFlight(1e6, most))
        asked = [PlannedRequest(symbol, "compact", function) for symbol in symbols for function in functions]
        return run, fetcher.fetch(asked)

    return fetch_them


def test_as_many_calls_are_under_way_as_may_be_and_each_is_recorded(warehouse, fetch):
    vendor = Vendor(together=4)
    run, errors = fetch(vendor, "TIME_SERIES_DAILY", most=4)
    assert (errors, vendor.most) == ([], 4)
    assert Counter(vendor.asked) == Counter((symbol, "TIME_SERIES_DAILY") for symbol in SYMBOLS)
    assert {request.symbol: request.outcome for request in requests_of(warehouse, run)} == dict.fromkeys(
        SYMBOLS, "fetched"
    )


def test_a_key_that_may_have_one_call_under_way_asks_in_the_order_of_the_plan(fetch):
    vendor = Vendor()
    fetch(vendor, "TIME_SERIES_DAILY", "SPLITS", most=1)
    assert vendor.most == 1
    assert vendor.asked == [(s, f) for s in SYMBOLS for f in ("TIME_SERIES_DAILY", "SPLITS")]


def test_what_is_asked_of_one_symbol_is_asked_in_turn_and_not_after_a_refusal(warehouse, fetch):
    vendor = Vendor(KO=e.InvalidRequest("Invalid API call.", function="TIME_SERIES_DAILY", symbol="KO"))
    run, errors = fetch(vendor, "TIME_SERIES_DAILY", "SPLITS", "DIVIDENDS", most=8)
    assert [type(error) for error in errors] == [e.InvalidRequest]
    for symbol in SYMBOLS:
        own = [function for asked, function in vendor.asked if asked == symbol]
        assert own == ["TIME_SERIES_DAILY", "SPLITS", "DIVIDENDS"][: 1 if symbol == "KO" else 3]
    assert Counter(request.outcome for request in requests_of(warehouse, run)) == {"fetched": 21, "failed": 1}


def test_whatever_fails_with_one_the_others_are_there(warehouse, fetch):
    vendor = Vendor(
        together=4,
        KO=OSError("disk"),
        DIS=e.TransportError("reset", function="TIME_SERIES_DAILY", symbol="DIS"),
    )
    run, errors = fetch(vendor, "TIME_SERIES_DAILY", most=4)
    assert {type(error) for error in errors} == {BrokenRequest, e.TransportError}
    kinds = {request.symbol: request.kind for request in requests_of(warehouse, run)}
    assert kinds == dict.fromkeys(SYMBOLS) | {"KO": "OSError", "DIS": "TransportError"}


def test_a_spent_budget_defers_all_but_what_is_under_way(warehouse, fetch):
    spent = e.BudgetSpent(MORNING + timedelta(hours=1), function="TIME_SERIES_DAILY", symbol="IBM")
    vendor = Vendor(together=2, **dict.fromkeys(SYMBOLS, spent))
    run, _ = fetch(vendor, "TIME_SERIES_DAILY", most=2)
    assert len(vendor.asked) == 2
    assert Counter(request.outcome for request in requests_of(warehouse, run)) == {"deferred": 8}


def test_what_is_wanted_in_flight_follows_from_rate_and_latency():
    """20 calls a second of 0.2 s each: 4, half as many again for what differs, and one."""
    measured = InFlight(per_second=20, most=16)
    assert measured.wanted == 16
    measured.took(0.2)
    assert measured.wanted == 7
    for _ in range(60):
        measured.took(0.5)
    assert measured.wanted == 16
    assert InFlight(per_second=0.67, most=1).wanted == 1


def test_what_was_recorded_before_a_kill_is_not_asked_again(warehouse, fetch):
    """The process dies while two calls are under way: those two alone are asked again."""

    class Death(BaseException):
        pass

    vendor = Vendor(TSLA=Death(), AMZN=Death())
    with pytest.raises(Death):
        fetch(vendor, "TIME_SERIES_DAILY", most=1)
    warehouse.rollback()
    before = len(vendor.asked)
    again = Vendor()
    run, errors = fetch(again, "TIME_SERIES_DAILY", most=1)
    assert errors == []
    assert before == 4
    assert [symbol for symbol, _ in again.asked] == list(SYMBOLS[3:])
    assert len(requests_of(warehouse, run)) == 8


DYING = """
import os, signal, sys, threading
from datetime import UTC, datetime
from airflow.sdk import ObjectStoragePath
from include.fetch.fetcher import Fetcher
from include.fetch.in_flight import InFlight
from include.plan.needs import PlannedRequest
from include.warehouse.connections import connect_to
from include.warehouse.runs import find_run
from tests.fetch.test_at_once import SYMBOLS, Vendor

class Last(Vendor):
    def query(self, function, **parameters):
        if parameters["symbol"] not in SYMBOLS[4:]:
            return super().query(function, **parameters)
        self.barrier.wait()  # until four calls are under way
        os.kill(os.getpid(), signal.SIGKILL)

vendor = Last(together=4)
with connect_to(sys.argv[1]) as connection:
    run = find_run(connection, "stock_data_pipeline", "r")
    store = ObjectStoragePath(sys.argv[2])
    fetcher = Fetcher(run, connection, vendor, store, in_flight=InFlight(1e6, 4))
    fetcher.fetch([PlannedRequest(symbol, "compact", "TIME_SERIES_DAILY") for symbol in SYMBOLS])
"""


def test_a_killed_process_costs_the_calls_it_had_under_way_and_no_more(
    warehouse, warehouse_url, started, fetch, tmp_path
):
    started(*SYMBOLS, run_id="r")
    command = [sys.executable, "-c", DYING, warehouse_url, f"file://{tmp_path}/store"]
    died = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    again = Vendor()
    run, errors = fetch(again, "TIME_SERIES_DAILY", most=4)
    assert errors == []
    assert {symbol for symbol, _ in again.asked} == set(SYMBOLS[4:])
    assert len(again.asked) == 4
    assert {request.outcome for request in requests_of(warehouse, run)} == {"fetched"}
    assert len(requests_of(warehouse, run)) == 8
