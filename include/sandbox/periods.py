"""Weeks and months out of sessions; the running one is a partial row, dated by its latest session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from math import prod

from include.sandbox.actions import Dividend, Split
from include.sandbox.walk import Bar


def week(day: date) -> tuple[int, ...]:
    return tuple(day.isocalendar())[:2]


def month(day: date) -> tuple[int, ...]:
    return day.year, day.month


def by_period(bars: Iterable[Bar], period: Callable[[date], tuple[int, ...]]) -> tuple[Bar, ...]:
    """One raw bar a period: first open, last close, extremes, all volume. A split within it is a cliff."""
    groups = (list(group) for _, group in groupby(bars, key=lambda bar: period(bar.session)))
    return tuple(_merge(group) for group in groups)


def paid_in(
    bars: Sequence[Bar], dividends: Iterable[Dividend], period: Callable[[date], tuple[int, ...]]
) -> dict[tuple[int, ...], Decimal]:
    """The dividends of each period whose ex-date is among the published sessions."""
    paid: defaultdict[tuple[int, ...], Decimal] = defaultdict(Decimal)
    for dividend in dividends:
        if bars and dividend.ex_date <= bars[-1].session:
            paid[period(dividend.ex_date)] += dividend.amount
    return paid


def adjusted_closes(
    bars: Sequence[Bar], splits: Iterable[Split], dividends: Iterable[Dividend]
) -> list[Decimal]:
    """Every close as the newest session's shares see it: a new dividend rewrites all that came before it.

    A dividend divides what is older by 1 + amount / close of the ex-date. That is the vendor's own formula,
    found by recomputing a recorded DAILY_ADJUSTED body; the textbooks use the close before the ex-date.
    """
    factors = {split.effective: split.factor for split in splits}
    amounts = {dividend.ex_date: dividend.amount for dividend in dividends}
    factor, adjusted = Decimal(1), []
    for bar in reversed(bars):
        adjusted.append(bar.close * factor)
        factor /= factors.get(bar.session, 1) * (1 + amounts.get(bar.session, 0) / bar.close)
    return adjusted[::-1]


def close_before(bars: Sequence[Bar], splits: Iterable[Split]) -> Decimal:
    """The close before the newest bar as its shares see it; its own close where it is the first."""
    newest, before = bars[-1], bars[-2:][0]
    factors = (split.factor for split in splits if before.session < split.effective <= newest.session)
    return (before.close / prod(factors, start=Decimal(1))).quantize(newest.close)


def _merge(group: list[Bar]) -> Bar:
    return Bar(
        session=group[-1].session,
        open=group[0].open,
        high=max(bar.high for bar in group),
        low=min(bar.low for bar in group),
        close=group[-1].close,
        volume=sum(bar.volume for bar in group),
    )
