"""What is told of a run as a whole, from outside of it: it failed, it is late, it succeeds again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import Connection

from airflow_provider_alphavantage.exceptions import ConnectionNotFound
from include.alerts.digest import Findings, Trouble
from include.alerts.ends import run_failed, run_late
from include.alerts.notify import Look, about_run, send_unrecorded, tell
from include.exceptions import WarehouseUnavailable, WarehouseUnusable
from include.settings import POSTGRES_CONN_ID
from include.warehouse.statements import statement

_NO_ANSWER = (psycopg.Error, ConnectionNotFound, WarehouseUnavailable, WarehouseUnusable)

SEE_LOGS = "See the log of the first task that failed, and clear it once the cause is mended."


def notify_failure(dag_id: str, run_id: str, *, tasks_notify: bool = False) -> bool:
    """Mail that a run failed; return whether a mail was sent.

    :param tasks_notify: where the audit says how the run ended, its last tasks have told it.
    """

    def look(warehouse: Connection[Any]) -> Findings:
        about = {"dag_id": dag_id, "run_id": run_id}
        row = warehouse.execute(statement("alerts/end_of_run"), about).fetchone()
        if row and tasks_notify:
            return Findings([], _nothing)
        why = row[0] if row else SEE_LOGS
        return Findings([run_failed(dag_id, f"{dag_id}: its run failed. {why}")], _nothing)

    return _tell_or_say_so(dag_id, run_id, look, f"{dag_id}: its run failed. {SEE_LOGS}")


def notify_success(dag_id: str, run_id: str) -> bool:
    """Mail that a DAG whose failure was told succeeds again; return whether a mail was sent."""
    failed = run_failed(dag_id, "")

    def recovery(trouble: Trouble) -> str | None:
        return f"{dag_id} succeeds again." if trouble.key == failed.key else None

    return tell(about_run(dag_id, run_id), lambda _: Findings([], recovery))


def notify_late_run(dag_id: str, run_id: str, deadline: datetime) -> bool:
    """Mail that a run is not over by its deadline; return whether a mail was sent."""
    by = f"{deadline.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    text = (
        f"{dag_id}: its run should have been over by {by} and is not. See which task it is in, and whether "
        "the scheduler and its workers run: `make status`."
    )
    findings = Findings([run_late(dag_id, text)], _nothing)
    return _tell_or_say_so(dag_id, run_id, lambda _: findings, text)


def _tell_or_say_so(dag_id: str, run_id: str, look: Look, text: str) -> bool:
    about = about_run(dag_id, run_id)
    try:
        return tell(about, look)
    except _NO_ANSWER as error:
        said = (
            f"{text} The warehouse gave no answer either ({type(error).__name__}): see that PostgreSQL runs, "
            f"and test the connection {POSTGRES_CONN_ID}. While it is away, every failed run is told."
        )
        return send_unrecorded(about, run_failed(dag_id, said))


def _nothing(_: Trouble) -> None:
    return None
