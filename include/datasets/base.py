"""A dataset: what is asked, how often, where it goes and what its rows have to keep."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from include.datasets.rule import Rule, present
from include.warehouse.runs import Request

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
    :param subjects: whose it is asked: each symbol of the watchlist, the US market as a whole, or nobody.
    :param ask: what is asked of the API for a subject and an outputsize, where that is not the parameters.
    :param read: reads a response, so that one that cannot be read fails when it comes; returns the day up to
        which it speaks. Without it the response is read as rows of the dataset.
    :param rules: what its rows have to keep, beside the key: see :mod:`include.datasets.daily_bars`. The
        frame they are checked on has the columns of the body; numbers as floats, days and times as ISO 8601
        text.
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
    subjects: Literal["watchlist", "market", "none"] = "none"
    ask: Callable[[str, str], dict[str, str]] | None = None
    read: Callable[[Request, bytes], date | None] | None = None

    def __post_init__(self) -> None:
        for name, pattern in ((self.name, _NAME), (self.table, _TABLE)):
            if not pattern.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a dataset or its table: lower case, digits and '_'.")
        if not self.key:
            raise ValueError(f"The dataset {self.name} has no key: name the columns that identify a row.")

    def parameters_for(self, subject: str, outputsize: str) -> dict[str, str]:
        """Return what is asked of the API, beside the function."""
        return self.ask(subject, outputsize) if self.ask else dict(self.parameters)

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


def names_dataset(subject: str) -> bool:
    """Tell whether a name that stands for a symbol is a dataset's: a symbol has no small letters."""
    return _NAME.fullmatch(subject) is not None and subject != subject.upper()
