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
    write_whole(folder / f"{batches[0].dataset.name}{number}.parquet", buffer.getvalue())


def accepted_of(batches: Iterable[Batch]) -> pa.Table:
    """Return the rows of batches of one dataset, and of each row whose it is and when its body was fetched.

    ``of_subject`` is a symbol or list, or the name of the dataset; ``fetched_at`` is UTC.
    """
    import pyarrow as pa

    return pa.concat_tables(one_type([_with_subject(batch) for batch in batches]))


def one_type(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Return the tables with texts where their types differ, so that each number keeps its decimals."""
    import pyarrow as pa

    types = {name: {table.schema.field(name).type for table in tables} for name in tables[0].column_names}
    schema = pa.schema([
        (name, found.pop() if len(found) == 1 else pa.string()) for name, found in types.items()
    ])
    return [table.cast(schema) for table in tables]


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
