"""Commodities: a series each."""

from __future__ import annotations

from include.datasets.base import Dataset
from include.datasets.rule import between

COMMODITIES: tuple[Dataset, ...] = (
    Dataset(
        "crude_oil",
        "WTI",
        table="crude_oil_wti",
        key=("interval", "date"),
        parameters={"interval": "monthly", "datatype": "csv"},
        every_days=7,
        day="date",
        columns=("value",),
        rules=(between("value", -100, 1000),),  # below zero in April 2020
    ),
)
