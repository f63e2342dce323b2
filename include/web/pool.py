"""The connections of pages and data API: few, shared, checked before use; beyond them a request waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import Connection
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.exc import TimeoutError as NoneCameFree
from sqlalchemy.pool import QueuePool

if TYPE_CHECKING:
    from airflow.models.connection import Connection as AirflowConnection

SIZE = 8
"""Connections of one process that answers."""

QUEUE = 16
"""Requests that wait for one of them; more are refused. Together fewer than the 40 threads of a process."""

WAIT = 5
"""Seconds that one waits at the most."""

LIFETIME = 600
"""Seconds after which a connection is replaced."""


class Busy(Exception):
    """No connection came free in time; the warehouse itself may be well."""


class ReaderPool:
    """Connections to where an Airflow connection leads; one that was edited counts from the next request on.

    :param find: looks the Airflow connection up.
    :param size: how many there are at the most.
    :param wait: how long a request waits for one, in seconds.
    """

    def __init__(self, find: Callable[[], AirflowConnection], size: int = SIZE, wait: float = WAIT) -> None:
        self._find = find
        self._size = size
        self._wait = wait
        self._turn = threading.Lock()
        self._pool: tuple[str, QueuePool] | None = None

    @contextmanager
    def open(self) -> Generator[Connection[Any]]:
        """Lend a connection that answers; what it did is rolled back at the end.

        :raises Busy: all were in use for too long.
        :raises psycopg.OperationalError: the server gives none.
        """
        try:
            lent = self._pool_now().connect()
        except NoneCameFree:
            raise Busy(
                f"All {self._size} connections for pages and data API are in use, and none became available "
                f"within {self._wait} s"
            ) from None
        connection: Any = lent.driver_connection
        try:
            yield connection
        finally:
            if connection.closed:
                lent.invalidate()
            lent.close()

    def _pool_now(self) -> QueuePool:
        found = self._find()
        place = found.get_uri()
        with self._turn:
            if self._pool is None or self._pool[0] != place:
                if self._pool:
                    self._pool[1].dispose()
                self._pool = (place, self._made(found))
            return self._pool[1]

    def _made(self, found: AirflowConnection) -> QueuePool:
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        opened: Any = PostgresHook(connection=found).get_conn
        pool = QueuePool(
            opened,
            pool_size=self._size,
            max_overflow=0,
            timeout=self._wait,
            recycle=LIFETIME,
            use_lifo=True,
        )
        event.listen(pool, "checkout", _check)
        return pool


def _check(connection: Connection[Any], *_: object) -> None:
    """Have all replaced where one no longer answers: the server was restarted."""
    try:
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = False
    except psycopg.OperationalError:
        raise InvalidatePoolError from None
