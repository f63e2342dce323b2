"""What the pipeline kept, a sandbox answers again: the same questions, the same bytes, at the same clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage import exceptions as e
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.pacing import LocalLimiter
from include.fetch.fetcher import Fetcher
from include.plan.needs import PlannedRequest
from include.sandbox.running import RunningSandbox, Stopwatch
from include.sandbox.settings import SandboxSettings
from include.warehouse.runs import RunRequest, requests_of, start_run

pytestmark = pytest.mark.postgres
KEY = "PREMIUM9TEST9KEY"
FRIDAY, SATURDAY, TUESDAY = (datetime(2026, 5, day, 6, tzinfo=UTC) for day in (15, 16, 19))
ASKED = [PlannedRequest("IBM"), PlannedRequest("BRK-B"), PlannedRequest("MSFT", "full")]


@pytest.fixture
def hook(monkeypatch):
    """Make a hook for a sandbox that is stopped at a moment."""

    def make(sandbox: RunningSandbox, now: datetime) -> AlphaVantageHook:
        connection = {"conn_type": "alphavantage", "host": sandbox.url, "password": KEY}
        monkeypatch.setenv("AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT", json.dumps(connection))
        sandbox.set_clock(now)
        return AlphaVantageHook(limiter=LocalLimiter(), sleep=lambda seconds: None, now=lambda: now)

    return make


@pytest.fixture
def sandbox_on():
    """Make a sandbox, of a folder or simulated, whose second never fills up."""

    def make(folder=None) -> RunningSandbox:
        stopwatch = Stopwatch()
        settings = SandboxSettings(premium_keys=frozenset({KEY}), replay=folder)
        return RunningSandbox(settings, monotonic=lambda: stopwatch.advance(2) or stopwatch())

    return make


def test_the_store_answers_as_it_was_fetched_at_two_clocks(warehouse, tmp_path, hook, sandbox_on):
    store = ObjectStoragePath(f"file://{tmp_path}/store")
    kept: dict[tuple[datetime, str], bytes] = {}
    with sandbox_on() as simulated:
        for clock in (SATURDAY, TUESDAY):
            asked = RunRequest("d", str(clock), now=clock.isoformat())
            run = start_run(warehouse, asked, clock=clock, symbols=[planned.symbol for planned in ASKED])
            assert Fetcher(run, warehouse, hook(simulated, clock), store, force=True).fetch(ASKED) == []
            for request in requests_of(warehouse, run):
                kept[clock, request.symbol] = ObjectStoragePath(request.path).read_bytes()
    assert len(set(kept.values())) == 6
    assert b"2026-05-18" in kept[TUESDAY, "IBM"]

    with sandbox_on(tmp_path / "store") as replaying:
        for clock in (TUESDAY, SATURDAY):
            api = hook(replaying, clock)
            for planned in ASKED:
                answer = api.query(planned.function, symbol=planned.symbol, outputsize=planned.outputsize)
                assert answer.payload.content == kept[clock, planned.symbol]
                assert answer.origin == "replay"
        with pytest.raises(e.InvalidRequest):
            hook(replaying, FRIDAY).query("TIME_SERIES_DAILY", symbol="IBM", outputsize="compact")


def test_the_two_lists_of_a_store_are_told_apart(warehouse, tmp_path, hook, sandbox_on):
    store = ObjectStoragePath(f"file://{tmp_path}/store")
    lists = [PlannedRequest(which, "", "LISTING_STATUS") for which in ("*active", "*delisted")]
    with sandbox_on() as simulated:
        asked = RunRequest("d", "r", now=SATURDAY.isoformat())
        run = start_run(warehouse, asked, clock=SATURDAY, symbols=[])
        assert Fetcher(run, warehouse, hook(simulated, SATURDAY), store).fetch(lists) == []
    with sandbox_on(tmp_path / "store") as replaying:
        api = hook(replaying, SATURDAY)
        active = api.query("LISTING_STATUS").payload.content
        delisted = api.query("LISTING_STATUS", state="delisted").payload.content
    assert b"\r\nIBM,International Business Machines Corp (simulated),NYSE," in active
    assert [line.split(b",")[0] for line in delisted.splitlines()[1:]] == [b"ATVI", b"TWTR"]
