"""What a key was refused as premium is not asked again for a while, and the bars come all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.pacing import LocalLimiter
from include.fetch.entitlement import EntitledApi
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

    def fetch_them(hook: AlphaVantageHook, *requests: PlannedRequest, days: int = 0, run_id: str = "r"):
        run = started(*dict.fromkeys(request.symbol for request in requests), run_id=run_id)
        api = EntitledApi(hook, warehouse, lambda: MORNING_AFTER + timedelta(days=days))
        errors = Fetcher(run, warehouse, api, ObjectStoragePath(f"file://{tmp_path}")).fetch(requests)
        return run, [type(error).__name__ for error in errors]

    return fetch_them


def outcomes(warehouse, run) -> list[tuple]:
    return [(r.symbol, r.function, r.outputsize, r.outcome, r.kind) for r in requests_of(warehouse, run)]


def test_where_full_is_refused_the_last_sessions_come_and_no_second_symbol_asks(
    warehouse, fetch, connect, sandbox
):
    run, errors = fetch(connect("premium"), PlannedRequest("IBM", "full"), PlannedRequest("MSFT", "full"))
    assert errors == []
    assert outcomes(warehouse, run) == [
        ("IBM", "TIME_SERIES_DAILY", "compact", "fetched", "PremiumRequired"),
        ("MSFT", "TIME_SERIES_DAILY", "compact", "fetched", "RefusedBefore"),
    ]
    assert [(call["symbol"], call["outcome"]) for call in sandbox.calls()] == [
        ("IBM", "E8"),
        ("IBM", "data"),
        ("MSFT", "data"),
    ]
    first, second = notes_of(warehouse, run)
    assert "IBM: Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium" in first
    assert second == (
        "TIME_SERIES_DAILY MSFT: Premium, the vendor said on 2026-05-16; it was not asked for. It is asked "
        "for again 30 days later, or at once with another key or another plan of the connection (its extra "
        "`plan`). The last 100 sessions were brought instead. If the key is free, set the connection's extra "
        "`plan` to free."
    )


def test_the_plan_takes_the_vendors_word_for_it_until_something_changes(warehouse, fetch, connect):
    def is_premium(hook: AlphaVantageHook, days: int = 1) -> bool:
        now = MORNING_AFTER + timedelta(days=days)
        return entitled(warehouse, hook, within=timedelta(0), now=now).premium

    hook = connect("premium")
    assert is_premium(hook)
    fetch(hook, PlannedRequest("IBM", "full"))
    assert not is_premium(hook)
    assert is_premium(hook, days=31)
    assert is_premium(connect("premium", key="ANOTHER9KEY"))
    assert not is_premium(connect("premium"))
    assert not is_premium(connect("free"))
    fetch(connect("free"), PlannedRequest("MSFT"), run_id="free")
    assert is_premium(connect("premium"))  # the plan was changed, and back


def test_a_function_that_is_premium_now_is_left_out_and_asked_again_after_a_month(
    warehouse, fetch, connect, sandbox
):
    sandbox.add_fault("premium", function="SPLITS", times=1)
    splits = PlannedRequest("IBM", "", "SPLITS"), PlannedRequest("MSFT", "", "SPLITS")
    run, errors = fetch(connect("free"), *splits)
    assert errors == []
    assert [row[3:] for row in outcomes(warehouse, run)] == [
        ("left out", "PremiumRequired"),
        ("left out", "RefusedBefore"),
    ]
    assert len(sandbox.calls()) == 1
    assert len(notes_of(warehouse, run)) == 2
    later, _ = fetch(connect("free"), *splits, days=30, run_id="later")
    assert [row[3] for row in outcomes(warehouse, later)] == ["fetched", "fetched"]


def test_a_function_that_was_refused_is_left_out_of_the_plan(warehouse, fetch, connect, sandbox):
    sandbox.add_fault("premium", function="SPLITS", times=1)
    hook = connect("free")
    fetch(hook, PlannedRequest("IBM", "", "SPLITS"))
    now = MORNING_AFTER + timedelta(days=1)
    allowance = entitled(warehouse, hook, within=timedelta(0), now=now)
    planned = plan_for(warehouse, {"XNYS": ["MSFT"]}, now, allowance)
    asked = [request.function for request in planned.plan.requests]
    assert asked == ["LISTING_STATUS", "TIME_SERIES_DAILY", "DIVIDENDS"]
    (left_out,) = planned.idle
    assert (left_out.symbol, left_out.function, left_out.outcome) == ("MSFT", "SPLITS", "left out")
    assert left_out.reason.startswith("SPLITS is premium, the vendor said of this key; it was not asked for.")


def test_bars_that_are_premium_now_fail_the_run_and_cost_one_call(warehouse, fetch, connect, sandbox):
    sandbox.add_fault("premium", function="TIME_SERIES_DAILY")
    run, errors = fetch(connect("free"), PlannedRequest("IBM"), PlannedRequest("MSFT"))
    assert errors == ["PremiumRequired", "RefusedBefore"]
    assert [row[3] for row in outcomes(warehouse, run)] == ["failed", "failed"]
    assert len(sandbox.calls()) == 1
