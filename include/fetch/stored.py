"""Responses that are in the raw store already, and when one of them will do again."""

from __future__ import annotations

from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from include.plan.datasets import day_of
from include.warehouse.runs import Request, Run
from include.warehouse.statements import statement


def last_body(
    connection: Connection[Any],
    run: Run,
    *,
    symbol: str,
    function: str,
    outputsize: str,
    final_through: date,
) -> Request | None:
    """Return the newest request whose body holds the final bar of a session, if there is one.

    A body that came since the run was started will do without: there is no newer one to be had yet.
    """
    about = {"symbol": symbol, "function": function, "outputsize": outputsize, "run": run.id}
    with connection.cursor(row_factory=class_row(Request)) as cursor:
        return cursor.execute(
            statement("fetch/last_body"), about | {"final_through": final_through}
        ).fetchone()


def newest_body(connection: Connection[Any], symbol: str, function: str) -> Request | None:
    """Return the newest request of a symbol or dataset that has a body."""
    with connection.cursor(row_factory=class_row(Request)) as cursor:
        return cursor.execute(
            statement("fetch/newest_body"), {"symbol": symbol, "function": function}
        ).fetchone()


def body_of_day(connection: Connection[Any], run: Run, name: str, function: str) -> Request | None:
    """Return the newest request of a dataset if its body came on the day (UTC) of a run."""
    body = newest_body(connection, name, function)
    return body if body and day_of(body.answered_at) == day_of(run.now()) else None
