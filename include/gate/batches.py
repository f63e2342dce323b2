"""What a run brought, batch by batch: each body is read, and what a person discarded is left out."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import AlphaVantageError
from include.datasets.base import Batch, Dataset, Rows
from include.datasets.registry import dataset_of
from include.fetch.bodies import rows_of
from include.gate.decisions import Values, values_of
from include.gate.verdicts import no_rows
from include.warehouse.runs import Request, Run, record_request, requests_of

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

UNREADABLE = (AlphaVantageError, FileNotFoundError)


Brought = Sequence[tuple[Dataset, Request]]
"""The requests of a run that have a body, each with its dataset, in the order of the plan."""


def brought_by(connection: Connection[Any], run: Run, datasets: Sequence[Dataset]) -> Brought:
    """Return the requests of a run that have a body, and their datasets.

    :param datasets: those that are declared beside those of the watchlist.
    """
    requests = [request for request in requests_of(connection, run) if request.has_body]
    return [(dataset_of(request.symbol, request.function, datasets), request) for request in requests]


def read_batches(
    connection: Connection[Any], run: Run, brought: Brought, discarded: Set[Values]
) -> Iterator[Batch]:
    """Return the rows of each body; one that cannot be read fails its request."""
    for dataset, request in brought:
        try:
            rows = rows_of(dataset, request)
        except UNREADABLE as error:
            fail(connection, run, request, error)
        else:
            yield batch_of(dataset, request, rows, discarded)


def fail(connection: Connection[Any], run: Run, request: Request, error: Exception) -> None:
    """Record of a request whose body had come that nothing of it can be loaded, and why."""
    log.warning("%s: %s", request.symbol, error)
    failed = replace(request, outcome="failed", kind=type(error).__name__, reason=str(error))
    record_request(connection, run, failed)


def batch_of(dataset: Dataset, request: Request, read: Rows, discarded: Set[Values] = frozenset()) -> Batch:
    """Return the rows of a body as a batch: without those that a person discarded, and each row once."""
    rows = read.table
    nothing = no_rows(rows.schema)  # a slice of none would keep all rows in memory
    batch = Batch(dataset, request, rows, [1] * rows.num_rows, nothing, unreadable=read.unreadable)
    if any(name == batch.name for name, _ in discarded):
        batch = _without_unreadable(batch, discarded)
        out = [values_of(batch.name, row) in discarded for row in rows.to_pylist()]
        kept = _where(rows, out, keep=False)
        batch = replace(batch, rows=kept, times=[1] * kept.num_rows, discarded=_where(rows, out, keep=True))
    # A batch is small: threads would wait for each other longer than one takes.
    distinct = batch.rows.group_by(list(dataset.key), use_threads=False).aggregate([]).num_rows
    return batch if distinct == batch.rows.num_rows else _once(batch)


def _without_unreadable(batch: Batch, discarded: Set[Values]) -> Batch:
    left_out = [row for row in batch.unreadable if values_of(batch.name, row.values) in discarded]
    kept = [row for row in batch.unreadable if row not in left_out]
    return replace(batch, unreadable=kept, unreadable_discarded=left_out)


def _once(batch: Batch) -> Batch:
    """The batch with rows that say the same as one; of a period, the row that is dated last."""
    rows = batch.rows.to_pylist()
    if batch.dataset.period and batch.dataset.day:
        names, day = batch.dataset.key, batch.dataset.day
        order: Sequence[int] = sorted(range(len(rows)), key=lambda n: rows[n][day] or date.min, reverse=True)
    else:
        names, order = tuple(batch.rows.column_names), range(len(rows))
    first: dict[tuple[Any, ...], int] = {}
    counts: Counter[int] = Counter()
    for number in order:
        counts[first.setdefault(tuple(rows[number][name] for name in names), number)] += 1
    kept = sorted(counts)
    return replace(batch, rows=batch.rows.take(kept), times=[counts[number] for number in kept])


def _where(rows: pa.Table, out: Sequence[bool], *, keep: bool) -> pa.Table:
    import pyarrow as pa

    return rows.filter(pa.array([each is keep for each in out], pa.bool_()))
