"""Columns as they are declared: of their kind even where a body has nothing, or something else, in them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from airflow_provider_alphavantage.parsing import OddRow
from airflow_provider_alphavantage.parsing.records import exact_decimals
from include.datasets.column import Column, Kind

if TYPE_CHECKING:
    import pyarrow as pa


def as_declared(columns: Sequence[Column], rows: pa.Table, odd: list[OddRow]) -> pa.Table:
    """Return rows whose declared columns are of their kind, as far as the rows have them.

    :param odd: a list to which rows are added that have a cell of another kind; the others stay.
    """
    for column in columns:
        if column.name in rows.column_names:
            rows = _as(column, rows, odd)
    return rows


def _as(column: Column, rows: pa.Table, odd: list[OddRow]) -> pa.Table:
    import pyarrow as pa

    place, found = rows.column_names.index(column.name), rows[column.name]
    if found.null_count == rows.num_rows:
        return rows.set_column(place, column.name, pa.nulls(rows.num_rows, _nulls(column.kind)))
    is_text = pa.types.is_string(found.type)
    if column.kind == "text" and not is_text:
        return rows.set_column(place, column.name, _texts(found))
    if column.kind != "number" or not is_text:
        return rows
    rows = _without_misfits(column, rows, odd)
    values = [None if text is None else Decimal(text) for text in rows[column.name].to_pylist()]
    return rows.set_column(place, column.name, exact_decimals(column.name, values))


def _nulls(kind: Kind) -> pa.DataType:
    import pyarrow as pa

    kinds = {"number": pa.decimal128(38, 0), "date": pa.date32(), "time": pa.timestamp("us", "UTC")}
    return kinds.get(kind, pa.string())


def _texts(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())


def _without_misfits(column: Column, rows: pa.Table, odd: list[OddRow]) -> pa.Table:
    import pyarrow as pa

    is_good = [text is None or _is_number(text) for text in rows[column.name].to_pylist()]
    if all(is_good):
        return rows
    for row in rows.filter(pa.array([not good for good in is_good])).to_pylist():
        cells = {name: None if value is None else str(value) for name, value in row.items()}
        odd.append(OddRow(cells, f"{column.name} {_shown(row[column.name])} is not a number"))
    return rows.filter(pa.array(is_good))


def _is_number(text: str) -> bool:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number.is_finite() and abs(number.adjusted()) < 30


def _shown(value: Any) -> str:
    return repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:40]}..."
