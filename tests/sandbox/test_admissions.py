"""Symbols that a test lets join the market: they come, go, split, pay, change their name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.error import HTTPError

import pytest

from include.sandbox.admissions import Admission, admit
from include.sandbox.market import Market
from include.sandbox.sessions import Sessions, nyse_sessions

from .conftest import SATURDAY, TestedSandbox

MONDAY, TUESDAY, FRIDAY = date(2025, 11, 17), date(2025, 11, 18), date(2025, 11, 21)
WEDNESDAY = date(2025, 11, 19)
LATER = datetime(2025, 12, 31, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def sessions() -> Sessions:
    return nyse_sessions()


@pytest.fixture
def market(sessions: Sessions) -> Market:
    return Market(1, sessions)


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=UTC)


def admitted(market: Market, *facts: dict) -> Market:
    admit(market, [Admission.model_validate(given) for given in facts])
    return market


def test_an_ipo_is_not_known_before_its_first_close(market):
    admitted(market, {"symbol": "NEWCO", "listed": TUESDAY})
    assert market.listing("NEWCO", morning(TUESDAY)) is None
    assert [bar.session for bar in market.truth("NEWCO", morning(FRIDAY)).bars] == [
        TUESDAY, WEDNESDAY, date(2025, 11, 20),
    ]  # fmt: skip


def test_a_delisting_ends_the_bars_and_nothing_before_it_tells_of_it(market):
    admitted(market, {"symbol": "GONE", "listed": date(2025, 1, 2), "delisted": WEDNESDAY})
    other = admitted(Market(1, market.sessions), {"symbol": "GONE", "listed": date(2025, 1, 2)})
    assert market.truth("GONE", morning(TUESDAY)) == other.truth("GONE", morning(TUESDAY))
    assert market.truth("GONE", LATER).bars[-1].session == TUESDAY


def test_a_renamed_company_carries_on_its_history(market):
    split, paid = {"effective": TUESDAY, "factor": "2"}, {"ex_date": FRIDAY, "amount": "0.25"}
    admitted(
        market,
        {"symbol": "OLD", "listed": date(2025, 11, 3), "delisted": WEDNESDAY, "splits": [split]},
        {"symbol": "NEW", "listed": WEDNESDAY, "continues": "OLD", "dividends": [paid]},
    )
    assert market.listing("NEW", morning(WEDNESDAY)) is None
    old, new = market.truth("OLD", LATER), market.truth("NEW", LATER)
    assert old.bars == new.bars[: len(old.bars)]
    assert (old.bars[0].session, old.bars[-1].session) == (date(2025, 11, 3), TUESDAY)
    assert new.bars[len(old.bars)].session == WEDNESDAY
    assert [split.effective for split in new.splits] == [TUESDAY]
    assert [(paid.ex_date, paid.amount) for paid in new.dividends] == [(FRIDAY, Decimal("0.25"))]


def test_a_split_moves_the_price_on_its_day_and_on_no_other(market):
    split = {"effective": WEDNESDAY, "factor": "4"}
    admitted(market, {"symbol": "SPLIT", "listed": MONDAY, "splits": [split]})
    plain = admitted(Market(1, market.sessions), {"symbol": "SPLIT", "listed": MONDAY})
    bars, others = market.truth("SPLIT", LATER).bars, plain.truth("SPLIT", LATER).bars
    assert bars[:2] == others[:2]
    assert abs(others[2].open / bars[2].open - 4) < Decimal("0.01")
    assert str(market.truth("SPLIT", LATER).splits[0].factor) == "4.0000"
    assert market.truth("SPLIT", morning(TUESDAY)).splits == ()


def test_a_dividend_is_declared_before_its_ex_date(market):
    paid = {"ex_date": FRIDAY, "amount": "1.5"}
    admitted(market, {"symbol": "PAYER", "listed": date(2025, 1, 2), "dividends": [paid]})
    assert market.truth("PAYER", morning(date(2025, 11, 5))).dividends == ()
    (declared,) = market.truth("PAYER", morning(date(2025, 11, 7))).dividends
    assert (declared.declared, declared.ex_date) == (date(2025, 11, 6), FRIDAY)


def test_a_symbol_can_be_another_companys_later(market):
    admitted(
        market,
        {"symbol": "TWICE", "listed": date(2025, 1, 2), "delisted": TUESDAY},
        {"symbol": "TWICE", "listed": FRIDAY},
    )
    first, second = market.truth("TWICE", morning(FRIDAY)), market.truth("TWICE", LATER)
    assert first.bars[-1].session == MONDAY
    assert second.bars[0].session == FRIDAY
    assert second.bars[0].open != first.bars[0].open


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ([{"symbol": "A", "listed": date(2025, 11, 16)}], "2025-11-16 is not a session"),
        ([{"symbol": "A", "listed": FRIDAY, "delisted": MONDAY}], "delisted before it trades"),
        ([{"symbol": "IBM", "listed": FRIDAY}], "IBM is another company's symbol"),
        ([{"symbol": "A", "listed": MONDAY}, {"symbol": "A", "listed": FRIDAY}], "another company's"),
        ([{"symbol": "B", "listed": FRIDAY, "continues": "IBM"}], "admit that before it"),
        (
            [{"symbol": "A", "listed": FRIDAY, "splits": [{"effective": MONDAY, "factor": "2"}]}],
            "A is not listed on 2025-11-17",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_and_nothing_is_admitted(market, facts, message):
    good = {"symbol": "GOOD", "listed": MONDAY}
    with pytest.raises(ValueError, match=message):
        admitted(market, good, *facts)
    assert market.listing("GOOD", LATER) is None


def test_a_thousand_symbols_are_cheap(market):
    symbols = [f"S{number:04}" for number in range(1000)]
    admitted(market, *({"symbol": symbol, "listed": date(2025, 5, 1)} for symbol in symbols))
    started = time.perf_counter()
    for symbol in symbols:
        market.truth(symbol, LATER)
    assert time.perf_counter() - started < 20  # 1.6 s on an idle machine
    assert len({market.truth(symbol, LATER).bars[-1].close for symbol in symbols}) > 900


@pytest.fixture
def sandbox() -> Iterator[TestedSandbox]:
    """One of this test's own: who joined a market stays."""
    with TestedSandbox() as running, running.client:
        running.set_clock(SATURDAY)
        yield running


def test_the_api_tells_of_them_by_its_clock(sandbox):
    names = ("COMING", "LEAVING")
    sandbox.add_listings(
        {"symbol": "COMING", "name": "Coming Corp", "listed": "2026-05-14"},
        {"symbol": "LEAVING", "listed": "2026-01-02", "delisted": "2026-05-13"},
    )

    def listed(day: str, state: str = "active") -> list[list[str]]:
        rows = sandbox.rows("LISTING_STATUS", "", date=day, state=state)
        return [row for row in rows if row[0] in names]

    coming = ["COMING", "Coming Corp (simulated)", "NYSE", "Stock", "2026-05-14", "null", "Active"]
    assert [row[0] for row in listed("2026-05-12")] == ["LEAVING"]
    assert listed("2026-05-15") == [coming]
    assert [row[5:] for row in listed("2026-05-15", "delisted")] == [["2026-05-13", "Delisted"]]
    assert [row[0] for row in sandbox.rows("TIME_SERIES_DAILY", "COMING")] == ["2026-05-15", "2026-05-14"]
    sandbox.set_clock(datetime(2026, 5, 14, 6, tzinfo=UTC) - timedelta(days=1))
    assert "Invalid API call" in sandbox.get("TIME_SERIES_DAILY", "COMING").text


def test_a_listing_that_makes_no_sense_is_refused(sandbox, replay):
    for facts in ({"symbol": "IBM", "listed": "2026-05-15"}, {"symbol": "no", "listed": "2026-05-15"}):
        with pytest.raises(HTTPError, match="422"):
            sandbox.add_listings(facts)
    with pytest.raises(HTTPError, match="404"):
        replay.add_listings({"symbol": "NEWCO", "listed": "2026-05-15"})
