"""What a run brought, batch by batch: each body is read, and what a person discarded is left out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import AlphaVantageError
from include.datasets.base import Batch, Dataset
from include.datasets.registry import dataset_of
from include.fetch.bodies import rows_of
from include.gate.decisions import Decision, Values, values_of
from include.warehouse.runs import Request, Run, record_request, requests_of

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

UNREADABLE = (AlphaVantageError, FileNotFoundError)


def read_batches(
    connection: Connection[Any],
    run: Run,
    decisions: Mapping[Values, Decision],
    datasets: Sequence[Dataset],
) -> Iterator[Batch]:
    """Return what a run brought, in the order of its plan; a body that cannot be read fails its request.

    :param decisions: those in force on rows of the run.
    :param datasets: those that are declared beside those of the watchlist.
    """
    discarded = {values for values, taken in decisions.items() if taken.decision == "discarded"}
    for request in requests_of(connection, run):
        if not request.has_body:
            continue
        dataset = dataset_of(request.symbol, request.function, datasets)
        try:
            rows = rows_of(dataset, request).table
        except UNREADABLE as error:
            fail(connection, run, request, error)
        else:
            yield _without(Batch(dataset, request, rows, rows.slice(0, 0)), discarded)


def fail(connection: Connection[Any], run: Run, request: Request, error: Exception) -> None:
    """Record of a request whose body had come that nothing of it can be loaded, and why."""
    log.warning("%s: %s", request.symbol, error)
    failed = replace(request, outcome="failed", kind=type(error).__name__, reason=str(error))
    record_request(connection, run, failed)


def _without(batch: Batch, discarded: set[Values]) -> Batch:
    """The batch without the rows that a person discarded."""
    if not any(values[0] == batch.symbol for values in discarded):
        return batch
    out = [values_of(row) in discarded for row in batch.rows.to_pylist()]
    return replace(
        batch, rows=_where(batch.rows, out, keep=False), discarded=_where(batch.rows, out, keep=True)
    )


def _where(rows: pa.Table, out: Sequence[bool], *, keep: bool) -> pa.Table:
    import pyarrow as pa

    return rows.filter(pa.array([each is keep for each in out], pa.bool_()))
