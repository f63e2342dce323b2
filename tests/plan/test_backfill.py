"""What a range of the past lacks, what is worth a call for it, and how many calls the daily bars leave."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain

import psycopg
import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.ledger import PostgresLedger
from airflow_provider_alphavantage.pacing import fingerprint
from include.exceptions import BadParameter
from include.fetch.fetcher import Fetcher
from include.market.instruments import write_sessions
from include.market.sessions import window_at
from include.plan.backfill import spare, start_backfill
from include.plan.budget import Allowance
from include.plan.needs import Held
from include.plan.ranges import Lacking, Range, lacking_of, needs_of_range, read_range, told
from include.plan.start import start
from include.sandbox.running import RunningSandbox, Stopwatch
from include.warehouse.connections import connect_to
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, RunRequest, find_run, record_request
from tests.bars import MORNING_AFTER, SESSIONS

FRIDAY = date(2026, 5, 15)
WINDOW = window_at("XNYS", MORNING_AFTER)  # from 2025-12-22 on
OLD = Lacking("IBM", 105, 5, 0, 5, date(2025, 12, 15), date(2025, 12, 19))
HELD = Held("IBM", FRIDAY, splits_through=FRIDAY, dividends_through=FRIDAY)
KEY = "BACKFILL9TESTKEY"


# What would bring news.


def asked(lacking: Lacking, held: Held, *, premium: bool = False) -> list[tuple[str, str]]:
    needs = needs_of_range(lacking, held, WINDOW, now=MORNING_AFTER, premium=premium)
    return [(need.request.function, need.request.outputsize) for need in needs]


def test_what_is_older_than_a_hundred_sessions_is_asked_of_a_premium_key_only():
    assert asked(OLD, HELD, premium=True) == [("TIME_SERIES_DAILY", "full")]
    assert asked(OLD, HELD) == []


def test_what_is_missing_lately_is_asked_only_if_the_newest_body_is_stale():
    lately = Lacking("IBM", 10, 1, 1, 0, None, None)
    assert asked(lately, HELD) == []
    assert asked(lately, replace(HELD, newest=date(2026, 5, 14))) == [("TIME_SERIES_DAILY", "compact")]


def test_splits_and_dividends_go_with_the_bars_of_a_new_symbol():
    new = Lacking("NEW", 105, 105, 100, 5, date(2025, 12, 15), date(2025, 12, 19))
    assert asked(new, Held("NEW"), premium=True) == [
        ("TIME_SERIES_DAILY", "full"),
        ("SPLITS", ""),
        ("DIVIDENDS", ""),
    ]
    assert asked(replace(new, sessions=5, missing=5, recent=0), Held("NEW")) == []


def test_a_range_is_told_with_the_reason_of_what_is_not_held():
    assert told(replace(OLD, missing=0, older=0), premium=False) == "IBM: 105 of 105 sessions are held."
    assert told(OLD, premium=True) == (
        "IBM: 100 of 105 sessions are held; 5 from 2025-12-15 to 2025-12-19 are not brought yet, run this "
        "again."
    )
    rest = Lacking("IBM", 2000, 40, 1, 0, None, None)
    assert told(rest, premium=True) == (
        "IBM: 1960 of 2000 sessions are held; 39 are in no body of the vendor's; 1 of the last 100 are "
        "missing, see the table gap."
    )


def test_an_end_that_is_empty_is_as_far_as_there_is_any():
    assert read_range("2020-01-02", "2020-12-31", MORNING_AFTER) == Range(
        date(2020, 1, 2), date(2020, 12, 31)
    )
    assert read_range(None, None, MORNING_AFTER) == Range(date(1990, 1, 1), date(2026, 5, 16))


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("spring", None, "'from' is 'spring'; give a day such as"),
        ("2026-06-01", None, "from 2026-06-01 to 2026-05-16 has no day"),
        ("2020-12-31", "2020-01-02", "has no day up to 2026-05-16: mend 'from' and 'to'"),
    ],
)
def test_a_range_that_makes_no_sense_says_so(first, last, message):
    with pytest.raises(BadParameter, match=message):
        read_range(first, last, MORNING_AFTER)


# What is lacking, by what is held and what was brought.


@pytest.fixture
def lacking(warehouse, loading, batch) -> Callable[[], Lacking]:
    """IBM holds the 25 sessions up to 2026-05-15 but the first and one in May, which is provisional."""
    write_sessions(warehouse, "XNYS")
    bars = [bar for bar in batch("IBM", is_final=False) if bar.data_date != SESSIONS[0]]
    loading(bars)
    asked = Range(date(2025, 12, 15), date(2026, 12, 31))
    return lambda: lacking_of(warehouse, "XNYS", ["IBM"], asked, WINDOW)[0]


@pytest.mark.postgres
def test_what_is_not_held_is_lacking_and_so_is_a_bar_that_is_not_final(lacking):
    assert lacking() == Lacking("IBM", 105, 82, 77, 5, date(2025, 12, 15), date(2025, 12, 19))


@pytest.mark.postgres
def test_what_the_whole_history_does_not_have_is_not_asked_for_again(warehouse, lacking, started):
    run = started("IBM")
    whole = Request("IBM", "TIME_SERIES_DAILY", "fetched", "full", "p", "sandbox", MORNING_AFTER, FRIDAY)
    record_request(warehouse, run, replace(whole, final_through=date(2025, 12, 16)))
    assert lacking().older == 3  # from the 17th on
    record_request(warehouse, run, whole)
    assert lacking().older == 0
    warehouse.execute("update verdict set new_bars = null")
    assert lacking().older == 5  # it was brought, and not loaded


# On what calls.


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    stopwatch = Stopwatch()
    with RunningSandbox(monotonic=lambda: stopwatch.advance(2) or stopwatch()) as sandbox:
        sandbox.set_clock(MORNING_AFTER)
        yield sandbox


@pytest.fixture
def hook(warehouse, warehouse_url, sandbox, monkeypatch) -> AlphaVantageHook:
    """Of a free key with the ledger in the warehouse; nobody waits for a turn."""
    claim_origin(warehouse, "sandbox")
    warehouse.commit()
    sandbox.reset()
    about = {"conn_type": "alphavantage", "host": sandbox.url, "password": KEY}
    monkeypatch.setenv("AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT", json.dumps(about))
    ledger = PostgresLedger(lambda: psycopg.connect(warehouse_url))
    return AlphaVantageHook(limiter=ledger, sleep=lambda _: None, now=lambda: MORNING_AFTER)


@pytest.fixture
def spend(warehouse):
    """Count calls as made so long ago."""

    def spend_calls(count: int, ago: timedelta) -> None:
        warehouse.execute(
            "insert into api_call (fingerprint, host_group, function, reserved_at) "
            "select %s, 'other', 'SPLITS', clock_timestamp() - %s from generate_series(1, %s)",
            (fingerprint(KEY), ago, count),
        )
        warehouse.commit()

    return spend_calls


@pytest.mark.postgres
@pytest.mark.parametrize(("spent", "left"), [(0, 21), (20, 1), (22, 0)])
def test_a_backfill_leaves_what_the_daily_bars_need_today(warehouse, hook, spend, spent, left):
    """A new symbol needs its bars, splits and dividends, and the list is due: four calls."""
    spend(spent, timedelta(hours=1))
    assert spare(warehouse, hook, MORNING_AFTER, "IBM").left == left


@pytest.mark.postgres
@pytest.mark.parametrize(("hours_ago", "left"), [(1, 1), (16, 2)])
def test_a_backfill_leaves_what_the_daily_bars_will_need(
    warehouse, hook, spend, loading, batch, hours_ago, left
):
    """On Monday afternoon Friday's bar is held and three other calls are due; of Monday's bar one more.

    What was spent an hour ago is not free again by six on Tuesday; what was spent before midnight is.
    """
    write_sessions(warehouse, "XNYS")
    loading(batch("IBM"))
    spend(20, timedelta(hours=hours_ago))
    assert spare(warehouse, hook, datetime(2026, 5, 18, 15, tzinfo=UTC), "IBM").left == left


@pytest.mark.postgres
def test_without_a_watchlist_all_calls_are_for_the_backfill(warehouse, hook):
    assert spare(warehouse, hook, MORNING_AFTER, "").left == 25


@pytest.mark.postgres
def test_two_runs_at_once_never_spend_more_than_there_is(
    warehouse, warehouse_url, hook, sandbox, spend, tmp_path
):
    """Both plan on the same five calls, and make five between them."""
    spend(20, timedelta(hours=1))
    store = ObjectStoragePath(f"file://{tmp_path}/store")
    now = "2026-05-16T06:00:00Z"
    daily = start(
        warehouse,
        RunRequest("daily", "r", "IBM,MSFT", now),
        allowance=lambda _: Allowance(5, 25, False),
    )
    past = start_backfill(
        warehouse,
        RunRequest("past", "r", "AAPL,ORCL", now),
        days=("2026-01-05", None),
        daily="",
        api_of=lambda _: hook,
    )
    warehouse.commit()

    def fetch(dag_id: str, groups) -> list:
        with connect_to(warehouse_url) as connection:
            run = find_run(connection, dag_id, "r")
            return Fetcher(run, connection, hook, store).fetch(asked for group in groups for asked in group)

    with ThreadPoolExecutor(2) as pool:
        errors = [*chain(*pool.map(fetch, ("daily", "past"), (daily, past)))]
    assert len(sandbox.calls()) == 5
    assert {type(error).__name__ for error in errors} == {"BudgetSpent"}
    outcomes = dict(warehouse.execute("select outcome, count(*) from request group by outcome").fetchall())
    assert outcomes["fetched"] == 5
    assert "failed" not in outcomes
