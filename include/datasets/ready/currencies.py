"""Currencies and crypto: one table for all pairs of a period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from include.datasets.base import Dataset, Period
from include.datasets.column import Column, numbers
from include.datasets.ready.base import Pair, Ready
from include.datasets.rule import PRICE_RULES, PRICES, Rule, not_negative

Span = Literal["daily", "weekly", "monthly"]
_PERIODS: dict[Span, Period] = {"weekly": "week", "monthly": "month"}
_DUE: dict[Span, int] = {"daily": 1, "weekly": 7, "monthly": 28}


@dataclass(frozen=True)
class _Market:
    """What is the same for the daily, weekly and monthly rows of a market.

    :param function: what the functions of all spans begin with.
    :param says: what it brings, after the span.
    """

    name: str
    function: str
    of: Pair
    typed: tuple[Column, ...]
    rules: tuple[Rule, ...]
    says: str

    def ready(self, span: Span) -> Ready:
        """Return the dataset of a span."""
        period = _PERIODS.get(span)
        dataset = Dataset(
            self.name if span == "daily" else f"{self.name}_{span}",
            f"{self.function}_{span.upper()}",
            table=f"{self.name}_{span}",
            key=(self.of.first, self.of.second, period or "timestamp"),
            parameters={"datatype": "csv"},
            every_days=_DUE[span],
            day="timestamp",
            columns=tuple(column.name for column in self.typed),
            typed=self.typed,
            around_the_clock=True,
            final="period" if period else "day",
            period=period,
            rules=self.rules,
        )
        return Ready(dataset, f"{span} {self.says}", self.of)


_FX = _Market(
    "fx",
    "FX",
    Pair("from_symbol", "to_symbol", "EUR/USD"),
    numbers(" ".join(PRICES), "units of to_symbol for one of from_symbol"),
    PRICE_RULES,
    "rates of pairs of currencies",
)
_CRYPTO = _Market(
    "crypto",
    "DIGITAL_CURRENCY",
    Pair("symbol", "market", "BTC/USD"),
    (*numbers(" ".join(PRICES), "units of market for one coin"), *numbers("volume", "coins traded")),
    (*PRICE_RULES, not_negative("volume")),
    "prices of coins",
)

CURRENCIES = tuple(market.ready(span) for market in (_FX, _CRYPTO) for span in _DUE)
