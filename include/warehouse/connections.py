"""Connections to the warehouse, and its schema brought up to date."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from include.settings import POSTGRES_CONN_ID


@contextmanager
def connect(conn_id: str = POSTGRES_CONN_ID) -> Generator[Connection[Any]]:
    """Open the warehouse through its Airflow connection; commit at the end, roll back on an error."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    with PostgresHook(postgres_conn_id=conn_id).get_conn() as connection:
        _speak_utc(connection)
        yield connection


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
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
