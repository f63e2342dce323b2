"""Intraday bars of currencies and coins, out of the same line as their days."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from include.sandbox.functions.rates.path import HOURS, Pair, Span, hour_of, value_at
from include.sandbox.functions.rates.price_rows import PriceRow, bar_of

INTERVALS = ("1min", "5min", "15min", "30min", "60min")
COMPACT = 100
FULL_DAYS = 10


def intraday_rows(pair: Pair, now: datetime, interval: str, full: bool) -> list[PriceRow]:
    """Newest first, stamped with the bar's beginning; only bars that have begun by ``now``."""
    minutes = int(interval.removesuffix("min"))
    moment = now.astimezone(UTC)
    days = FULL_DAYS if full else 2 + -(-COMPACT * minutes // (HOURS * 60))
    rows: list[PriceRow] = []
    for span in reversed(pair.days(now, days)):
        end = hour_of(moment) if span.day == moment.date() else float(HOURS)
        rows += _day(span, minutes, end)[::-1]
    return rows if full else rows[:COMPACT]


def _day(span: Span, minutes: int, end: float) -> list[PriceRow]:
    starts = [number * minutes / 60 for number in range(HOURS * 60 // minutes) if number * minutes / 60 < end]
    return [_bar(span, start, min(start + minutes / 60, end)) for start in starts]


def _bar(span: Span, start: float, end: float) -> PriceRow:
    """At most an hour, so that its extremes are its ends."""
    stamp = datetime.combine(span.day, time.min, UTC) + timedelta(minutes=round(start * 60))
    ends = value_at(span.values, start), value_at(span.values, end)
    return PriceRow(f"{stamp:%Y-%m-%d %H:%M:%S}", bar_of(ends))
