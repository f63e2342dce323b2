"""Commodities and the US economy: a series for each name, all commodities in one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from include.datasets.base import Dataset
from include.datasets.column import numbers, texts
from include.datasets.ready.base import Names, Ready
from include.datasets.rule import between

_FINE = ("daily", "weekly", "monthly")
_COARSE = ("monthly", "quarterly", "annual")
_QUOTED = ("WTI", "BRENT", "NATURAL_GAS")
_AVERAGED = ("COPPER", "ALUMINUM", "WHEAT", "CORN", "COTTON", "SUGAR", "COFFEE", "ALL_COMMODITIES")
_BY_INTERVAL = {
    "REAL_GDP": ("quarterly", "annual"),
    "CPI": ("monthly", "semiannual"),
    "FEDERAL_FUNDS_RATE": _FINE,
}
_OF_ONE_INTERVAL = {
    "REAL_GDP_PER_CAPITA": "quarterly",
    "INFLATION": "annual",
    "RETAIL_SALES": "monthly",
    "DURABLES": "monthly",
    "UNEMPLOYMENT": "monthly",
    "NONFARM_PAYROLL": "monthly",
}
_METALS = ("GOLD", "SILVER")
_MATURITIES = ("3month", "2year", "5year", "7year", "10year", "30year")

Questions = Mapping[str, Mapping[str, str]]


def _series(function: str, intervals: Iterable[str]) -> dict[str, dict[str, str]]:
    """A name for each interval; the bare name is the finest, which comes first."""
    name, asked = function.lower(), {}
    for interval in intervals:
        question = {"function": function, "=name": name, "interval": interval}
        asked[f"{name}_{interval}"] = question
        asked.setdefault(name, question)
    return asked


def _names(questions: Questions) -> Names:
    """Names of which those without an interval are the usual ones."""
    return Names(
        questions, tuple(name for name, asked in questions.items() if name == asked.get("=name", name))
    )


_COMMODITIES: Questions = {
    **{name: asked for one in _QUOTED for name, asked in _series(one, _FINE).items()},
    **{name: asked for one in _AVERAGED for name, asked in _series(one, _COARSE).items()},
}
_METAL_NAMES: Questions = {
    metal.lower(): {"symbol": metal, "=name": metal.lower(), "interval": "daily"} for metal in _METALS
}
_INDICATORS: Questions = {
    **{name: asked for one, how in _BY_INTERVAL.items() for name, asked in _series(one, how).items()},
    **{
        one.lower(): {"function": one, "=name": one.lower(), "=interval": interval}
        for one, interval in _OF_ONE_INTERVAL.items()
    },
}
_YIELDS: Questions = {each: {"maturity": each, "interval": "daily"} for each in _MATURITIES}

_VALUE = (
    *numbers("value", "in the unit of the column unit; null where the source has a gap"),
    *texts("unit"),
)


def _of_values(name: str, function: str, table: str, says: str, questions: Questions, **about: Any) -> Ready:
    """A family of series, each of one value a day or period."""
    series = Dataset(
        name,
        function,
        table=table,
        key=("name", "interval", "date"),
        day="date",
        columns=("value",),
        typed=_VALUE,
        of_meta=("unit",),
    )
    return Ready(replace(series, **about), says, _names(questions))


ECONOMY = (
    _of_values(
        "commodities",
        "WTI",
        "commodity_price",
        "prices of oil, gas, metals and crops",
        _COMMODITIES,
        every_days=7,
        rules=(between("value", -100, 100_000),),  # oil was below zero in April 2020
    ),
    _of_values(
        "metals",
        "GOLD_SILVER_HISTORY",
        "commodity_price",
        "daily prices of gold and silver",
        _METAL_NAMES,
        renamed={"price": "value"},
        rules=(between("value", 0, 1_000_000),),
    ),
    _of_values(
        "economy", "CPI", "economic_indicator", "indicators of the US economy", _INDICATORS, every_days=7
    ),
    _of_values(
        "treasury_yields",
        "TREASURY_YIELD",
        "treasury_yield",
        "daily yields of US treasuries by maturity",
        _YIELDS,
        key=("maturity", "interval", "date"),
        rules=(between("value", -5, 30),),
    ),
)
