"""A dataset: what is asked and of whom, how often, what its rows have to keep and where they go."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_alphavantage.exceptions import AlphaVantageError
from include.datasets.column import Column
from include.datasets.rule import Rule, counted_once, present

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from psycopg import Connection

    from include.warehouse.runs import Request

_NAME = re.compile(r"[a-z0-9][a-z0-9_.:&-]{0,40}")

_TABLE = re.compile(r"[a-z][a-z0-9_]{0,40}")

Period = Literal["week", "month"]

Subjects = Literal["watchlist"] | Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Body:
    """A body as it was answered.

    :param subject: the symbol or list whose it is, or the name of the dataset.
    :param asked_as: the name it was asked for under and says it is of, where its symbol was renamed since.
    """

    content: bytes
    subject: str
    function: str
    fetched_at: datetime
    asked_as: str = ""

    @property
    def name(self) -> str:
        """The symbol it says it is of."""
        return self.asked_as or self.subject


@dataclass(frozen=True)
class Unreadable:
    """A row of which a cell has not the form of its column.

    :param day: that of the row, where it can be read.
    :param values: as served, as texts, by column.
    :param why: what is wrong with it.
    """

    day: date | None
    values: Mapping[str, str | None]
    why: str


@dataclass(frozen=True)
class Rows:
    """The rows of one body, exact and in the order they were served.

    :param table: Arrow columns, those of the key among them.
    :param through: the newest day the body speaks for; of a series of sessions, the newest that is final.
    :param left_out: how many rows still move, and so are no part of it.
    :param unreadable: the rows that are not in the table.
    """

    table: pa.Table
    through: date | None
    left_out: int = 0
    unreadable: Sequence[Unreadable] = ()


@dataclass(frozen=True)
class Batch:
    """The rows that one request of a run brought: what a verdict is about.

    :param rows: those to judge; one that came several times is one of them.
    :param times: how often each of them came.
    :param discarded: those that a person left out; in the columns of ``rows``.
    :param unreadable: those that cannot be read, and ``unreadable_discarded`` those a person left out.
    :param is_set_aside: a person discarded all of it; what is held stays.
    """

    dataset: Dataset
    request: Request
    rows: pa.Table
    times: Sequence[int]
    discarded: pa.Table
    is_set_aside: bool = False
    unreadable: Sequence[Unreadable] = ()
    unreadable_discarded: Sequence[Unreadable] = ()

    @property
    def name(self) -> str:
        """What its verdict stands under: see :meth:`Dataset.name_of`."""
        return self.dataset.name_of(self.request.symbol)

    @property
    def brought(self) -> int:
        """How many rows came."""
        return sum(self.times) + len(self.unreadable) + self.left_out

    @property
    def left_out(self) -> int:
        """How many rows a person left out."""
        return int(self.discarded.num_rows) + len(self.unreadable_discarded)


Frame = Callable[["Connection[Any]", Sequence["Batch"], Sequence["Batch"], datetime], "pd.DataFrame"]


@dataclass(frozen=True)
class Dataset:
    """What to ask for and of whom, how often, where it goes and what it has to keep.

    :param name: where there are no ``subjects``, it stands in place of a symbol in ``request``, ``verdict``
        and ``quarantine``: in lower case, so that it never is one. What is asked under a name stays the same:
        another question needs another.
    :param parameters: as the API names them.
    :param subjects: of whom it is asked: the symbols of the ``watchlist``; or what stands in place of a
        symbol, with the parameters each is asked with; or nobody, as the parameters say all.
    :param key: the columns that identify a row; one that the body lacks takes the value of the parameter of
        that name.
    :param every_days: how many days (UTC) after it was fetched it is due again.
    :param day: the column that dates a row, if there is one; no row is of a day to come.
    :param columns: the columns a body has to have, beside the key and the day; without them it is refused.
    :param typed: columns whose meaning and kind are declared: the table has them from the beginning, and a
        cell of another kind makes its row unreadable. What a body has beside them is typed by its values.
    :param fixed: columns that no body has, with their value in each row.
    :param of_meta: columns with what a body says of all its rows, such as their unit.
    :param renamed: what columns are called here, by the name they are served under.
    :param family: the ready dataset of which this is one subject's; those of a family are judged and loaded
        together. See :class:`include.datasets.ready.base.Ready`.
    :param with_body_of: the name of the dataset whose body has its rows, too, so that it costs no call.
    :param around_the_clock: it is traded at all hours: its weeks and months are those of UTC.
    :param covers: a body of a ``window`` says nothing of rows outside it; from a ``whole`` one rows that are
        gone were withdrawn.
    :param may_vanish: how many of the rows that are held a ``whole`` body may withdraw before a person is
        asked: so many, or, below 1, such a part of them.
    :param scope: of a ``whole`` body the columns, of those of the key, that say whose a row is, with their
        values for a subject.
    :param ahead: its rows may be of days to come, as they are announced.
    :param repeats: rows of one key may differ, such as companies that had the same ticker.
    :param keeps_out: what a critical rule that is broken keeps out: the ``row``, or the ``batch``.
    :param final: what the clock makes final. ``session``: all up to the last closed session, so a stored body
        that speaks through it is used again. Of the others a body of the same day (UTC) is: ``day``: the row
        of the day on which it is fetched still moves, and is left out; ``period``: so does that of the
        running week or month; ``never``: any row may be revised.
    :param period: each row is a week or month of the exchange of the parameter ``symbol``, dated by its last
        session. A column of that name has the first day of the period.
    :param dispensable: errors that fail no run, unless asking again may help.
    :param vouches: an answer shows that its symbol exists; a refusal counts against the symbol.
    :param read: reads a body whose rows are not those that are kept.
    :param prepare: makes of the rows of a body, under their names here, those that are kept.
    :param rules: what its rows have to keep, beside the key: see :mod:`include.datasets.daily_bars.rules`.
    :param frame: makes the frame the rules are checked on, where they look at more than the columns of a
        row: of the warehouse, the batches to judge, all batches of the run and the run's time. Its rows are
        those of the batches in their order. See :func:`include.datasets.rows.frame_of` for the usual one.
    """

    name: str
    function: str
    table: str
    key: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    subjects: Subjects = field(default_factory=dict)
    every_days: int = 1
    day: str | None = None
    columns: tuple[str, ...] = ()
    typed: tuple[Column, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    of_meta: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    family: str = ""
    with_body_of: str = ""
    around_the_clock: bool = False
    covers: Literal["window", "whole"] = "window"
    may_vanish: float = 0
    scope: Callable[[str], Mapping[str, str]] | None = None
    ahead: bool = False
    repeats: bool = False
    keeps_out: Literal["row", "batch"] = "batch"
    final: Literal["session", "day", "period", "never"] = "never"
    period: Period | None = None
    rules: tuple[Rule, ...] = ()
    dispensable: tuple[type[AlphaVantageError], ...] = ()
    vouches: bool = False
    read: Callable[[Body], Rows] | None = None
    prepare: Callable[[Dataset, pa.Table], pa.Table] | None = None
    frame: Frame | None = None

    def __post_init__(self) -> None:
        for name, pattern in ((self.name, _NAME), (self.table, _TABLE)):
            if not pattern.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a dataset or its table: lower case, digits and '_'.")
        if not self.key:
            raise ValueError(f"The dataset {self.name} has no key: name the columns that identify a row.")
        if (self.final == "period") != (self.period is not None):
            raise ValueError(
                f"The dataset {self.name} has one of `final='period'` and `period`: declare both or none."
            )

    @property
    def group(self) -> str:
        """What it is judged and loaded with: its family, or itself."""
        return self.family or self.name

    def question(self, subject: str, outputsize: str = "") -> dict[str, str]:
        """Return the parameters with which it is asked of a subject."""
        if self.subjects == "watchlist":
            size = {"outputsize": outputsize} if outputsize else {}
            return {**self.parameters, "symbol": subject, **size}
        return {**self.parameters, **self.subjects.get(subject, {})}

    def name_of(self, subject: str) -> str:
        """Return what the verdict on a subject stands under: the symbol, or a name in lower case.

        That is the name of the dataset, or of whom it is asked and the function, such as ``ibm_splits``.
        """
        if not self.subjects:
            return self.name
        return subject if self.vouches else f"{subject.lower().lstrip('*')}_{self.function.lower()}"

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """Its own rules after those that its key and its day ask for; with a frame of its own, its own."""
        if self.frame:
            return self.rules
        begun = Rule(
            "not_in_the_future",
            "The day has begun (UTC) when it is fetched.",
            "ExpectColumnValuesToBeInSet",
            {"column": "has_begun", "value_set": [True]},
        )
        dated = (begun,) if self.day and not self.ahead else ()
        return (*key_rules(self.key, repeats=self.repeats), *dated, *self.rules)


def key_rules(key: tuple[str, ...], *, repeats: bool = False) -> tuple[Rule, ...]:
    """Return what rows with such a key have to keep: it is whole, of one row each, and can be stored.

    :param repeats: rows of one key may differ.
    """
    unique = Rule(
        "one_row_a_key",
        f"No two rows have the same {', '.join(key)}.",
        *_unique(key),
        releasable=False,
        one_of=True,
    )
    once = counted_once("it came {times} times and counts once")
    storable = Rule(
        "storable",
        "No text has a NUL, which no database can hold, and the key is at most 2,000 bytes long.",
        "ExpectColumnValuesToBeInSet",
        {"column": "is_storable", "value_set": [True]},
        releasable=False,
        keeps_out="row",
    )
    return (*(present(column) for column in key), *(() if repeats else (unique,)), once, storable)


def _unique(key: tuple[str, ...]) -> tuple[str, Mapping[str, object]]:
    if len(key) == 1:
        return "ExpectColumnValuesToBeUnique", {"column": key[0]}
    return "ExpectCompoundColumnsToBeUnique", {"column_list": list(key)}


def names_dataset(subject: str) -> bool:
    """Tell whether a name that stands for a symbol is a dataset's: a symbol has no small letters."""
    return _NAME.fullmatch(subject) is not None and subject != subject.upper()
