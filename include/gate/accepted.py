"""Accepted bars on their way from the gate to the load, as Parquet."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from include.datasets.bars import StockBar
from include.fetch.raw_store import write_whole

if TYPE_CHECKING:
    import pyarrow as pa
    from airflow.sdk import ObjectStoragePath


def table_of(bars: Sequence[StockBar]) -> pa.Table:
    """Return bars as an Arrow table, a column for each field: prices exact, no pandas type in between."""
    import pyarrow as pa

    price = pa.decimal128(18, 6)
    types = {
        "data_date": pa.date32(),
        "volume": pa.int64(),
        "is_final": pa.bool_(),
        "fetched_at": pa.timestamp("us", "UTC"),
    } | dict.fromkeys(("open", "high", "low", "close"), price)
    schema = pa.schema([(field.name, types.get(field.name, pa.string())) for field in fields(StockBar)])
    columns = {field.name: [getattr(bar, field.name) for bar in bars] for field in fields(StockBar)}
    return pa.table(columns, schema=schema)


def write_accepted(bars: Sequence[StockBar], path: ObjectStoragePath) -> None:
    """Write accepted bars as Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(table_of(bars), path)


def _write(bars: pa.Table, path: ObjectStoragePath) -> None:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(bars, buffer)
    write_whole(path, buffer.getvalue())


def keep_symbols(path: ObjectStoragePath, keep: Callable[[str], bool]) -> None:
    """Take the bars of other symbols out of accepted bars."""
    import pyarrow as pa

    bars = read_accepted(path)
    kept = [keep(symbol) for symbol in bars["symbol"].to_pylist()]
    _write(bars.filter(pa.array(kept, pa.bool_())), path)


def read_accepted(path: ObjectStoragePath) -> pa.Table:
    """Read what :func:`write_accepted` wrote, as the table of :func:`table_of`."""
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(path.read_bytes()))
