"""Connections to the warehouse, and its schema brought up to date."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg import Connection

from airflow_provider_alphavantage.lookup import look_up
from include.settings import POSTGRES_CONN_ID
from include.warehouse.persistence import keep_trying


@contextmanager
def connect(conn_id: str = POSTGRES_CONN_ID) -> Generator[Connection[Any]]:
    """Open the warehouse through its Airflow connection; commit at the end, roll back on an error.

    A server that is starting, full or out of reach is tried again for some seconds.

    :raises ConnectionNotFound: Airflow does not find the connection.
    :raises WarehouseUnavailable: the server gives no connection for now.
    :raises WarehouseUnusable: it never will, as it is.
    """
    with keep_trying(lambda: _open(conn_id), conn_id) as connection:
        yield connection


def _open(conn_id: str) -> Connection[Any]:
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    found = look_up(PostgresHook.get_connection, conn_id)
    connection: Any = PostgresHook(connection=found).get_conn()
    _speak_utc(connection)
    return cast("Connection[Any]", connection)


@contextmanager
def connect_to(url: str) -> Generator[Connection[Any]]:
    """Open a warehouse by URL, where Airflow's connections are not at hand."""
    with psycopg.connect(url) as connection:
        _speak_utc(connection)
        yield connection


def _speak_utc(connection: Connection[Any]) -> None:
    """Have moments come in UTC, whatever zone the server has: their days count, and people are shown them."""
    connection.execute("set time zone 'UTC'")
    connection.commit()


def upgrade_schema(conn_id: str = POSTGRES_CONN_ID) -> None:
    """Bring the warehouse to today's schema."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    from include.warehouse.migrations.upgrade import upgrade

    hook = PostgresHook(postgres_conn_id=conn_id)
    # By the hook's own connection: the URL it gives an engine leaves out the extras, sslmode among them.
    engine = hook.get_sqlalchemy_engine({"creator": hook.get_conn})

    def bring() -> None:
        with engine.begin() as connection:
            upgrade(connection)

    look_up(hook.get_connection, conn_id)
    keep_trying(bring, conn_id)
    engine.dispose()
