"""What runs left that were killed: their audit rows, and the calls that they had reserved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import Connection

from include.warehouse.statements import statement

MESSAGE = (
    "Interrupted: the run is over in Airflow, and its last task did not record its end. What it loaded is "
    "there; the next run asks for the rest."
)


def close_interrupted(connection: Connection[Any], is_over: Callable[[str, str], bool]) -> list[str]:
    """Close what killed runs left; return the closed ones, as ``dag_id run_id``.

    A run that is not over in Airflow is left alone, and so is one that was started again meanwhile. Calls
    without an outcome an hour after they were reserved are ``Interrupted``; they stay counted as calls.

    :param is_over: tells of a ``dag_id`` and a ``run_id`` whether no task of it will run any more.
    """
    closed = []
    for id, dag_id, run_id, started_at in connection.execute(statement("warehouse/open_runs")).fetchall():
        connection.commit()  # Airflow is asked: no transaction stays open meanwhile
        if is_over(dag_id, run_id):
            about = {"id": id, "started_at": started_at, "message": MESSAGE}
            if connection.execute(statement("warehouse/close_interrupted"), about).fetchone():
                closed.append(f"{dag_id} {run_id}")
    connection.execute(statement("warehouse/close_reservations"))
    connection.commit()
    return closed
