"""Arrow tables into tables of the warehouse."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from psycopg import Connection, sql
from pyarrow import csv

_ROWS_AT_ONCE = 10_000


def copy_rows(connection: Connection[Any], table: str, rows: pa.Table) -> None:
    """Send rows to a table with COPY; every text is quoted, so that only a null is null."""
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    into = sql.SQL("copy {} ({}) from stdin (format csv)").format(sql.Identifier(table), columns)
    options = csv.WriteOptions(include_header=False)
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for batch in rows.to_batches(max_chunksize=_ROWS_AT_ONCE):
            lines = pa.BufferOutputStream()
            csv.write_csv(batch, lines, options)
            copy.write(lines.getvalue())
