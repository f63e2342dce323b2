"""The US economy: a series each."""

from __future__ import annotations

from include.datasets.base import Dataset
from include.datasets.rule import between

ECONOMY: tuple[Dataset, ...] = (
    Dataset(
        "us_unemployment",
        "UNEMPLOYMENT",
        table="us_unemployment",
        key=("date",),
        parameters={"datatype": "csv"},
        every_days=7,
        day="date",
        columns=("value",),
        rules=(between("value", 0, 50),),
    ),
)
