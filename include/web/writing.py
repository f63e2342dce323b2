"""Rows as JSON, CSV, Parquet or an Arrow stream, a piece at a time: a long answer is never held whole.

Numbers that must be exact are text in JSON and CSV, as PostgreSQL writes them, and decimals in the others.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from include.web.formats import Format

if TYPE_CHECKING:
    import pyarrow as pa
    from psycopg import Column

    OpenWriter = Callable[[Any, pa.Schema], Any]

Row = tuple[Any, ...]
Batches = Iterable[Sequence[Row]]

_TEXTS = frozenset({"text", "text[]", "varchar", "bpchar", "name", "unknown"})
_SIX_PLACES = frozenset({"volume"})
"""Numerics without a declared scale, so that a whole one is written as one, with six places at the most."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json(
    columns: Sequence[Column], batches: Batches, before: str, after: Callable[[], str]
) -> Iterator[bytes]:
    """Yield an object whose ``rows`` are objects.

    :param before: what the object holds before its rows, as JSON without the first brace's end.
    :param after: says what it holds after them, once they are written.
    """
    names = [column.name for column in columns]
    yield f'{{{before}, "rows": ['.encode()
    comma = ""
    for batch in batches:
        rows = (json.dumps(dict(zip(names, map(_plain, row), strict=True))) for row in batch)
        yield (comma + ",\n".join(rows)).encode()
        comma = ",\n"
    yield f"], {after()}}}".encode()


def as_csv(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    """Yield a header and a line for each row; null is empty.

    A text that a spreadsheet would run as a formula is preceded by an apostrophe; no number ever is.
    """
    header: Batches = [[tuple(column.name for column in columns)]]
    writes = [_harmless if column.type_display in _TEXTS else _cell for column in columns]
    for batch in chain(header, batches):
        page = io.StringIO(newline="")
        rows = ([write(value) for write, value in zip(writes, row, strict=True)] for row in batch)
        csv.writer(page).writerows(rows)
        yield page.getvalue().encode()


def as_columns(format: Format, columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    """Yield a Parquet file or an Arrow stream."""
    import pyarrow as pa

    schema = pa.schema([(column.name, _arrow_type(column)) for column in columns])
    sink = _Pieces()
    with _writer(format)(sink, schema) as writer:
        for batch in batches:
            values = zip(*batch, strict=True) if batch else [()] * len(columns)
            arrays = [_array(list(v), field.type) for v, field in zip(values, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield sink.take()
    yield sink.take()


def _writer(format: Format) -> OpenWriter:
    import pyarrow as pa
    import pyarrow.parquet as pq

    writers: dict[Format, OpenWriter] = {Format.parquet: pq.ParquetWriter, Format.arrow: pa.ipc.new_stream}
    return writers[format]


def _arrow_type(column: Column) -> pa.DataType:
    import pyarrow as pa

    if column.type_display.startswith("numeric"):
        if column.precision is not None:
            return pa.decimal128(column.precision, column.scale or 0)
        return pa.decimal128(38, 6) if column.name in _SIX_PLACES else pa.string()
    return {
        "bool": pa.bool_(),
        "int2": pa.int64(),
        "int4": pa.int64(),
        "int8": pa.int64(),
        "date": pa.date32(),
        "timestamptz": pa.timestamp("us", "UTC"),
        "text[]": pa.list_(pa.string()),
    }.get(column.type_display, pa.string())


def _array(values: list[Any], type_: pa.DataType) -> pa.Array:
    """A numeric without a declared scale goes as text, as no decimal type holds every one."""
    import pyarrow as pa

    if type_ == pa.string():
        values = [None if value is None else str(value) for value in values]
    return pa.array(values, type_)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _harmless(value: object) -> object:
    cell = _cell(value)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return "; ".join(value) if isinstance(value, list) else _plain(value)


class _Pieces(io.RawIOBase):
    """A file to write to, of which what was written can be taken away."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        self._length += len(self._written[-1])
        return len(self._written[-1])

    def tell(self) -> int:
        return self._length

    def take(self) -> bytes:
        taken = b"".join(self._written)
        self._written.clear()
        return taken
