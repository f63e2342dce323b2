"""Accepted rows on their way from the gate to the load: Parquet files for each dataset of a run."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from include.datasets.base import Batch
from include.fetch.raw_store import write_whole

if TYPE_CHECKING:
    import pyarrow as pa
    from airflow.sdk import ObjectStoragePath


def forget_accepted(folder: ObjectStoragePath) -> None:
    """Remove what an earlier try of a run has written."""
    if folder.exists():
        for file in folder.iterdir():
            file.unlink()


def write_accepted(batches: Sequence[Batch], folder: ObjectStoragePath, part: int = 0) -> None:
    """Write the rows of batches of one dataset; see :func:`accepted_of`.

    :param part: of a run that is judged in slices, which one it is.
    """
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    pq.write_table(accepted_of(batches), buffer)
    number = f"={part}" if part else ""  # no name of a dataset has this sign
    write_whole(folder / f"{batches[0].dataset.group}{number}.parquet", buffer.getvalue())


def accepted_of(batches: Iterable[Batch]) -> pa.Table:
    """Return the rows of batches of one dataset, and of each row whose it is and when its body was fetched.

    ``of_subject`` is a symbol or list, or the name of the dataset; ``fetched_at`` is UTC.
    """
    import pyarrow as pa

    return pa.concat_tables(one_type([_with_subject(batch) for batch in batches]))


def one_type(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Return the tables with the same columns; texts where their types differ, so no number loses a decimal.

    A field of such texts says in its metadata that it is of numbers: see :func:`is_of_numbers`.
    """
    import pyarrow as pa

    fields: dict[str, list[pa.Field]] = {}
    for table in tables:
        for field in table.schema:
            fields.setdefault(field.name, []).append(field)
    schema = pa.schema([_common(found) for found in fields.values()])
    return [_with_all(table, schema).cast(schema) for table in tables]


def is_of_numbers(field: pa.Field) -> bool:
    """Whether a column is of exact numbers, be they written as texts."""
    import pyarrow as pa

    kind = field.type
    return bool(pa.types.is_decimal(kind) or pa.types.is_integer(kind) or field.metadata == _NUMBERS)


_NUMBERS = {b"of": b"numbers"}


def _common(fields: Sequence[pa.Field]) -> pa.Field:
    import pyarrow as pa

    first = fields[0]
    if len({field.type for field in fields}) == 1 and all(
        field.metadata == first.metadata for field in fields
    ):
        return first
    return pa.field(first.name, pa.string(), metadata=_NUMBERS if all(map(is_of_numbers, fields)) else None)


def _with_all(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with all columns of a schema, in its order; null where it has none."""
    import pyarrow as pa

    for name in schema.names:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, schema.field(name).type))
    return table.select(schema.names)


def _with_subject(batch: Batch) -> pa.Table:
    import pyarrow as pa

    rows, count = batch.rows, batch.rows.num_rows
    moments = pa.array([batch.request.answered_at] * count, pa.timestamp("us", "UTC"))
    return rows.append_column("of_subject", pa.array([batch.name] * count, pa.string())).append_column(
        "fetched_at", moments
    )


def read_accepted(folder: ObjectStoragePath, dataset: str) -> pa.Table:
    """Read what :func:`write_accepted` wrote of a dataset.

    :raises FileNotFoundError: nothing of it was accepted in this run.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = [*folder.glob(f"{dataset}.parquet"), *folder.glob(f"{dataset}=*.parquet")]
    if not files:
        raise FileNotFoundError(f"{folder}/{dataset}.parquet")
    tables = [pq.read_table(io.BytesIO(file.read_bytes())) for file in files]
    return pa.concat_tables(one_type(tables))
