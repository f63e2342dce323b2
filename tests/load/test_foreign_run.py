"""A watchlist of three exchanges through plan, fetch, gate, load and gaps."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.responses import read
from include.fetch.fetcher import Fetcher
from include.plan.budget import Allowance
from include.plan.start import start
from include.report.gaps import find_gaps
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Run, RunRequest, find_run, requests_of
from tests.bars import MORNING_AFTER, SESSIONS, let_in

pytestmark = pytest.mark.postgres

THREE = ("IBM", "TSCO.LON", "600104.SHH")
WEEKDAYS = {str(day) for day in SESSIONS if day < date(2026, 5, 15)}
HOLIDAYS = {"LON": {"2026-05-04"}, "SHH": {"2026-05-01", "2026-05-04", "2026-05-05"}}
LISTING = """symbol,name,exchange,assetType,ipoDate,delistingDate,status
IBM,International Business Machines Corp,NYSE,Stock,1962-01-02,null,Active
"""
DIVIDENDS = """ex_dividend_date,declaration_date,record_date,payment_date,amount
2026-05-06,None,None,None,0.25
"""


UNLIMITED = Allowance(left=None, per_day=None, premium=False)


class Vendor:
    """Answers with a bar of each session up to 2026-05-14, those ``added`` and without those ``left_out``."""

    def __init__(self) -> None:
        self.now = MORNING_AFTER
        self.asked: list[str] = []
        self.listings = 0
        self.added: dict[str, set[str]] = defaultdict(set)
        self.left_out: dict[str, set[str]] = defaultdict(set)

    def query(self, function: str, **parameters: str) -> Answer:
        symbol = parameters.get("symbol", "")
        if function == "LISTING_STATUS":
            self.listings += 1
            content = LISTING
        elif function == "TIME_SERIES_DAILY":
            self.asked.append(symbol)
            content = self._bars(symbol)
        else:
            content = DIVIDENDS if function == "DIVIDENDS" else "effective_date,split_factor\n"
        payload = read(content.encode(), function=function, symbol=symbol)
        return Answer(payload, self.now, "sandbox", function, symbol)

    def _bars(self, symbol: str) -> str:
        days = (WEEKDAYS | self.added[symbol]) - HOLIDAYS.get(symbol[-3:], set()) - self.left_out[symbol]
        rows = (f"{day},10.0,11.0,9.0,10.5,1000\n" for day in sorted(days, reverse=True))
        return "timestamp,open,high,low,close,volume\n" + "".join(rows)


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def run_at(warehouse, tmp_path, vendor):
    """Run the steps of the pipeline, all at one time (UTC); return the run."""
    claim_origin(warehouse, "sandbox")
    store = ObjectStoragePath(f"file://{tmp_path}/store")

    def run_it(now: str, *symbols: str) -> Run:
        vendor.now = datetime.fromisoformat(now).replace(tzinfo=UTC)
        request = RunRequest("stock_data_pipeline", now, symbols, f"{now}Z")
        groups = start(warehouse, request, allowance=lambda _: UNLIMITED)
        run = find_run(warehouse, "stock_data_pipeline", now)
        errors = Fetcher(run, warehouse, vendor, store).fetch(asked for group in groups for asked in group)
        assert errors == []
        let_in(warehouse, run, tmp_path / "store")
        find_gaps(warehouse, now=run.now())
        warehouse.commit()
        return run

    return run_it


@pytest.fixture
def rows(warehouse):
    return lambda query: warehouse.execute(query).fetchall()


def test_each_symbol_is_complete_by_its_own_calendar(run_at, rows, vendor):
    vendor.added["600104.SHH"] = {"2026-05-15"}  # Shanghai trades while the run looks
    run_at("2026-05-15T06:00", *THREE)
    assert rows("select symbol, exchange, expected_through::text from instrument order by symbol") == [
        ("600104.SHH", "XSHG", "2026-05-14"),
        ("IBM", "XNYS", "2026-05-14"),
        ("TSCO.LON", "XLON", "2026-05-14"),
    ]
    assert rows("select distinct exchange from exchange_session order by 1") == [
        ("XLON",),
        ("XNYS",),
        ("XSHG",),
    ]
    counts = "count(*), count(*) filter (where is_final), max(data_date)::text"
    assert rows(f"select symbol, {counts} from stock_data group by symbol order by symbol") == [
        ("600104.SHH", 22, 21, "2026-05-15"),
        ("IBM", 24, 24, "2026-05-14"),
        ("TSCO.LON", 23, 23, "2026-05-14"),
    ]
    assert rows("select symbol, session, cause from gap") == []
    assert rows("select reasons from verdict where reasons <> '{}'") == []


def test_only_the_calendars_of_the_watchlist_are_written(run_at, rows):
    run_at("2026-05-15T06:00", "TSCO.LON")
    assert rows("select distinct exchange from exchange_session") == [("XLON",)]


def test_the_listing_of_us_symbols_is_asked_for_only_where_one_is_on_the_list(run_at, vendor):
    run_at("2026-05-15T06:00", "TSCO.LON")
    assert vendor.listings == 0
    run_at("2026-05-15T06:30", *THREE)
    assert vendor.listings == 1


def test_a_body_is_used_again_until_its_own_exchange_has_closed(run_at, vendor):
    run_at("2026-05-15T06:00", *THREE)
    for now, asked in {
        "2026-05-15T06:59": [],
        "2026-05-15T07:00": ["600104.SHH"],
        "2026-05-15T15:30": ["TSCO.LON"],
        "2026-05-15T20:00": ["IBM"],
    }.items():
        vendor.asked.clear()
        for symbol in asked:
            vendor.added[symbol].add("2026-05-15")
        run_at(now, *THREE)
        assert vendor.asked == asked


def test_splits_and_dividends_go_by_the_sessions_of_their_exchange(run_at, rows):
    run_at("2026-05-15T07:00", *THREE)
    assert rows("select symbol, session_before::text from corporate_action order by symbol") == [
        ("600104.SHH", "2026-04-30"),
        ("IBM", "2026-05-05"),
        ("TSCO.LON", "2026-05-05"),
    ]
    splits = "select symbol, asked_through::text from corporate_action_check where kind = 'split' order by 1"
    assert rows(splits) == [
        ("600104.SHH", "2026-05-15"),  # which had just closed when they were asked for
        ("IBM", "2026-05-14"),
        ("TSCO.LON", "2026-05-14"),
    ]


def test_a_bar_is_late_or_missing_only_where_its_exchange_traded(run_at, rows, vendor):
    for symbol in THREE:
        vendor.left_out[symbol] = {"2026-05-04", "2026-05-14"}
    run_at("2026-05-15T06:00", *THREE)
    assert rows("select symbol, session::text, cause from gap order by symbol, session") == [
        ("600104.SHH", "2026-05-14", "not yet published"),
        ("IBM", "2026-05-04", "vendor hole"),
        ("IBM", "2026-05-14", "not yet published"),
        ("TSCO.LON", "2026-05-14", "not yet published"),
    ]
    late = "{}: 2026-05-14 is not published yet; the newest session is 2026-05-13."
    hole = "IBM 2026-05-05: complete (sessions missing before it: 1)."  # a holiday in the other two
    assert rows("select symbol, reasons from verdict where symbol = upper(symbol) order by symbol") == [
        ("600104.SHH", [late.format("600104.SHH")]),
        ("IBM", [late.format("IBM"), hole]),
        ("TSCO.LON", [late.format("TSCO.LON")]),
    ]


def test_a_bar_is_expected_as_soon_as_its_own_exchange_has_closed(run_at, rows):
    run_at("2026-05-15T07:00", *THREE)
    assert rows("select symbol, session::text, cause from gap") == [
        ("600104.SHH", "2026-05-15", "not yet published")
    ]


def test_on_a_holiday_of_its_exchange_nothing_is_late(run_at, rows, vendor):
    for symbol in THREE:
        vendor.left_out[symbol] = {str(day) for day in SESSIONS if day > date(2026, 5, 1)}
    run_at("2026-05-05T06:00", *THREE)
    assert rows("select symbol, reasons from verdict where reasons <> '{}'") == [
        ("IBM", ["IBM: 2026-05-04 is not published yet; the newest session is 2026-05-01."])
    ]


def test_an_exchange_counts_as_closed_by_its_own_symbols(run_at, rows, vendor):
    london = ("TSCO.LON", "VOD.LON", "BP.LON")
    for symbol in london:
        vendor.left_out[symbol] = {"2026-05-13"}
    run_at("2026-05-15T06:00", "IBM", *london)
    assert rows("select distinct session::text, cause from gap") == [("2026-05-13", "closed")]


def test_an_unknown_suffix_costs_no_call_and_keeps_no_other_out(run_at, warehouse, vendor):
    run = run_at("2026-05-15T06:00", "7203.TYO", "TSCO.LON")
    assert vendor.asked == ["TSCO.LON"]
    (refused,) = (request for request in requests_of(warehouse, run) if request.outcome == "failed")
    assert (refused.symbol, refused.kind) == ("7203.TYO", "UnsupportedExchange")
    assert refused.reason == (
        "'7203.TYO' is refused: no supported exchange has the suffix .TYO. Supported suffixes: .LON .TRT "
        ".TRV .DEX .FRK .BSE .SHH .SHZ .SAO .AMS .PAR; a US symbol has none, and a class of shares a dash "
        "(BRK-B)."
    )


def test_a_symbol_with_an_ampersand_and_a_class_of_shares_go_all_the_way(run_at, rows, vendor):
    vendor.left_out["M&M.BSE"] = {"2026-04-14", "2026-05-01"}  # Ambedkar's birthday, Maharashtra Day
    run_at("2026-05-15T06:00", "m&m.bse", "BRK.B", "brk-b")
    assert sorted(vendor.asked) == ["BRK-B", "M&M.BSE"]
    assert rows("select symbol, exchange from instrument order by symbol") == [
        ("BRK-B", "XNYS"),
        ("M&M.BSE", "XBOM"),
    ]
    assert rows("select distinct symbol from stock_data order by symbol") == [("BRK-B",), ("M&M.BSE",)]


def test_an_exchange_before_a_symbol_never_gets_new_yorks_calendar(run_at, rows, vendor):
    run_at("2026-05-15T06:00", "FRA:IQQE", "^GSPC", "IBM")
    assert vendor.asked == ["IBM"]
    assert rows("select symbol, exchange from instrument") == [("IBM", "XNYS")]
    assert rows("select symbol, outcome, kind from request where outcome = 'failed' order by id") == [
        ("FRA:IQQE", "failed", "UnsupportedExchange"),
        ("^GSPC", "failed", "NotASymbol"),
    ]
