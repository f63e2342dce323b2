"""Bodies that are in the raw store: one that makes a call needless, and one that is put there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from psycopg import Connection
from psycopg.rows import class_row

from include.datasets.base import Dataset
from include.fetch.raw_store import REFUSED, is_stored, write_body
from include.market.exchanges import exchange_of
from include.market.sessions import last_closed_session
from include.plan.datasets import day_of
from include.plan.needs import PlannedRequest
from include.warehouse.runs import Request, Run
from include.warehouse.statements import statement

if TYPE_CHECKING:
    from datetime import datetime

    from airflow.sdk import ObjectStoragePath

    from airflow_provider_alphavantage.answer import Answer

REAL = "market"
"""The origin of a body that no stand-in has signed."""


def usable_body(
    connection: Connection[Any], run: Run, dataset: Dataset, planned: PlannedRequest
) -> Request | None:
    """Return the request that brought a body than which there is no newer one to be had, if it is stored."""
    if dataset.final == "session":
        found = _through_last_session(connection, run, planned)
    else:
        found = _of_today(connection, run, dataset.with_body_of or planned.symbol, planned.function)
    if found and dataset.with_body_of:
        found = replace(found, symbol=planned.symbol)
    return replace(found, outcome="reused") if found and found.path and is_stored(found.path) else None


def keep_answer(store: ObjectStoragePath, planned: PlannedRequest, answer: Answer) -> Request:
    """Write the body of an answer as it came; return the request that brought it."""
    origin = answer.origin or REAL
    path = write_body(
        store,
        answer.payload.content,
        origin=origin,
        function=planned.function,
        symbol=planned.symbol,
        fetched_at=answer.fetched_at,
        kind=f"{planned.outputsize or 'list'}.{answer.payload.format}",
    )
    return planned.ended("fetched", path=path, origin=origin, fetched_at=answer.fetched_at)


def keep_refusal(store: ObjectStoragePath, planned: PlannedRequest, body: bytes, now: datetime) -> str:
    """Write a body that is a message, scrubbed of the key; return its path."""
    return write_body(
        store,
        body,
        origin=REFUSED,
        function=planned.function,
        symbol=planned.symbol,
        fetched_at=now,
        kind="refusal.json",
    )


def _through_last_session(connection: Connection[Any], run: Run, planned: PlannedRequest) -> Request | None:
    return last_body(
        connection,
        run,
        symbol=planned.symbol,
        function=planned.function,
        outputsize=planned.outputsize,
        final_through=last_closed_session(exchange_of(planned.symbol), run.now()),
    )


def _of_today(connection: Connection[Any], run: Run, symbol: str, function: str) -> Request | None:
    body = newest_body(connection, symbol, function)
    return body if body and day_of(body.answered_at) == day_of(run.now()) else None


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
