"""Weekly and monthly bars of a symbol, as traded: the whole history, on any key, in one call each."""

from __future__ import annotations

from dataclasses import dataclass

from include.datasets.base import Dataset, Period
from include.datasets.rule import PRICE_RULES, PRICES, present


@dataclass(frozen=True)
class Series:
    """A series of periods: the function that brings it, and how many days later there is more."""

    function: str
    period: Period
    every_days: int


SERIES = {
    "weekly": Series("TIME_SERIES_WEEKLY", "week", 7),
    "monthly": Series("TIME_SERIES_MONTHLY", "month", 28),
}
"""By the name a person gives them."""


def series_of(symbol: str, name: str) -> Dataset:
    """Return the weekly or monthly bars of a symbol as a dataset; its name tells both."""
    series = SERIES[name]
    return Dataset(
        f"{symbol.lower()}_{name}",
        series.function,
        table=f"stock_data_{name}",
        key=("symbol", series.period),
        parameters={"symbol": symbol, "datatype": "csv"},
        every_days=series.every_days,
        day="timestamp",
        columns=(*PRICES, "volume"),
        final="period",
        period=series.period,
        rules=(*PRICE_RULES, present("volume")),
    )
