"""What an answer is made from: the warehouse, read in one snapshot, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from psycopg import Connection, IsolationLevel
from psycopg.rows import dict_row

from include.settings import ALPHAVANTAGE_CONN_ID, DATASETS_VARIABLE, READER_CONN_ID, WATCHLIST_VARIABLE
from include.warehouse.statements import statement
from include.web.pool import SIZE, ReaderPool

if TYPE_CHECKING:
    from airflow.models.connection import Connection as AirflowConnection

PROBES = 2
"""Connections that only probes use."""


@dataclass(frozen=True)
class Sources:
    """What the application is given.

    :param open: lends a connection to the warehouse for one answer.
    :param probe: the same for probes, who have connections of their own.
    :param now: the real time.
    :param per_day: how many calls the key has in any 24 hours; None for no limit.
    :param watchlist: the symbols of the daily run, as a person wrote them; None where nobody has.
    :param datasets: what is switched on beside bars, as a person wrote it; None where nobody has.
    """

    open: Callable[[], AbstractContextManager[Connection[Any]]]
    probe: Callable[[], AbstractContextManager[Connection[Any]]]
    now: Callable[[], datetime]
    per_day: Callable[[], int | None]
    watchlist: Callable[[], str | None]
    datasets: Callable[[], str | None]


def airflow_sources() -> Sources:
    """Return what Airflow's connections lead to."""
    pages, probes = (ReaderPool(_reader, size) for size in (SIZE, PROBES))
    now = partial(datetime.now, UTC)
    watchlist, datasets = partial(_variable, WATCHLIST_VARIABLE), partial(_variable, DATASETS_VARIABLE)
    return Sources(pages.open, probes.open, now, _calls_per_day, watchlist, datasets)


def sources_of(request: Request) -> Sources:
    """Return what the application that answers was given."""
    found: Sources = request.app.state.sources
    return found


def read(request: Request) -> Iterator[Connection[Any]]:
    """Open the warehouse for a request, as :func:`read_once` does."""
    with read_once(sources_of(request).open) as connection:
        yield connection


@contextmanager
def read_once(opened: Callable[[], AbstractContextManager[Connection[Any]]]) -> Generator[Connection[Any]]:
    """Read the warehouse for an answer: every statement sees the same moment, and none can write."""
    with opened() as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute(statement("web/begin"))
        yield connection


# Given back before the answer is sent: who reads slowly holds no connection.
Warehouse = Annotated[Connection[Any], Depends(read, scope="function")]


def rows(connection: Connection[Any], name: str, **about: object) -> list[dict[str, Any]]:
    """Return the rows of a statement of the pages, by column."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement(f"web/{name}"), about).fetchall()


def find_connection(conn_id: str) -> AirflowConnection:
    """Look up an Airflow connection.

    :raises AirflowNotFoundException: there is none.
    :raises sqlalchemy.exc.SQLAlchemyError: Airflow's own database gives no answer, so nobody knows.
    """
    # Not through BaseHook: outside a task it does not look into Airflow's own database.
    from airflow.models.connection import Connection as AirflowConnection
    from airflow.sdk.exceptions import AirflowNotFoundException
    from airflow.utils.session import create_session
    from sqlalchemy import select

    try:
        return AirflowConnection.get_connection_from_secrets(conn_id)
    except AirflowNotFoundException:
        # It says the same where the database failed.
        with create_session() as session:
            of_id = select(AirflowConnection).where(AirflowConnection.conn_id == conn_id)
            found: AirflowConnection | None = session.scalar(of_id)
            if found is None:
                raise
            session.expunge(found)
            return found


def _reader() -> AirflowConnection:
    return find_connection(READER_CONN_ID)


def _calls_per_day() -> int | None:
    from airflow.sdk.exceptions import AirflowNotFoundException

    from airflow_provider_alphavantage.exceptions import InvalidConnection
    from airflow_provider_alphavantage.pacing import budget_of

    try:
        return budget_of(find_connection(ALPHAVANTAGE_CONN_ID).extra_dejson).per_day
    except (AirflowNotFoundException, InvalidConnection):
        return None


def _variable(name: str) -> str | None:
    from airflow.models.variable import Variable

    found: str | None = Variable.get_variable_from_secrets(name)
    return found
