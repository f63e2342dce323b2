"""What a key was refused as premium: who is not asked again, and how the bars come all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.pacing import LocalLimiter
from include.fetch.entitlement import Entitlement
from include.fetch.fetcher import Fetcher
from include.market.lifecycle import notes_of
from include.plan.daily_plan import plan_for
from include.plan.entitlement import entitled
from include.plan.needs import PlannedRequest
from include.sandbox.running import RunningSandbox, Stopwatch
from include.warehouse.runs import requests_of
from tests.bars import MORNING_AFTER

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    stopwatch = Stopwatch()
    with RunningSandbox(monotonic=lambda: stopwatch.advance(2) or stopwatch()) as sandbox:
        sandbox.set_clock(MORNING_AFTER)
        yield sandbox


@pytest.fixture
def sandbox(running) -> RunningSandbox:
    """It takes every key for a free one."""
    running.clear_faults()
    running.reset()
    return running


@pytest.fixture
def connect(sandbox, monkeypatch):
    """Say something of the key in the connection; return a hook that waits for no turn."""

    def connect_as(plan: str, key: str = "ENTITLED9TESTKEY") -> AlphaVantageHook:
        about = {"conn_type": "alphavantage", "host": sandbox.url, "password": key, "extra": {"plan": plan}}
        monkeypatch.setenv("AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT", json.dumps(about))
        return AlphaVantageHook(limiter=LocalLimiter(), sleep=lambda _: None, now=lambda: MORNING_AFTER)

    return connect_as


@pytest.fixture
def fetch(warehouse, started, tmp_path: Path):
    """Fetch in a run of its own; return the run and the names of the errors."""

    def fetch_them(
        hook: AlphaVantageHook,
        *requests: PlannedRequest,
        hours: int = 0,
        run_id: str = "r",
        force: bool = False,
    ):
        run = started(*dict.fromkeys(request.symbol for request in requests), run_id=run_id)
        known = Entitlement(hook, warehouse, lambda: MORNING_AFTER + timedelta(hours=hours), force)
        store = ObjectStoragePath(f"file://{tmp_path}")
        errors = Fetcher(run, warehouse, hook, store, force, entitlement=known).fetch(requests)
        return run, [type(error).__name__ for error in errors]

    return fetch_them


def outcomes(warehouse, run) -> list[tuple]:
    return [(r.symbol, r.function, r.outputsize, r.outcome, r.kind) for r in requests_of(warehouse, run)]


def test_where_full_is_refused_the_last_sessions_come_and_no_third_symbol_asks(
    warehouse, fetch, connect, sandbox
):
    run, errors = fetch(connect("premium"), *(PlannedRequest(s, "full") for s in ("IBM", "MSFT", "AAPL")))
    assert errors == []
    assert outcomes(warehouse, run) == [
        ("IBM", "TIME_SERIES_DAILY", "compact", "fetched", "PremiumRequired"),
        ("MSFT", "TIME_SERIES_DAILY", "compact", "fetched", "PremiumRequired"),
        ("AAPL", "TIME_SERIES_DAILY", "compact", "fetched", "RefusedBefore"),
    ]
    assert [(call["symbol"], call["outcome"]) for call in sandbox.calls()] == [
        ("IBM", "E8"),
        ("IBM", "data"),
        ("MSFT", "E8"),
        ("MSFT", "data"),
        ("AAPL", "data"),
    ]
    third, first, _ = notes_of(warehouse, run)
    assert "IBM: Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium" in first
    assert third == (
        "TIME_SERIES_DAILY AAPL: Premium, the vendor said on 2026-05-16; it is not asked for until "
        "2026-05-16 07:00 UTC. It is asked for again after that, or at once with `force` (FORCE=1), another "
        "key or another plan of the connection (its extra `plan`). The last 100 sessions were brought "
        "instead. If the key is free, set the connection's extra `plan` to free."
    )


def is_premium(warehouse, hook: AlphaVantageHook, *, hours: int = 0, force: bool = False) -> bool:
    now = MORNING_AFTER + timedelta(hours=hours)
    return entitled(warehouse, hook, within=timedelta(0), now=now, force=force).premium


def test_the_plan_takes_the_vendors_word_for_it_until_something_changes(warehouse, fetch, connect):
    hook = connect("premium")
    assert is_premium(warehouse, hook)
    fetch(hook, *FULL_OF_TWO)
    assert not is_premium(warehouse, hook)
    assert is_premium(warehouse, hook, force=True)
    assert is_premium(warehouse, hook, hours=1)
    assert is_premium(warehouse, connect("premium", key="ANOTHER9KEY"))
    assert not is_premium(warehouse, connect("premium"))
    assert not is_premium(warehouse, connect("free"))
    fetch(connect("free"), PlannedRequest("AAPL"), run_id="free")
    assert is_premium(warehouse, connect("premium"))  # the plan was changed, and back


FULL_OF_TWO = PlannedRequest("IBM", "full"), PlannedRequest("MSFT", "full")


def test_what_is_refused_again_is_believed_for_longer(warehouse, fetch, connect):
    hook = connect("premium")
    ends = []
    for number, hours in enumerate((0, 1, 25, 25 + 7 * 24)):
        fetch(hook, *FULL_OF_TWO, hours=hours, run_id=str(number))
        ends += warehouse.execute("select refused_times, believed_until from entitlement").fetchall()
    assert [(times, f"{until.astimezone(UTC):%m-%d %H:%M}") for times, until in ends] == [
        (1, "05-16 07:00"),
        (2, "05-17 07:00"),
        (3, "05-24 07:00"),
        (4, "05-31 07:00"),
    ]


def test_one_odd_refusal_keeps_no_other_symbol_out_and_a_success_forgets_it(
    warehouse, fetch, connect, sandbox
):
    sandbox.add_fault("premium", function="TIME_SERIES_DAILY", symbol="IBM", times=1)
    run, errors = fetch(connect("free"), PlannedRequest("IBM"), PlannedRequest("MSFT"))
    assert errors == ["PremiumRequired"]
    assert [row[3] for row in outcomes(warehouse, run)] == ["failed", "fetched"]
    assert warehouse.execute("select count(*) from entitlement").fetchall() == [(0,)]
    _, errors = fetch(connect("free"), PlannedRequest("IBM"), run_id="again")
    assert errors == []


def test_a_success_of_the_last_sessions_says_nothing_of_the_whole_history(warehouse, fetch, connect):
    fetch(connect("premium"), *FULL_OF_TWO)
    fetch(connect("premium"), PlannedRequest("AAPL"), run_id="compact")
    assert not is_premium(warehouse, connect("premium"))


def test_a_single_refusal_is_believed_of_its_own_symbol_only_and_force_asks_anyway(
    warehouse, fetch, connect, sandbox
):
    sandbox.add_fault("premium", function="SPLITS", symbol="IBM", times=1)
    hook, splits = connect("free"), PlannedRequest("IBM", "", "SPLITS")
    fetch(hook, splits)
    assert entitled(warehouse, hook, within=timedelta(0), now=MORNING_AFTER).refused == {}
    run, _ = fetch(hook, splits, run_id="same hour")
    assert [row[4] for row in outcomes(warehouse, run)] == ["RefusedBefore"]
    forced, _ = fetch(hook, splits, run_id="forced", force=True)
    assert [row[3] for row in outcomes(warehouse, forced)] == ["fetched"]


def test_a_function_that_is_premium_now_is_left_out_and_asked_again_after_an_hour(
    warehouse, fetch, connect, sandbox
):
    sandbox.add_fault("premium", function="SPLITS", times=2)
    splits = [PlannedRequest(symbol, "", "SPLITS") for symbol in ("IBM", "MSFT", "AAPL")]
    run, errors = fetch(connect("free"), *splits)
    assert errors == []
    assert [row[3:] for row in outcomes(warehouse, run)] == [
        ("left out", "PremiumRequired"),
        ("left out", "PremiumRequired"),
        ("left out", "RefusedBefore"),
    ]
    assert len(sandbox.calls()) == 2
    assert len(notes_of(warehouse, run)) == 3
    later, _ = fetch(connect("free"), *splits, hours=1, run_id="later")
    assert [row[3] for row in outcomes(warehouse, later)] == ["fetched"] * 3


def test_a_function_that_was_refused_is_left_out_of_the_plan(warehouse, fetch, connect, sandbox):
    sandbox.add_fault("premium", function="SPLITS", times=2)
    hook = connect("free")
    fetch(hook, PlannedRequest("IBM", "", "SPLITS"), PlannedRequest("AAPL", "", "SPLITS"))
    now = MORNING_AFTER + timedelta(minutes=59)
    allowance = entitled(warehouse, hook, within=timedelta(0), now=now)
    planned = plan_for(warehouse, {"XNYS": ["MSFT"]}, now, allowance)
    asked = [request.function for request in planned.plan.requests]
    assert asked == ["LISTING_STATUS", "TIME_SERIES_DAILY", "DIVIDENDS"]
    (left_out,) = planned.idle
    assert (left_out.symbol, left_out.function, left_out.outcome) == ("MSFT", "SPLITS", "left out")
    assert left_out.reason.startswith(
        "SPLITS is premium, the vendor said of this key; it is not asked for until 2026-05-16 07:00 UTC."
    )


def test_bars_that_are_premium_now_fail_the_run_and_cost_two_calls(warehouse, fetch, connect, sandbox):
    sandbox.add_fault("premium", function="TIME_SERIES_DAILY")
    run, errors = fetch(connect("free"), *map(PlannedRequest, ("IBM", "MSFT", "AAPL")))
    assert errors == ["PremiumRequired", "PremiumRequired", "RefusedBefore"]
    assert [row[3] for row in outcomes(warehouse, run)] == ["failed"] * 3
    assert len(sandbox.calls()) == 2
