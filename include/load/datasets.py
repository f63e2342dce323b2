"""From accepted bodies to the tables of their datasets; what is replaced goes to ``dataset_history``."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import Connection

from airflow_provider_alphavantage.exceptions import AlphaVantageError
from include.datasets.base import Dataset
from include.datasets.registry import DATASETS
from include.datasets.rows import Rows
from include.fetch.bodies import brought, failed, rows_of
from include.load.loaded import LOAD_LOCK, Loaded
from include.load.tables import Misfit, filled, prepare
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, Run, record_request
from include.warehouse.statements import statement

log = logging.getLogger(__name__)

_NOT_STORABLE = (
    Misfit,
    AlphaVantageError,
    FileNotFoundError,
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.ProgrammingError,
)


def load_datasets(
    connection: Connection[Any], run: Run, *, now: datetime, datasets: Sequence[Dataset] = DATASETS
) -> list[Loaded]:
    """Merge the accepted bodies of a run's datasets and tell for each what was new.

    A dataset enters whole or not at all, and one that cannot be stored keeps no other out. Loading the same
    rows again writes no row. Rows that the API does not list any more stay. The role ``market_reader`` may
    read what is new.

    :param datasets: those that are declared.
    :raises OriginMismatch: a body is of another origin than the warehouse.
    """
    accepted = connection.execute(
        "select symbol from verdict where pipeline_run_id = %s and accepted", (run.id,)
    ).fetchall()
    names = {name for (name,) in accepted}
    loaded = []
    for dataset, request in brought(connection, run, datasets):
        if dataset.name in names:
            loaded += _load_one(connection, run, dataset, request, now)
    if loaded:
        connection.execute(statement("warehouse/grant_readers"))
    return loaded


def _load_one(
    connection: Connection[Any], run: Run, dataset: Dataset, request: Request, now: datetime
) -> list[Loaded]:
    try:
        rows = rows_of(dataset, request)
        if not rows.rows:
            return [Loaded(dataset.name, 0, 0, 0)]
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(%s)", (LOAD_LOCK,))
            claim_origin(connection, str(request.origin))
            loaded = _merge(connection, run, prepare(connection, rows), now)
    except _NOT_STORABLE as error:
        log.warning("%s: %s", dataset.name, error)
        record_request(connection, run, failed(request, _explained(dataset, error)))
        return []
    log.info("%s", loaded)
    return [loaded]


def _explained(dataset: Dataset, error: Exception) -> Exception:
    if not isinstance(error, psycopg.Error):
        return error
    what = " ".join([error.diag.message_primary or str(error), *(error.diag.context or "").splitlines()[:1]])
    return Misfit(
        f"The table {dataset.table} cannot hold it: {what}. Compare the stored body with the table; if the "
        "body is right, alter the table."
    )


def _merge(connection: Connection[Any], run: Run, rows: Rows, now: datetime) -> Loaded:
    days = [day for day in rows.days if day]
    about = {
        "run": run.id,
        "name": rows.dataset.name,
        "key": list(rows.dataset.key),
        "first": min(days, default=None),
        "last": max(days, default=None),
        "fetched_at": rows.fetched_at,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists pg_temp.staged_row")
        cursor.execute(filled("load/stage_dataset", rows))
        with cursor.copy(filled("load/copy_dataset", rows)) as copy:
            for row in rows.rows:
                copy.write_row(row)
        cursor.execute(filled("load/count_dataset", rows), about)
        (counts,) = cursor.fetchall()
        for step in ("keep_replaced_rows", "change_dataset", "add_dataset"):
            cursor.execute(filled(f"load/{step}", rows), about)
    return Loaded(rows.dataset.name, *counts)
