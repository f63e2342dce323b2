"""An outage of the API: a run stops asking, and one request at a time finds out whether it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import TransportError
from include.warehouse.runs import Request, Run
from include.warehouse.statements import statement

IN_A_ROW = 3
"""So many symbols without an answer, one after the other, and it is not the symbols."""

REST = timedelta(minutes=4)
"""So long nobody asks then, unless the first retry of a task comes sooner: it asks for all."""


class ApiUnreachable(TransportError):
    """It was not asked: those before it got no answer."""

    next_step = (
        "Nothing to do: a retry of the task asks again; if it lasts, check the network and the connection's "
        "host."
    )


@dataclass(frozen=True)
class Outage:
    """What a run asked for in vain since the API last answered it, as (symbol, function).

    :param is_recent: the last of it a short while ago.
    """

    unanswered: frozenset[tuple[str, str]]
    is_recent: bool

    @property
    def is_of_all(self) -> bool:
        """Whether so many symbols got no answer that it is not the symbols."""
        return len({symbol for symbol, _ in self.unanswered}) >= IN_A_ROW

    @property
    def error(self) -> ApiUnreachable | None:
        """Why nothing is asked now; None if it may be."""
        if not self.is_recent or not self.is_of_all:
            return None
        return ApiUnreachable(f"The last {IN_A_ROW} symbols of this run got no answer.")

    def is_known_of(self, request: Request) -> bool:
        """Tell whether it is on record that this request, which is not asked now, got no answer before."""
        is_asked = request.kind != ApiUnreachable.__name__
        return not is_asked and (request.symbol, request.function) in self.unanswered


def outage_of(connection: Connection[Any], run: Run, rest: timedelta) -> Outage:
    """Return what a run knows by now.

    :param rest: how long nobody asks after the last request without an answer.
    """
    about = {"run": run.id, "rest": rest}
    rows = connection.execute(statement("fetch/unanswered_of_run"), about).fetchall()
    found = frozenset((symbol, function) for symbol, function, _ in rows)
    return Outage(found, any(is_recent for *_, is_recent in rows))


def rest_before_retry(seconds: float) -> timedelta:
    """Return how long nobody asks where the first retry of a task comes after so many seconds."""
    return min(REST, timedelta(seconds=0.8 * seconds))
