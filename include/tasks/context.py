"""The run a task is in: what it was asked to do, and the warehouse with what was recorded of it."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from airflow.sdk import Variable, get_current_context
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowSkipException

from include.settings import DATASETS_VARIABLE, WATCHLIST_VARIABLE

if TYPE_CHECKING:
    from psycopg import Connection

    from include.plan.needs import PlannedRequest
    from include.warehouse.runs import Run, RunRequest

log = logging.getLogger(__name__)


def run_request() -> RunRequest:
    """Return what the run is asked to do: its parameters, and the watchlist where they name no symbols."""
    from include.warehouse.runs import RunRequest

    context = get_current_context()
    dag_run, params = context["dag_run"], context["params"]
    subjects = (params["symbols"] or watchlist()) if "symbols" in params else ()
    return RunRequest(
        dag_run.dag_id, dag_run.run_id, subjects, now=params.get("now"), force=params.get("force", False)
    )


def as_mapped(groups: Iterable[Iterable[PlannedRequest]]) -> list[list[dict[str, str]]]:
    """Return planned requests as the first task hands them on, a list for each mapped instance."""
    return [[asdict(request) for request in group] for group in groups]


def watchlist() -> str:
    """Return the symbols of the daily bars, as the Variable ``stock_symbols`` has them."""
    return str(Variable.get(WATCHLIST_VARIABLE, default=""))


def switched_on() -> str:
    """Return the datasets that people have switched on, as the Variable ``market_datasets`` has them."""
    return str(Variable.get(DATASETS_VARIABLE, default=""))


@contextmanager
def opened() -> Generator[Connection[Any]]:
    """Open the warehouse at today's schema: for the first task of a run."""
    from include.warehouse.connections import connect, upgrade_schema

    upgrade_schema()
    with connect() as warehouse:
        yield warehouse


@contextmanager
def starting() -> Generator[Connection[Any]]:
    """Open the warehouse as :func:`opened` does; if the first task fails, the run is on record as failed."""
    try:
        with opened() as warehouse:
            yield warehouse
    except AirflowSkipException:
        raise
    except Exception as error:
        _record_failed_start(error)
        raise


def _record_failed_start(error: Exception) -> None:
    """Say in the audit why a run was not planned, unless the warehouse is what failed."""
    import psycopg

    from include.warehouse.connections import connect
    from include.warehouse.runs import record_failed_start

    context = get_current_context()
    dag_run, task_id = context["dag_run"], context["task"].task_id
    message = f"{task_id} failed: {error} Open its log, fix the cause, then clear {task_id}."
    try:
        with connect() as warehouse:
            record_failed_start(warehouse, dag_run.dag_id, dag_run.run_id, message)
    except (psycopg.Error, AirflowNotFoundException) as unrecorded:
        log.warning("The failed start is not on record: %s", unrecorded)


@contextmanager
def this_run() -> Generator[tuple[Connection[Any], Run]]:
    """Open the warehouse and find the run that the DAG's first task recorded."""
    from include.warehouse.connections import connect
    from include.warehouse.runs import find_run

    dag_run = get_current_context()["dag_run"]
    with connect() as warehouse:
        yield warehouse, find_run(warehouse, dag_run.dag_id, dag_run.run_id)
