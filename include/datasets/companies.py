"""Companies: a row for each quarter; what changes within it is a revision."""

from __future__ import annotations

from include.datasets.base import Dataset
from include.datasets.rule import present

COMPANIES: tuple[Dataset, ...] = (
    Dataset(
        "ibm_overview",
        "OVERVIEW",
        table="company_overview",
        key=("symbol", "latest_quarter"),
        parameters={"symbol": "IBM"},
        every_days=7,
        day="latest_quarter",
        columns=("name",),
        rules=(present("name"),),
    ),
)
