"""The listing: read from its body, kept for a week, and asked what a person may have meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.exceptions import UnreadableBody
from include.datasets.base import Body
from include.datasets.listing import read_listing
from include.exceptions import OriginMismatch
from include.fetch.raw_store import write_body
from include.market.listing import ActiveSymbol, active, asked_at, near
from include.plan.needs import PlannedRequest, listing_needs
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, record_request
from tests.bars import MORNING_AFTER, let_in

HEADER = "symbol,name,exchange,assetType,ipoDate,delistingDate,status"
NVDA = "NVDA,NVIDIA Corp ,NASDAQ,Stock,1999-01-22,null,Active"
NA = "NA,Nano Labs Ltd,NASDAQ,Stock,2022-07-12,null,Active"
AMEH = "AMEH,,NASDAQ,Stock,2024-02-26,null,Active"
TWTR = "TWTR,Twitter Inc,NYSE,Stock,2013-11-07,2022-10-28,Delisted"
TWTR_BEFORE = "TWTR,Tweeter Home Entertainment,NASDAQ,Stock,1998-07-23,2007-06-11,Delisted"


def body(*rows: str) -> bytes:
    return "".join(f"{row}\r\n" for row in (HEADER, *rows)).encode()


def listed(content: bytes):
    return read_listing(Body(content, "*active", "LISTING_STATUS", MORNING_AFTER)).table


@pytest.fixture
def brought(warehouse, started, tmp_path) -> Callable[..., None]:
    """Bring a list in a run of its own, and load it."""

    def bring(
        *rows: str, which: str = "*active", at: datetime = MORNING_AFTER, origin: str = "sandbox"
    ) -> None:
        run = started("IBM", run_id=f"{which} {at}")
        about = {"origin": origin, "function": "LISTING_STATUS", "symbol": which, "kind": "list.csv"}
        path = write_body(ObjectStoragePath(f"file://{tmp_path}"), body(*rows), fetched_at=at, **about)
        facts = {"path": path, "origin": origin, "fetched_at": at}
        record_request(warehouse, run, Request(which, "LISTING_STATUS", "fetched", "", **facts))
        let_in(warehouse, run, tmp_path)

    return bring


def test_a_row_is_read_with_its_dates_and_tickers_that_look_like_nothing_stay():
    assert [tuple(row.values()) for row in listed(body(NVDA, NA, AMEH)).to_pylist()] == [
        ("NVDA", "NVIDIA Corp", "NASDAQ", "Stock", date(1999, 1, 22), None, "Active"),
        ("NA", "Nano Labs Ltd", "NASDAQ", "Stock", date(2022, 7, 12), None, "Active"),
        ("AMEH", None, "NASDAQ", "Stock", date(2024, 2, 26), None, "Active"),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (body(), "no row"),
        (body(NVDA, TWTR), "Not the list of what is Active: .*TWTR"),
        (b"symbol,price\r\nNVDA,1\r\n", "Not a listing"),
    ],
)
def test_what_is_no_such_list_is_refused(content, why):
    with pytest.raises(UnreadableBody, match=why):
        listed(content)


def test_the_whole_recorded_listing_is_read(recordings):
    rows = listed((recordings / "LISTING_STATUS__none__pt1.csv").read_bytes())
    assert len(rows) == 13411
    assert {"NA", "NAN"} <= set(rows["symbol"].to_pylist())


@pytest.mark.postgres
def test_a_list_takes_the_place_of_the_one_before_and_an_older_one_does_not(warehouse, brought):
    brought(NVDA, NA)
    brought(TWTR, TWTR_BEFORE, which="*delisted")
    next_week = MORNING_AFTER + timedelta(days=7)
    brought(NVDA, NA, AMEH, at=next_week)
    brought(NA, at=MORNING_AFTER - timedelta(days=1))
    assert [str(known) for known in active(warehouse)] == [
        "AMEH (NASDAQ)",
        "NA (Nano Labs Ltd, NASDAQ)",
        "NVDA (NVIDIA Corp, NASDAQ)",
    ]
    assert asked_at(warehouse) == {"*active": next_week, "*delisted": MORNING_AFTER}
    gone = warehouse.execute("select delisting_date from listing where symbol = 'TWTR' order by 1").fetchall()
    assert gone == [(date(2007, 6, 11),), (date(2022, 10, 28),)]


@pytest.mark.postgres
def test_a_simulated_listing_does_not_enter_a_warehouse_of_real_data(warehouse, brought):
    claim_origin(warehouse, "market")
    with pytest.raises(OriginMismatch):
        brought(NVDA)


@pytest.mark.parametrize(
    ("held", "missing", "asked"),
    [
        ({}, [], ("*active", "the listing was not asked for yet")),
        ({"*active": 6}, [], None),
        ({"*active": 7}, ["TWTR"], ("*active", "the listing is of 2026-05-09")),
        ({"*active": 1}, ["TWTR"], ("*delisted", "TWTR left the listing; it tells since when")),
        ({"*active": 1, "*delisted": 8}, ["A", "B", "C"], ("*delisted", "A and 2 more left the listing; it")),
        ({"*active": 2, "*delisted": 1}, ["TWTR"], None),
    ],
)
def test_it_is_asked_for_once_a_week_and_the_delisted_when_one_is_missing(held, missing, asked):
    needs = listing_needs(
        {which: MORNING_AFTER - timedelta(days=days) for which, days in held.items()}, MORNING_AFTER, missing
    )
    requests = [need.request for need in needs]
    assert [request.symbol for request in requests] == ([asked[0]] if asked else [])
    assert all(request.reason.startswith(asked[1]) for request in requests)
    assert all(
        request == PlannedRequest(asked[0], "", "LISTING_STATUS", request.reason) for request in requests
    )


AMONG = [
    ActiveSymbol("AAPL", "Apple Inc", "NASDAQ", None),
    ActiveSymbol("AMEH", None, "NASDAQ", None),
    ActiveSymbol("BAC", "Bank of America Corp", "NYSE", None),
    ActiveSymbol("BRK-B", "Berkshire Hathaway Inc Class B", "NYSE", None),
    ActiveSymbol("KO", "Coca-Cola Company", "NYSE", None),
    ActiveSymbol("MSFT", "Microsoft Corp", "NASDAQ", None),
    ActiveSymbol("NVDA", "NVIDIA Corp", "NASDAQ", None),
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("NVDIA", ["NVDA"]),
        ("APPLE", ["AAPL"]),
        ("COCACOLA", ["KO"]),
        ("BANKOFAMERICA", ["BAC"]),
        ("BRKB", ["BRK-B"]),
        ("MICROSFT", ["MSFT"]),
        ("XYZZY", []),
    ],
)
def test_what_a_person_may_have_meant_is_found_by_symbol_and_by_name(typed, meant):
    assert [known.symbol for known in near(typed, AMONG)] == meant


def test_the_zone_of_a_week_is_that_of_the_clock():
    asked = datetime(2026, 5, 9, 6, tzinfo=UTC)
    assert listing_needs({"*active": asked}, asked + timedelta(days=7, seconds=-1)) == []
    assert len(listing_needs({"*active": asked}, asked + timedelta(days=7))) == 1
