"""Weekly and monthly bars of a symbol, as traded: the whole history, on any key, in one call each."""

from __future__ import annotations

from dataclasses import dataclass

from include.datasets.base import Dataset, Period
from include.datasets.registry import DATASETS
from include.datasets.rule import PRICE_RULES, present


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
        period=series.period,
        rules=(*PRICE_RULES, present("volume")),
    )


def dataset_named(name: str) -> Dataset:
    """Return the dataset that is declared under a name, or the series of a symbol that it tells.

    :raises LookupError: it is neither.
    """
    declared = {dataset.name: dataset for dataset in DATASETS}
    symbol, _, series = name.rpartition("_")
    if name in declared:
        return declared[name]
    if symbol and series in SERIES:
        return series_of(symbol.upper(), series)
    raise LookupError(f"No dataset is declared as {name!r}: it was taken out of include/datasets/.")
