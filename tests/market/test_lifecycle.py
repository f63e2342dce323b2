"""The life of a symbol, against the sandbox and a real PostgreSQL: who is asked for, and what a run says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.pacing import LocalLimiter
from include.fetch.fetcher import Fetcher
from include.market.lifecycle import Life, notes_of
from include.plan.budget import Allowance
from include.plan.start import start
from include.report.gaps import find_gaps, gaps_of
from include.report.results import SymbolResult, problems, results_of
from include.report.summary import headline
from include.sandbox.running import RunningSandbox, Stopwatch
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Run, RunRequest, find_run, requests_of
from tests.bars import MORNING_AFTER, let_in

pytestmark = pytest.mark.postgres
FRIDAY = date(2026, 5, 15)
BARS_HELD = (
    "insert into stock_data (symbol, data_date, open, high, low, close, volume, is_final, fetched_at, "
    "valid_from, final_from) values (%s, %s, 10, 11, 9, 10, 1000, true, '2022-10-27T06:00Z', "
    "'2022-10-27T06:00Z', '2022-10-27T06:00Z')"
)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    stopwatch = Stopwatch()
    with RunningSandbox(monotonic=lambda: stopwatch.advance(2) or stopwatch()) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running, warehouse, monkeypatch) -> RunningSandbox:
    running.clear_faults()
    running.reset()
    claim_origin(warehouse, "sandbox")
    connection = {"conn_type": "alphavantage", "host": running.url, "password": "LIFE9TEST9KEY"}
    monkeypatch.setenv("AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT", json.dumps(connection))
    return running


@pytest.fixture
def run(warehouse, sandbox, tmp_path) -> Callable[..., tuple[Run, dict[str, SymbolResult]]]:
    """Plan and fetch at a moment, load, look for gaps; return the run and each symbol's result."""
    store = ObjectStoragePath(f"file://{tmp_path}/store")

    def run_at(now: datetime, *symbols: str, force: bool = False) -> tuple[Run, dict[str, SymbolResult]]:
        sandbox.set_clock(now)
        request = RunRequest("stock_data_pipeline", str(now), symbols, now.isoformat(), force)
        groups = start(warehouse, request, allowance=lambda _: Allowance(None, None, False))
        this = find_run(warehouse, request.dag_id, request.run_id)
        hook = AlphaVantageHook(limiter=LocalLimiter(), sleep=lambda seconds: None, now=this.now)
        for group in groups:
            Fetcher(this, warehouse, hook, store, force).fetch(group)
        let_in(warehouse, this, tmp_path / "store")
        find_gaps(warehouse, now=now)
        warehouse.commit()
        return this, {result.symbol: result for result in results_of(warehouse, this)}

    return run_at


def calls(sandbox: RunningSandbox) -> list[tuple[str, str]]:
    return [(call["function"], call["symbol"]) for call in sandbox.calls()]


def listings(sandbox: RunningSandbox) -> list[str]:
    """The lists that were asked for, as the sandbox names them."""
    return [symbol for function, symbol in calls(sandbox) if function == "LISTING_STATUS"]


def day(number: int) -> datetime:
    """So many days after Saturday, 2026-05-16, six in the morning."""
    return MORNING_AFTER + timedelta(days=number)


def test_the_first_run_brings_the_listing_with_one_call_and_the_next_one_a_week_later(
    run, sandbox, warehouse
):
    run(day(0), "IBM")
    assert len(listings(sandbox)) == 1
    assert len(calls(sandbox)) == 4
    (path,) = warehouse.execute("select path from listing_check").fetchone()
    assert "/origin=sandbox/function=LISTING_STATUS/symbol=%2Aactive/" in path
    name = warehouse.execute("select name, exchange, ipo_date from listing where symbol = 'NVDA'").fetchone()
    assert name == ("NVIDIA Corp (simulated)", "NASDAQ", date(1999, 1, 22))
    run(day(6), "IBM")
    assert len(listings(sandbox)) == 1
    run(day(7), "IBM")
    assert len(listings(sandbox)) == 2


def test_a_new_symbol_that_is_not_listed_costs_no_call_and_is_told_what_it_may_be(run, sandbox, warehouse):
    run(day(0), "IBM")
    before = len(calls(sandbox))
    _, results = run(day(1), "IBM", "NVDIA", "MSFT")
    assert {symbol for _, symbol in calls(sandbox)[before:]} == {"MSFT"}
    assert (results["NVDIA"].outcome, results["NVDIA"].kind) == ("failed", "NotListed")
    assert results["NVDIA"].problem == (
        "NVDIA: It is not among the US symbols listed on 2026-05-16, and was not asked for. Did you mean "
        "NVDA (NVIDIA Corp (simulated), NASDAQ) or DIA (SPDR Dow Jones Industrial Average ETF Trust "
        "(simulated), NYSE ARCA)? Mend the watchlist; if it is right, run once with `force` (FORCE=1), or "
        "wait for the next listing, 2026-05-23."
    )
    known = warehouse.execute("select symbol from instrument order by 1").fetchall()
    assert known == [("IBM",), ("MSFT",)]


def test_before_there_is_a_listing_and_where_a_person_insists_it_is_asked(run, sandbox):
    _, results = run(day(0), "XYZZY", "IBM")
    assert results["XYZZY"].kind == "InvalidRequest"
    _, results = run(day(1), "XYZZY", force=True)
    assert results["XYZZY"].kind == "InvalidRequest"
    _, results = run(day(2), "XYZZY")
    assert results["XYZZY"].kind == "NotListed"


def test_what_is_held_needs_no_listing(run, sandbox, warehouse):
    warehouse.execute("insert into listing_check values ('Active', 'p', '2026-05-16T05:00Z')")
    warehouse.execute(BARS_HELD, ("IBM", "2026-05-13"))
    _, results = run(day(0), "IBM")
    assert results["IBM"].loaded


@pytest.mark.parametrize("held", [(), ("IBM", "MSFT")])
def test_a_list_that_no_symbol_or_too_few_confirm_keeps_nobody_out(run, sandbox, warehouse, held):
    """It has neither what is stored nor the new symbol: it was cut short, or nobody can tell yet."""
    if held:
        run(day(0), *held)
    warehouse.execute("delete from listing where symbol in ('MSFT', 'NVDA')")
    warehouse.execute(
        "insert into listing_check values ('Active', 'p', '2026-05-17T05:00Z') "
        "on conflict (status) do update set fetched_at = excluded.fetched_at"
    )
    _, results = run(day(1), "NVDA")
    assert results["NVDA"].loaded


def listed(warehouse, symbol: str, since: str = "2020-01-02") -> None:
    warehouse.execute(
        "insert into listing (symbol, exchange, asset_type, ipo_date, status) "
        "values (%s, 'NYSE', 'Stock', %s, 'Active')",
        (symbol, since),
    )


def test_three_refusals_make_a_suspect_that_is_left_out_and_probed_after_twenty_sessions(
    run, sandbox, warehouse
):
    run(day(0), "IBM")
    listed(warehouse, "XYZZY")
    wrong = []
    for number in (1, 2, 3):
        this, results = run(day(number), "XYZZY")
        wrong += problems([results["XYZZY"]])
        assert len(requests_of(warehouse, this)) == 1
    assert [line.rpartition("Refused in ")[2] for line in wrong] == [
        "1 run; after 2 more it is left out, and asked for once in 20 sessions.",
        "2 runs; after 1 more it is left out, and asked for once in 20 sessions.",
        "3 runs; from now on it is left out, and asked for once in 20 sessions.",
    ]
    before = calls(sandbox).count(("TIME_SERIES_DAILY", "XYZZY"))
    this, results = run(day(4), "XYZZY")
    assert (results["XYZZY"].outcome, problems(results.values())) == ("left out", [])
    assert headline(list(results.values())).endswith("left out: XYZZY")
    assert next(str(gap) for gap in gaps_of(warehouse, this)).endswith("(dead symbol)")
    # Refused last on Tuesday 19 May, after Monday's session; the twentieth since is that of 16 June.
    run(datetime(2026, 6, 16, 6, tzinfo=UTC), "XYZZY")
    assert calls(sandbox).count(("TIME_SERIES_DAILY", "XYZZY")) == before
    probe = datetime(2026, 6, 17, 6, tzinfo=UTC)
    this, results = run(probe, "XYZZY")
    assert calls(sandbox).count(("TIME_SERIES_DAILY", "XYZZY")) == before + 2  # the API is asked twice
    assert problems(results.values()) == []
    assert "It is suspect, refused in 4 runs" in results["XYZZY"].reason
    assert warehouse.execute(
        "select state, refused_times, refused_at from instrument where symbol = 'XYZZY'"
    ).fetchall() == [("suspect", 4, probe)]


def test_one_success_and_a_suspect_is_active_again(run, sandbox, warehouse):
    run(day(0), "IBM")
    warehouse.execute(
        "update instrument set state = 'suspect', refused_times = 3, refused_at = '2026-04-01T06:00Z'"
    )
    _, results = run(day(3), "IBM")
    assert results["IBM"].verdict == "loaded"
    told = warehouse.execute("select state, refused_times, refused_at from instrument").fetchall()
    assert told == [("active", 0, None)]


def test_the_same_run_counts_a_refusal_once(run, sandbox, warehouse):
    run(day(0), "XYZZY")
    run(day(0), "XYZZY")
    assert warehouse.execute("select refused_times from instrument").fetchall() == [(1,)]


def test_a_delisted_symbol_is_kept_and_asked_for_no_more(run, sandbox, warehouse):
    """In the sandbox Twitter traded last on Thursday, 27 October 2022."""
    wednesday = datetime(2022, 10, 26, 6, tzinfo=UTC)
    run(wednesday, "TWTR", "IBM")
    friday = wednesday + timedelta(days=2)
    run(friday, "TWTR", "IBM")
    wednesday_after = wednesday + timedelta(days=7)
    run(wednesday_after, "TWTR", "IBM")
    learnt, _ = run(wednesday_after + timedelta(days=1), "TWTR", "IBM")
    assert listings(sandbox) == ["none", "none", "delisted"]
    assert notes_of(warehouse, learnt) == [
        "TWTR was delisted on 2022-10-28: its history stays, and nothing more is asked of it."
    ]
    state = warehouse.execute("select state, delisted_on from instrument where symbol = 'TWTR'").fetchall()
    assert state == [("delisted", date(2022, 10, 28))]
    before = len(calls(sandbox))
    later, results = run(wednesday_after + timedelta(days=6), "TWTR", "IBM", force=True)
    assert "TWTR" not in {symbol for _, symbol in calls(sandbox)[before:]}
    assert (results["TWTR"].outcome, problems(results.values())) == ("left out", [])
    assert (notes_of(warehouse, later), gaps_of(warehouse, later)) == ([], [])
    held = warehouse.execute("select count(*)::int, max(data_date) from stock_data where symbol = 'TWTR'")
    assert held.fetchall() == [(102, date(2022, 10, 27))]


@pytest.mark.parametrize(
    ("last_bar", "fetched", "refused", "is_over"),
    [
        (date(2022, 10, 27), None, None, True),
        (date(2022, 10, 26), datetime(2022, 10, 28, 6, tzinfo=UTC), None, False),
        (date(2022, 10, 26), datetime(2022, 10, 29, 6, tzinfo=UTC), None, True),
        (date(2022, 10, 26), None, datetime(2022, 11, 3, 6, tzinfo=UTC), True),
    ],
)
def test_it_is_asked_until_its_last_session_came_or_will_not_come(last_bar, fetched, refused, is_over):
    life = Life("TWTR", "delisted", refused, date(2022, 10, 28), last_bar, fetched)
    assert life.is_over == is_over
    assert not replace(life, state="active").is_over


def test_a_company_that_had_the_ticker_long_before_delists_nothing(run, sandbox, warehouse):
    run(day(0), "IBM")
    warehouse.execute("delete from listing where symbol = 'IBM'")
    warehouse.execute(
        "insert into listing (symbol, exchange, asset_type, delisting_date, status) "
        "values ('IBM', 'NYSE', 'Stock', '1925-01-02', 'Delisted')"
    )
    run(day(1), "IBM")
    assert warehouse.execute("select state from instrument").fetchall() == [("active",)]


def test_a_ticker_that_is_used_again_is_not_loaded_onto_the_old_bars(run, sandbox, warehouse):
    run(day(0), "IBM")
    warehouse.execute(BARS_HELD, ("PLTR", "2019-03-01"))
    before = len(calls(sandbox))
    _, results = run(day(1), "IBM", "PLTR", force=True)
    assert "PLTR" not in {symbol for _, symbol in calls(sandbox)[before:]}
    assert results["PLTR"].kind == "TickerReused"
    (wrong,) = problems(results.values())
    assert (
        "the bars held end on 2019-03-01, and the company listed under it went public on 2020-09-30" in wrong
    )
    assert "`make rename OLD=PLTR NEW=PLTR-2019`" in wrong


def test_a_listing_that_cannot_be_had_fails_nothing_and_is_told(run, sandbox, warehouse):
    sandbox.add_fault("unknown_text", function="LISTING_STATUS")
    this, results = run(day(0), "IBM")
    assert (results["IBM"].verdict, problems(results.values())) == ("loaded", [])
    (note,) = notes_of(warehouse, this)
    assert note.startswith("The listing was not brought, so symbols are judged by what was known before. ")
