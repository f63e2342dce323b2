"""After a death: the first task of a run closes what killed runs left."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context

from include.settings import store

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

OVER = ("success", "failed")


def close_what_was_interrupted(warehouse: Connection[Any]) -> None:
    """Close the audit rows of runs that are over in Airflow, their calls and files; print each."""
    from include.fetch.raw_store import remove_beginnings
    from include.warehouse.interrupted import close_interrupted

    closed = close_interrupted(warehouse, _is_over)
    for run in closed:
        print(f"Closed {run}: it was interrupted, and its end was not on record.")
    if closed and (removed := remove_beginnings(store())):
        print(f"Removed {removed} beginnings of files that interrupted runs left in the raw store.")


def _is_over(dag_id: str, run_id: str) -> bool:
    """Whether Airflow will run no task of it any more: it has ended, or Airflow does not know it."""
    from airflow.sdk.exceptions import AirflowRuntimeError
    from httpx import HTTPStatusError

    try:
        return get_current_context()["ti"].get_dagrun_state(dag_id, run_id) in OVER
    except AirflowRuntimeError as error:
        log.info("%s %s: Airflow does not tell its state: %s", dag_id, run_id, error)
        return (error.error.detail or {}).get("status_code") == HTTPStatus.NOT_FOUND
    except HTTPStatusError as error:  # where the task and its supervisor are one process
        return error.response.status_code == HTTPStatus.NOT_FOUND
