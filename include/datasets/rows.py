"""From a body to the rows of a dataset: its key complete, and no row that still moves."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.exceptions import AlphaVantageError, UnreadableBody
from airflow_provider_alphavantage.parsing import Kind, Records, Value
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Body, Dataset, Period
from include.market.exchanges import exchange_of
from include.market.sessions import next_to_close


class NoRows(AlphaVantageError):
    """The API answered with nothing."""

    next_step = "Check its parameters in include/datasets/; the API answers so where it knows nothing."


@dataclass(frozen=True)
class Rows:
    """The rows of one body, in the order they were served; values are exact.

    :param left_out: the row of the day on which the body was fetched, or of the running period, where it was
        left out.
    """

    dataset: Dataset
    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: list[tuple[Value, ...]]
    fetched_at: datetime
    left_out: int = 0

    def dicts(self) -> Iterator[dict[str, Value]]:
        """Return the rows one by one, each by column name."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def without(self, names: Collection[str]) -> Rows:
        """Return the same rows without some of their columns."""
        left = [place for place, name in enumerate(self.columns) if name not in names]
        return replace(
            self,
            columns=tuple(self.columns[place] for place in left),
            kinds=tuple(self.kinds[place] for place in left),
            rows=[tuple(row[place] for place in left) for row in self.rows],
        )

    @property
    def days(self) -> list[date | None]:
        """The day (UTC) of each row; None where it has none."""
        if self.dataset.day is None:
            return [None] * len(self.rows)
        place = self.columns.index(self.dataset.day)
        return [_day(row[place]) for row in self.rows]


def read_rows(dataset: Dataset, content: bytes, *, fetched_at: datetime) -> Rows:
    """Read a body.

    :raises NoRows: there is none.
    :raises AlphaVantageError: it is not what was asked for, or has not the columns the dataset names.
    """
    payload = read(content, function=dataset.function)
    records = Answer(payload, fetched_at, None, dataset.function).records()
    if not records.rows:
        raise NoRows("The body has no row.", function=dataset.function)
    _check_subject(dataset, records)
    columns, kinds, rows = _with_key(dataset, records)
    wanted = (*([dataset.day] if dataset.day else []), *dataset.columns)
    if missing := [name for name in wanted if name not in columns]:
        raise _lacking(dataset, missing[0], columns)
    found = Rows(dataset, columns, kinds, rows, fetched_at)
    if dataset.period:
        return _by_period(found, dataset.period)
    return _without_today(found) if dataset.final == "day" else found


def newest_day(dataset: Dataset, body: Body) -> date | None:
    """Read a body of any dataset and return the newest day it speaks for.

    :raises AlphaVantageError: it is not what was asked for.
    """
    if dataset.read:
        return dataset.read(body)
    rows = read_rows(dataset, body.content, fetched_at=body.fetched_at)
    return max((day for day in rows.days if day), default=None)


def _check_subject(dataset: Dataset, records: Records) -> None:
    """What the body says it is about has to be what was asked for."""
    for name, asked in dataset.parameters.items():
        told = [records.meta[name]] if name in records.meta else []
        if name in records.columns and name in dataset.key:
            told += map(str, _column(records, name))
        if wrong := {each for each in told if each.upper() not in asked.upper().split(",")}:
            about = f"It is about {name} {wrong.pop()!r}; {asked!r} was asked for."
            raise UnreadableBody(about, function=dataset.function)


def _column(records: Records, name: str) -> Iterator[Value]:
    place = records.columns.index(name)
    return (row[place] for row in records.rows)


def _with_key(
    dataset: Dataset, records: Records
) -> tuple[tuple[str, ...], tuple[Kind, ...], list[tuple[Value, ...]]]:
    added = [name for name in dataset.key if name not in records.columns and name != dataset.period]
    for name in added:
        if name not in dataset.parameters:
            raise _lacking(dataset, name, records.columns)
    values: tuple[Value, ...] = tuple(dataset.parameters[name] for name in added)
    texts: list[Kind] = ["text" for _ in added]
    return (*added, *records.columns), (*texts, *records.kinds), [(*values, *row) for row in records.rows]


def _without_today(rows: Rows) -> Rows:
    today = rows.fetched_at.astimezone(UTC).date()
    over = [row for row, day in zip(rows.rows, rows.days, strict=True) if day != today]
    return replace(rows, rows=over, left_out=len(rows.rows) - len(over))


def _by_period(rows: Rows, period: Period) -> Rows:
    """The rows with the first day of their period: the day that dates a row moves while its period runs."""
    running = _first_day(
        next_to_close(exchange_of(rows.dataset.parameters["symbol"]), rows.fetched_at), period
    )
    firsts = [day and _first_day(day, period) for day in rows.days]
    over = [
        (first, *row)
        for first, row in zip(firsts, rows.rows, strict=True)
        if first is None or first < running
    ]
    return replace(
        rows,
        columns=(period, *rows.columns),
        kinds=("date", *rows.kinds),
        rows=over,
        left_out=len(rows.rows) - len(over),
    )


def _first_day(day: date, period: Period) -> date:
    return day - timedelta(days=day.weekday()) if period == "week" else day.replace(day=1)


def _day(value: Value) -> date | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).date()
    return value if isinstance(value, date) else None


def _lacking(dataset: Dataset, name: str, columns: tuple[str, ...]) -> UnreadableBody:
    return UnreadableBody(
        f"It has no column {name!r}, which include/datasets/ names; it has {', '.join(columns)}.",
        function=dataset.function,
    )
