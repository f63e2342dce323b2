"""From a body to the rows of a dataset: its key complete, and no row that still moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.exceptions import AlphaVantageError, UnreadableBody
from airflow_provider_alphavantage.parsing import OddRow
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Batch, Body, Dataset, Period, Rows, Unreadable
from include.datasets.column_names import with_free_names
from include.datasets.typed import as_declared
from include.market.exchanges import exchange_of
from include.market.sessions import next_to_close

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


_PLACES = 4
"""So many decimal places of a number are written, where its column has them; more, where it needs them."""


LONGEST_KEY = 2000
"""In bytes: PostgreSQL has no index over longer values."""


class NoRows(AlphaVantageError):
    """The API answered with nothing."""

    next_step = "Check its parameters in include/datasets/; the API answers so where it knows nothing."


def read_rows(dataset: Dataset, body: Body) -> Rows:
    """Read a body of any dataset.

    :raises NoRows: there is none.
    :raises AlphaVantageError: it is not what was asked for, or has not the columns the dataset names.
    """
    if dataset.read:
        return dataset.read(body)
    payload = read(body.content, function=dataset.function)
    odd: list[OddRow] = []
    rows = Answer(payload, body.fetched_at, None, dataset.function).table(odd)
    if not rows.num_rows:
        if odd:
            raise UnreadableBody(f"No row can be read: {odd[0].why}.", function=dataset.function)
        raise NoRows("The body has no row.", function=dataset.function)
    if dataset.renamed:
        meta = rows.schema.metadata
        rows = rows.rename_columns([dataset.renamed.get(name, name) for name in rows.column_names])
        rows = rows.replace_schema_metadata(meta)
    if dataset.prepare:
        rows = dataset.prepare(dataset, rows)
    _check_subject(dataset, rows)
    rows = with_free_names(dataset, _with_own_columns(dataset, rows))
    rows = as_declared(dataset.typed, _with_key(dataset, rows), odd)
    for name in (*([dataset.day] if dataset.day else []), *dataset.columns):
        if name not in rows.column_names:
            raise _lacking(dataset, name, rows)
    is_over = _is_over(dataset, body.fetched_at)
    over = _over(dataset, rows, is_over)
    through = max((day for day in days_of(dataset, over) if day), default=None)
    left_out = rows.num_rows - over.num_rows
    return Rows(over, through, left_out, unreadable_rows(odd, dataset.day, is_over))


def unreadable_rows(
    odd: Sequence[OddRow],
    day: str | None,
    is_over: Callable[[date], bool] = lambda day: True,
    names: Mapping[str, str] = MappingProxyType({}),
) -> list[Unreadable]:
    """Return the rows of a body that cannot be read, but those of days that are not over.

    :param day: the column that dates a row.
    :param names: what columns are called here, where that is not as they are served.
    """
    found = []
    for row in odd:
        cells = {names.get(name, name): text and written(text) for name, text in row.cells.items()}
        own = _iso_day(cells.get(day)) if day else None
        if own is None or is_over(own):
            found.append(Unreadable(own, _with_day(cells, day, own), row.why))
    return found


def _with_day(cells: dict[str, str | None], name: str | None, day: date | None) -> dict[str, str | None]:
    """The cells with the day as it is written here, and as it was served, where that is another way."""
    plain = day.isoformat() if day else None
    if name is None or cells.get(name) == plain:
        return cells
    return cells | {name: plain, f"{name} as served": cells.get(name)}


def _iso_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def days_of(dataset: Dataset, rows: pa.Table) -> list[date | None]:
    """Return the day (UTC) of each row; None where it has none."""
    if dataset.day is None:
        return [None] * int(rows.num_rows)
    return [day_of(value) for value in rows[dataset.day].to_pylist()]


def frame_of(batches: Sequence[Batch]) -> pd.DataFrame:
    """Return the frame that rules are checked on: ``row``, its number, and the columns of the rows.

    Numbers are floats, days and times ISO 8601 texts. ``is_storable``: no text has a NUL, and the key is
    short enough for an index.
    ``has_begun``: the day of the row has begun (UTC) when its body was fetched.
    """
    import pandas as pd

    alike = _alike(batches)
    frame = pd.concat(map(numbers_and_texts, alike), ignore_index=True)
    frame.insert(0, "row", range(len(frame)))
    key = batches[0].dataset.key
    frame["is_storable"] = [is_storable for rows in alike for is_storable in _storable(rows, key)]
    frame["has_begun"] = [
        day is None or day <= batch.request.answered_at.astimezone(UTC).date()
        for batch in batches
        for day in days_of(batch.dataset, batch.rows)
    ]
    return frame


def _alike(batches: Sequence[Batch]) -> list[pa.Table]:
    """The rows of batches in one table; in one for each where a column is of different kinds."""
    import pyarrow as pa

    tables = [batch.rows for batch in batches]
    try:
        return [pa.concat_tables(tables, promote_options="permissive")]
    except pa.ArrowException:
        return tables


def _storable(rows: pa.Table, key: Sequence[str]) -> list[bool]:
    import pyarrow as pa
    import pyarrow.compute as pc

    good, length = pa.scalar(True), pa.scalar(0)
    for name in rows.column_names:
        if pa.types.is_string(rows[name].type):
            good = pc.and_(good, pc.invert(pc.match_substring(pc.fill_null(rows[name], ""), "\0")))
            if name in key:
                length = pc.add(length, pc.binary_length(pc.fill_null(rows[name], "")))
    found = pc.and_(good, pc.less_equal(length, LONGEST_KEY))
    return [found.as_py()] * rows.num_rows if isinstance(found, pa.Scalar) else found.to_pylist()


def written(value: Any) -> str:
    """Return a value as a person reads it: a number without zeros that say nothing, and no NUL."""
    if not isinstance(value, Decimal):
        return str(value).replace("\0", "\\x00")
    whole, point, places = f"{value:f}".partition(".")
    return f"{whole}{point}{places[:_PLACES]}{places[_PLACES:].rstrip('0')}"


def numbers_and_texts(rows: pa.Table) -> pd.DataFrame:
    """Return rows as rules look at them: numbers as floats, all else as plain Python values."""
    import pandas as pd

    return pd.DataFrame({name: _plain(rows[name]) for name in rows.column_names})


def _plain(column: pa.ChunkedArray) -> Any:
    import pandas as pd
    import pyarrow as pa

    kind = column.type
    if pa.types.is_decimal(kind):
        column = column.cast(pa.string())  # Arrow's own way from a decimal is off in the last digit
    if pa.types.is_decimal(kind) or pa.types.is_integer(kind):
        return column.cast(pa.float64()).to_numpy()
    if pa.types.is_date(kind):
        return pd.Series(column.cast(pa.string()).to_pylist(), dtype=object)
    values = [each.isoformat() if hasattr(each, "isoformat") else each for each in column.to_pylist()]
    return pd.Series(values, dtype=object)


def _check_subject(dataset: Dataset, rows: pa.Table) -> None:
    """What the body says it is about has to be what was asked for."""
    meta = rows.schema.metadata or {}
    for name, asked in dataset.parameters.items():
        found = {meta[name.encode()].decode()} if name.encode() in meta else set()
        if name in rows.column_names and name in dataset.key:
            found |= set(map(str, rows[name].unique().to_pylist()))
        if wrong := {each for each in found if each.upper() not in asked.upper().split(",")}:
            about = f"It is about {name} {wrong.pop()!r}; {asked!r} was asked for."
            raise UnreadableBody(about, function=dataset.function)


def _with_own_columns(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """The rows with the columns that say the same in each row."""
    import pyarrow as pa

    meta = rows.schema.metadata or {}
    of_meta = {name: meta[name.encode()].decode() for name in dataset.of_meta if name.encode() in meta}
    for name, value in {**of_meta, **dataset.fixed}.items():
        if name not in rows.column_names:
            rows = rows.append_column(name, pa.array([value] * rows.num_rows, pa.string()))
    return rows


def _with_key(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """The rows with the columns of the key that only the parameters tell."""
    import pyarrow as pa

    lacking = [name for name in dataset.key if name not in rows.column_names and name != dataset.period]
    for name in reversed(lacking):
        if name not in dataset.parameters:
            raise _lacking(dataset, name, rows)
        rows = rows.add_column(0, name, pa.array([dataset.parameters[name]] * rows.num_rows, pa.string()))
    return rows


def _over(dataset: Dataset, rows: pa.Table, is_over: Callable[[date], bool]) -> pa.Table:
    """The rows that do not move any more; of a period, with its first day: the day that dates a row moves."""
    import pyarrow as pa

    days = days_of(dataset, rows)
    if dataset.period:
        firsts = [day and _first_day(day, dataset.period) for day in days]
        rows = rows.add_column(0, dataset.period, pa.array(firsts, pa.date32()))
    elif dataset.final != "day":
        return rows
    return rows.filter(pa.array([day is None or is_over(day) for day in days], pa.bool_()))


def _is_over(dataset: Dataset, fetched_at: datetime) -> Callable[[date], bool]:
    """Tell of a day whether its row moves no more."""
    today = fetched_at.astimezone(UTC).date()
    if period := dataset.period:
        running = _first_day(
            today if dataset.around_the_clock else _next_session(dataset, fetched_at), period
        )
        return lambda day: _first_day(day, period) < running
    return lambda day: dataset.final != "day" or day != today


def _next_session(dataset: Dataset, fetched_at: datetime) -> date:
    return next_to_close(exchange_of(dataset.parameters["symbol"]), fetched_at)


def _first_day(day: date, period: Period) -> date:
    return day - timedelta(days=day.weekday()) if period == "week" else day.replace(day=1)


def day_of(value: Any) -> date | None:
    """Return the day (UTC) of a date or a moment; None where it is neither."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).date()
    return value if isinstance(value, date) else None


def _lacking(dataset: Dataset, name: str, rows: pa.Table) -> UnreadableBody:
    return UnreadableBody(
        f"It has no column {name!r}, which include/datasets/ names; it has {', '.join(rows.column_names)}.",
        function=dataset.function,
    )
