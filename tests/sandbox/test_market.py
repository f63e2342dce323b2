"""The simulated truth: plausible, on the real calendar, and the same wherever and whenever it is drawn."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from include.sandbox.actions import CALM_SYMBOLS, Split, dividend
from include.sandbox.market import Market
from include.sandbox.periods import adjusted_closes
from include.sandbox.sessions import nyse_sessions
from include.sandbox.walk import Bar

SATURDAY = datetime(2026, 5, 16, 6, tzinfo=UTC)
SOME = ["AAPL", "AMZN", "BRK-B", "DIS", "F", "IBM", "META", "NAN", "PLTR", "TSLA", "TWTR"]


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(seed=1, sessions=nyse_sessions())


@pytest.mark.parametrize("symbol", SOME)
def test_every_bar_is_consistent(market, symbol):
    for bar in market.truth(symbol, SATURDAY).bars:
        assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert {-price.as_tuple().exponent for price in (bar.open, bar.high, bar.low, bar.close)} == {4}
        assert isinstance(bar.volume, int)
        assert bar.volume > 0


@pytest.mark.parametrize("symbol", SOME)
def test_between_splits_a_close_stays_near_the_one_before(market, symbol):
    truth = market.truth(symbol, SATURDAY)
    factors = {split.effective: split.factor for split in truth.splits}
    for before, bar in zip(truth.bars, truth.bars[1:], strict=False):
        expected = before.close / factors.get(bar.session, 1)
        assert Decimal("0.8") < bar.close / expected < Decimal("1.25")


def test_sessions_are_the_exchanges(market):
    sessions = [bar.session for bar in market.truth("IBM", SATURDAY).bars]
    assert sessions == sorted(set(sessions))
    assert not [day for day in sessions if day.weekday() > 4]
    closed = {
        date(2026, 1, 1), date(2026, 4, 3),  # New Year, Good Friday
        # attacks, storm, mourning
        date(2001, 9, 11), date(2001, 9, 14), date(2012, 10, 29), date(2025, 1, 9),
    }  # fmt: skip
    assert not closed & set(sessions)
    assert {date(2026, 5, 15), date(2026, 4, 2), date(2001, 9, 17), date(2025, 11, 28)} <= set(sessions)
    assert sessions[0] == date(1999, 11, 1)
    assert len([day for day in sessions if day.year == 2025]) == 250


def test_the_day_independence_is_observed_has_no_session(market):
    later = [bar.session for bar in market.truth("IBM", datetime(2026, 7, 7, tzinfo=UTC)).bars]
    assert later[-3:] == [date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 6)]


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        ("2026-05-15T19:59:59+00:00", "2026-05-14"),
        ("2026-05-15T20:00:00+00:00", "2026-05-15"),  # 16:00 in New York, summer time
        ("2025-11-28T17:59:00+00:00", "2025-11-26"),
        ("2025-11-28T18:00:00+00:00", "2025-11-28"),  # the day after Thanksgiving closes at 13:00
        ("2026-05-17T12:00:00+00:00", "2026-05-15"),
    ],
)
def test_a_session_is_there_once_it_has_closed(market, now, newest):
    assert market.truth("IBM", datetime.fromisoformat(now)).bars[-1].session == date.fromisoformat(newest)


def test_symbols_begin_with_their_listing_and_end_with_it(market):
    assert market.truth("META", SATURDAY).bars[0].session == date(2012, 5, 18)
    assert market.truth("TWTR", SATURDAY).bars[-1].session == date(2022, 10, 27)
    assert market.listing("PLTR", datetime(2020, 9, 1, tzinfo=UTC)) is None


def test_later_clocks_only_add(market):
    early = market.truth("MSFT", datetime(2020, 1, 6, tzinfo=UTC))
    late = market.truth("MSFT", SATURDAY)
    assert late.bars[: len(early.bars)] == early.bars
    assert late.dividends[: len(early.dividends)] == early.dividends


def test_another_process_draws_the_same_market_and_another_seed_another(market):
    """Asked in another order, under another hash seed."""
    code = (
        "from datetime import datetime; from include.sandbox.market import Market;"
        "from include.sandbox.sessions import nyse_sessions; from hashlib import sha256;"
        "market = Market(1, nyse_sessions()); now = datetime.fromisoformat('2026-05-16T06:00:00+00:00');"
        "truths = {s: market.truth(s, now) for s in ('TSLA', 'IBM')};"
        "print(sha256(repr([truths['IBM'], truths['TSLA']]).encode()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    here = [market.truth(symbol, SATURDAY) for symbol in ("IBM", "TSLA")]
    assert run.stdout.strip() == sha256(repr(here).encode()).hexdigest()
    assert Market(2, market.sessions).truth("IBM", SATURDAY) != here[0]


def test_most_pay_and_some_split(market):
    symbols = [listing.symbol for listing in market.every_listing()]
    assert len(symbols) >= 60
    truths = [market.truth(symbol, SATURDAY) for symbol in symbols[:20]]
    assert sum(bool(truth.dividends) for truth in truths) > len(truths) / 2
    assert {len(truth.splits) for truth in truths} == {0, 1, 2, 3}
    places = {-paid.amount.as_tuple().exponent for truth in truths for paid in truth.dividends}
    assert places == {2, 3}
    half_cents = [bar.low for bar in truths[0].bars if bar.low % Decimal("0.01")]
    assert 0.1 < len(half_cents) / len(truths[0].bars) < 0.2


def test_a_first_run_meets_no_split(market):
    """The newest hundred sessions of the five symbols of a first run, for years to come."""
    far = datetime(2035, 12, 30, tzinfo=UTC)
    splits = [split.effective for symbol in CALM_SYMBOLS for split in market.truth(symbol, far).splits]
    assert splits
    assert max(splits) < date(2025, 1, 1)


def test_four_dividends_a_year_on_sessions(market):
    truth = market.truth("IBM", SATURDAY)
    sessions = {bar.session for bar in truth.bars}
    of_2025 = [paid for paid in truth.dividends if paid.ex_date.year == 2025]
    assert len(of_2025) == 4
    assert all(paid.ex_date in sessions and paid.declared < paid.ex_date < paid.paid for paid in of_2025)
    assert truth.dividends[0].declared is None


def test_drawing_a_history_is_quick(market):
    started = time.perf_counter()
    market.truth("XOM", SATURDAY)
    assert time.perf_counter() - started < 0.5  # 0.06 s on an idle machine


def test_adjusted_closes_by_hand():
    """A split of two for one, then a dividend of 1 on a close of 49: what was 100 is worth 49."""
    closes = ["100.0000", "50.0000", "49.0000"]
    days = [date(2026, 5, 13), date(2026, 5, 14), date(2026, 5, 15)]
    bars = [Bar(day, *[Decimal(close)] * 4, volume=1) for day, close in zip(days, closes, strict=True)]
    paid = dividend(nyse_sessions(), days[2], Decimal("1"))
    adjusted = adjusted_closes(bars, [Split(days[1], Decimal("2.0000"))], [paid])
    assert [round(close, 12) for close in adjusted] == [49, 49, 49]


def test_adjusted_closes_are_those_the_vendor_computes(recordings):
    """The recorded body has two dividends in its hundred sessions."""
    lines = (recordings / "TIME_SERIES_DAILY_ADJUSTED__IBM__pt1.csv").read_text().split()[1:]
    rows = [line.split(",") for line in reversed(lines)]
    bars = [Bar(date.fromisoformat(row[0]), *[Decimal(row[4])] * 4, volume=1) for row in rows]
    sessions = nyse_sessions()
    paid = [
        dividend(sessions, date.fromisoformat(row[0]), Decimal(row[7])) for row in rows if Decimal(row[7])
    ]
    assert [str(one.amount) for one in paid] == ["1.6800", "1.6900"]
    for ours, row in zip(adjusted_closes(bars, [], paid), rows, strict=True):
        assert abs(ours - Decimal(row[5])) < Decimal("1e-9")
