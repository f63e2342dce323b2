"""Symbols of other exchanges keep their own calendars, against days and hours a person looked up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from include.datasets.base import Body
from include.datasets.daily_bars.reading import read_bars
from include.exceptions import UnknownExchange
from include.market.exchanges import CALENDARS, exchange_of
from include.market.instruments import by_exchange
from include.market.sessions import last_closed_session, last_session_begun, opens_and_closes, window_of
from tests.bars import MORNING_AFTER, judge


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("symbol", "exchange"),
    [
        ("IBM", "XNYS"),
        ("BRK-B", "XNYS"),
        ("BRK.B", "XNYS"),
        ("ACWV:BAT", "XNYS"),
        ("M&M.BSE", "XBOM"),
        ("RCI.B.TRT", "XTSE"),
        ("TSCO.LON", "XLON"),
        ("SHOP.TRT", "XTSE"),
        ("GPV.TRV", "XTSE"),
        ("MBG.DEX", "XETR"),
        ("GDX.FRK", "XFRA"),
        ("RELIANCE.BSE", "XBOM"),
        ("600104.SHH", "XSHG"),
        ("000002.SHZ", "XSHG"),
        ("PETR4.SAO", "BVMF"),
        ("ASML.AMS", "XAMS"),
        ("AIR.PAR", "XPAR"),
    ],
)
def test_the_suffix_tells_the_exchange(symbol, exchange):
    assert exchange_of(symbol) == exchange


@pytest.mark.parametrize("symbol", ["7203.TYO", "IBM.", "TSCO.LON.X", "FRA:IQQE", "IBM:X"])
def test_an_unknown_suffix_or_prefix_is_refused_with_those_that_are_known(symbol):
    known = r"\.LON \.TRT \.TRV \.DEX \.FRK \.BSE \.SHH \.SHZ \.SAO \.AMS \.PAR;"
    with pytest.raises(UnknownExchange, match=known):
        exchange_of(symbol)


@pytest.mark.parametrize(
    ("exchange", "closes_at"),
    [
        ("XNYS", "2025-11-28T18:00"),  # the half day after Thanksgiving
        ("XTSE", "2025-11-28T21:00"),  # which is no half day in Toronto
        ("XLON", "2025-12-24T12:30"),
        ("XPAR", "2025-12-24T13:05"),
        ("XAMS", "2025-12-24T13:05"),
        ("XNYS", "2026-03-06T21:00"),
        ("XNYS", "2026-03-09T20:00"),  # New York has changed its clocks
        ("XTSE", "2026-03-09T20:00"),
        ("XLON", "2026-03-09T16:30"),  # London has not
        ("XETR", "2026-03-27T16:30"),
        ("XLON", "2026-03-30T15:30"),  # now it has
        ("XETR", "2026-03-30T15:30"),
        ("XFRA", "2026-03-30T15:30"),
        ("XBOM", "2026-05-15T10:00"),  # clocks never change in India
        ("XBOM", "2026-01-14T10:00"),
        ("XSHG", "2026-05-15T07:00"),
    ],
)
def test_a_session_has_closed_from_its_close_on_and_not_a_minute_before(exchange, closes_at):
    close = instant(closes_at)
    assert last_closed_session(exchange, close) == close.date()
    assert last_closed_session(exchange, close - timedelta(minutes=1)) < close.date()


@pytest.mark.parametrize(
    ("exchange", "closed", "last"),
    [
        ("XLON", "2026-05-04", "2026-05-01"),  # early May bank holiday
        ("XNYS", "2026-07-03", "2026-07-02"),  # for the fourth of July, a Saturday
        ("XTSE", "2026-05-18", "2026-05-15"),  # Victoria Day
        ("XETR", "2025-12-24", "2025-12-23"),
        ("XPAR", "2026-05-01", "2026-04-30"),
        ("XBOM", "2026-01-26", "2026-01-23"),  # Republic Day
        ("XSHG", "2026-05-05", "2026-04-30"),  # five days around the first of May
        ("BVMF", "2025-11-20", "2025-11-19"),  # Black Consciousness Day
    ],
)
def test_each_exchange_has_holidays_of_its_own(exchange, closed, last):
    assert last_closed_session(exchange, instant(f"{closed}T23:59")) == date.fromisoformat(last)
    elsewhere = "XLON" if exchange == "XNYS" else "XNYS"
    assert last_closed_session(elsewhere, instant(f"{closed}T23:59")) == date.fromisoformat(closed)


def test_while_new_york_sleeps_shanghai_trades():
    morning = instant("2026-05-15T06:00")
    assert last_closed_session("XSHG", morning) == date(2026, 5, 14)
    assert last_session_begun("XSHG", morning) == date(2026, 5, 15)
    assert last_session_begun("XNYS", morning) == date(2026, 5, 14)


def test_a_window_is_a_hundred_sessions_of_its_exchange():
    expected = {"XNYS": "2025-12-22", "XLON": "2025-12-19", "XSHG": "2025-12-11"}
    for exchange, first in expected.items():
        window = window_of(exchange, MORNING_AFTER)
        assert (len(window), str(window[0]), str(window[-1])) == (100, first, "2026-05-15")


def test_every_calendar_opens_and_begins_before_the_vendors_histories():
    for exchange in set(CALENDARS.values()):
        assert opens_and_closes(exchange)[0][0] < date(1997, 1, 3)


def test_a_symbol_whose_calendar_has_ended_is_refused_too():
    known, refused = by_exchange(["IBM", "600104.SHH", "A.X", "MSFT"], MORNING_AFTER)
    assert known == {"XNYS": ["IBM", "MSFT"], "XSHG": ["600104.SHH"]}
    assert list(refused) == ["A.X"]
    known, refused = by_exchange(["600104.SHH"], instant("2100-01-04T06:00"))
    assert known == {}
    assert refused["600104.SHH"].startswith("600104.SHH: the calendar of XSHG ends on 20")
    assert "Install a newer exchange-calendars" in refused["600104.SHH"]


def csv(*days: str) -> bytes:
    rows = [f"{day},10.0,11.0,9.0,10.5,1000" for day in sorted(days, reverse=True)]
    return "".join(f"{line}\r\n" for line in ["timestamp,open,high,low,close,volume", *rows]).encode()


@pytest.mark.parametrize(
    ("symbol", "fetched_at", "final"),
    [
        ("600104.SHH", "2026-05-15T06:00", False),
        ("600104.SHH", "2026-05-15T07:00", True),
        ("TSCO.LON", "2026-05-15T15:29", False),
        ("TSCO.LON", "2026-05-15T15:30", True),
        ("IBM", "2026-05-15T15:30", False),
    ],
)
def test_a_bar_is_final_once_its_own_exchange_has_closed(symbol, fetched_at, final):
    body = Body(csv("2026-05-14", "2026-05-15"), symbol, "TIME_SERIES_DAILY", instant(fetched_at))
    assert read_bars(body).table["is_final"].to_pylist() == [final, True]


def test_the_gate_judges_each_bar_by_its_own_calendar(batch, tmp_path):
    """The batches have every weekday from 2026-04-13 to 2026-05-15."""
    bars = [bar for symbol in ("IBM", "TSCO.LON", "600104.SHH", "SHOP.TRT") for bar in batch(symbol)]
    verdicts = judge(bars, now=instant("2026-05-15T06:00"), reports=tmp_path)
    assert {v.symbol: [(str(b.row.day), b.rules) for b in v.broken] for v in verdicts} == {
        "IBM": [("2026-05-15", ("not_in_the_future",))],
        "TSCO.LON": [("2026-05-04", ("is_a_session",)), ("2026-05-15", ("not_in_the_future",))],
        "600104.SHH": [(f"2026-05-0{day}", ("is_a_session",)) for day in (1, 4, 5)],
        "SHOP.TRT": [("2026-05-15", ("not_in_the_future",))],
    }
