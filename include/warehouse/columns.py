"""What the warehouse answers, as Arrow columns: exact, without a Python object for each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from psycopg import Connection
from pyarrow import csv


def read_columns(
    connection: Connection[Any], query: bytes, values: Mapping[str, Any], schema: pa.Schema
) -> pa.Table:
    """Return the rows of a query, which has the columns of the schema; an empty text is read as null."""
    answer = pa.BufferOutputStream()
    asked = b"copy (" + query + b") to stdout (format csv)"
    with connection.cursor() as cursor, cursor.copy(asked, values) as copy:
        for block in copy:
            answer.write(block)
    content = answer.getvalue()
    if not len(content):
        return schema.empty_table()
    return csv.read_csv(
        pa.BufferReader(content),
        csv.ReadOptions(column_names=schema.names, use_threads=False),
        convert_options=csv.ConvertOptions(
            column_types=schema, strings_can_be_null=True, true_values=["t"], false_values=["f"]
        ),
    )
