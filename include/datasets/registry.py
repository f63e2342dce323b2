"""The datasets of the DAG ``market_data_extra``, as data: add one here, and the next run brings it.

Any function of the API will do whose rows have a key. A table is made when its first rows come: the columns
are the body's, under the provider's names, each of the type of its values (``numeric``, ``date``,
``timestamptz``, ``text``, ``boolean``), and each comes when it first has one. Several datasets may share a
table if they share its key, such as several pairs of currencies.

A free key has 25 calls a day; each dataset that is due takes one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from include.datasets.daily_bars import PRICES
from include.datasets.rule import Rule, ordered, positive, present

_NAME = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,40}")
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,40}")

Period = Literal["week", "month"]


@dataclass(frozen=True)
class Dataset:
    """What to ask for, how often, where it goes and what it has to keep.

    :param name: stands where a symbol would, in ``request``, ``verdict`` and ``quarantine``: in lower case,
        so that it never is one. What is asked under a name stays the same: another question needs another.
    :param parameters: as the API names them.
    :param key: the columns that identify a row; one that the body lacks takes the value of the parameter of
        that name.
    :param every_days: how many days (UTC) after it was fetched it is due again.
    :param day: the column that dates a row, if there is one; no row is of a day to come.
    :param leave_out_today: the row of the day (UTC) on which it is fetched still moves. It is left out until
        the day is over.
    :param period: each row is a week or month of the exchange of the parameter ``symbol``, dated by its last
        session. A column of that name has the first day of the period; the running one is left out.
    :param rules: what its rows have to keep, beside the key: see :mod:`include.datasets.daily_bars`. The frame they
        are checked on has the columns of the body; numbers as floats, days and times as ISO 8601 text.
    """

    name: str
    function: str
    table: str
    key: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    every_days: int = 1
    day: str | None = None
    leave_out_today: bool = False
    period: Period | None = None
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        for name, pattern in ((self.name, _NAME), (self.table, _TABLE)):
            if not pattern.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a dataset or its table: lower case, digits and '_'.")
        if not self.key:
            raise ValueError(f"The dataset {self.name} has no key: name the columns that identify a row.")

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """Its own rules after those that its key and its day ask for."""
        unique = Rule(
            "one_row_a_key",
            f"No two rows have the same {', '.join(self.key)}.",
            *_unique(self.key),
            releasable=False,
        )
        begun = Rule(
            "not_in_the_future",
            "The day has begun (UTC) when it is fetched.",
            "ExpectColumnValuesToBeInSet",
            {"column": "has_begun", "value_set": [True]},
        )
        keyed = (*(present(column) for column in self.key), unique)
        return (*keyed, *((begun,) if self.day else ()), *self.rules)


def _unique(key: tuple[str, ...]) -> tuple[str, Mapping[str, object]]:
    if len(key) == 1:
        return "ExpectColumnValuesToBeUnique", {"column": key[0]}
    return "ExpectCompoundColumnsToBeUnique", {"column_list": list(key)}


def _between(column: str, least: float, most: float) -> Rule:
    return Rule(
        f"{column}_within_bounds",
        f"{column} is between {least} and {most}, where there is one.",
        "ExpectColumnValuesToBeBetween",
        {"column": column, "min_value": least, "max_value": most},
    )


PRICE_RULES = (
    *(present(column) for column in PRICES),
    *(positive(column) for column in PRICES),
    *(ordered("low", column) for column in ("open", "close")),
    *(ordered(column, "high") for column in ("open", "close")),
)
"""What open, high, low and close have to keep, whatever is traded."""

DATASETS: tuple[Dataset, ...] = (
    Dataset(
        "eur_usd",
        "FX_DAILY",
        table="fx_daily",
        key=("from_symbol", "to_symbol", "timestamp"),
        parameters={"from_symbol": "EUR", "to_symbol": "USD", "datatype": "csv"},
        day="timestamp",
        leave_out_today=True,
        rules=PRICE_RULES,
    ),
    Dataset(
        "btc_usd",
        "DIGITAL_CURRENCY_DAILY",
        table="crypto_daily",
        key=("symbol", "market", "timestamp"),
        parameters={"symbol": "BTC", "market": "USD", "datatype": "csv"},
        day="timestamp",
        leave_out_today=True,
        rules=PRICE_RULES,
    ),
    Dataset(
        "crude_oil",
        "WTI",
        table="crude_oil_wti",
        key=("interval", "date"),
        parameters={"interval": "monthly", "datatype": "csv"},
        every_days=7,
        day="date",
        rules=(_between("value", -100, 1000),),  # below zero in April 2020
    ),
    Dataset(
        "us_unemployment",
        "UNEMPLOYMENT",
        table="us_unemployment",
        key=("date",),
        parameters={"datatype": "csv"},
        every_days=7,
        day="date",
        rules=(_between("value", 0, 50),),
    ),
    Dataset(
        "ibm_overview",
        "OVERVIEW",
        table="company_overview",
        key=("symbol", "latest_quarter"),
        parameters={"symbol": "IBM"},
        every_days=7,
        day="latest_quarter",
        rules=(present("name"),),
    ),
)
"""All of them are free. A company has one overview a quarter; what changes within it is a revision."""
