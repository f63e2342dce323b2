"""Published bars as rows of text, in each function's way of printing figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from include.sandbox import periods
from include.sandbox.published import Published
from include.sandbox.series import Row
from include.sandbox.walk import Bar

FOUR_PLACES = Decimal("0.0001")
TWELVE_PLACES = Decimal("0.000000000001")


def series_rows(function: str, published: Published) -> list[Row]:
    """Every row of the function's series, newest first."""
    match function:
        case "TIME_SERIES_DAILY":
            rows = [_raw(bar) for bar in published.bars]
        case "TIME_SERIES_DAILY_ADJUSTED":
            rows = _daily_adjusted(published)
        case "TIME_SERIES_WEEKLY":
            rows = [_raw(bar) for bar in periods.by_period(published.bars, periods.week)]
        case "TIME_SERIES_MONTHLY":
            rows = [_raw(bar) for bar in periods.by_period(published.bars, periods.month)]
        case "TIME_SERIES_WEEKLY_ADJUSTED":
            rows = _period_adjusted(published, periods.week)
        case _:
            rows = _period_adjusted(published, periods.month)
    return rows[::-1]


def plain(value: Decimal) -> str:
    """Without padding, but never without a decimal: ``218.2``, ``215.0``."""
    text = f"{value.normalize():f}"
    return text if "." in text else f"{text}.0"


def _raw(bar: Bar) -> Row:
    return bar.session.isoformat(), (*map(str, (bar.open, bar.high, bar.low, bar.close)), str(bar.volume))


def _daily_adjusted(published: Published) -> list[Row]:
    adjusted = periods.adjusted_closes(published.bars, published.splits, published.dividends)
    amounts = {dividend.ex_date: dividend.amount for dividend in published.dividends}
    factors = {split.effective: split.factor for split in published.splits}
    rows: list[Row] = []
    for bar, close in zip(published.bars, adjusted, strict=True):
        prices = (bar.open, bar.high, bar.low, bar.close, close.quantize(TWELVE_PLACES))
        amount = amounts.get(bar.session, Decimal(0)).quantize(FOUR_PLACES)
        coefficient = plain(factors.get(bar.session, Decimal(1)))
        rows.append((
            bar.session.isoformat(),
            (*map(plain, prices), str(bar.volume), str(amount), coefficient),
        ))
    return rows


def _period_adjusted(published: Published, period: Callable[[date], tuple[int, ...]]) -> list[Row]:
    daily = periods.adjusted_closes(published.bars, published.splits, published.dividends)
    closes = dict(zip((bar.session for bar in published.bars), daily, strict=True))
    paid = periods.paid_in(published.bars, published.dividends, period)
    rows: list[Row] = []
    for bar in periods.by_period(published.bars, period):
        stamp, (opens, high, low, close, volume) = _raw(bar)
        adjusted = closes[bar.session].quantize(FOUR_PLACES)
        amount = paid.get(period(bar.session), Decimal(0)).quantize(FOUR_PLACES)
        rows.append((stamp, (opens, high, low, close, str(adjusted), volume, str(amount))))
    return rows
