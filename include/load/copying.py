"""Arrow tables into tables of the warehouse."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Connection, sql
from pyarrow import csv

_ROWS_AT_ONCE = 10_000


def copy_rows(connection: Connection[Any], table: str, rows: pa.Table) -> None:
    """Send rows to a table with COPY; every text is quoted, so that only a null is null."""
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    into = sql.SQL("copy {} ({}) from stdin (format csv)").format(sql.Identifier(table), columns)
    options = csv.WriteOptions(include_header=False)
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for batch in _with_plain_moments(rows).to_batches(max_chunksize=_ROWS_AT_ONCE):
            lines = pa.BufferOutputStream()
            csv.write_csv(batch, lines, options)
            copy.write(lines.getvalue())


def _with_plain_moments(rows: pa.Table) -> pa.Table:
    """The rows with moments as texts in UTC: Arrow would look their zone up on the machine for every row."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz:
            moments = rows[field.name].cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
            texts = pc.binary_join_element_wise(moments.cast(pa.string()), "Z", "")
            rows = rows.set_column(place, field.name, texts)
    return rows
