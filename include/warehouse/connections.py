"""The warehouse: connect, bring its schema up to date, know whose data it holds."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from include.exceptions import OriginMismatch
from include.datasets.daily_bars import USUAL_STEP
from include.plan.needs import Held
from include.settings import POSTGRES_CONN_ID
from include.warehouse.statements import statement

ORIGINS = ("market", "sandbox", "replay")
"""Whose data a warehouse may hold: the real API's, simulated, or recorded and replayed."""


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


def origin_of(connection: Connection[Any]) -> str | None:
    """Return whose data the warehouse holds, or None while nobody has claimed it."""
    row = connection.execute("select origin from warehouse_origin").fetchone()
    return row[0] if row else None


def claim_origin(connection: Connection[Any], origin: str) -> None:
    """Record whose data the warehouse holds from now on.

    :raises OriginMismatch: it holds another's.
    """
    connection.execute(
        "insert into warehouse_origin (origin) values (%s) on conflict do nothing",
        (origin,),
    )
    held = origin_of(connection)
    if held != origin:
        raise OriginMismatch(
            f"This warehouse holds {held!r} data, and {origin!r} data was about to enter. Point the "
            f"connection {POSTGRES_CONN_ID!r} at a database of its own for {origin!r} data, or the API "
            "connection back."
        )


def held_of(connection: Connection[Any], symbols: Sequence[str], since: date) -> list[Held]:
    """Return what is held of each of these symbols, in their order.

    :param since: the session from which on steps like a split's are looked for.
    """
    lowest, highest = USUAL_STEP
    about = {"symbols": list(symbols), "since": since, "lowest": lowest, "highest": highest}
    with connection.cursor(row_factory=class_row(Held)) as cursor:
        return cursor.execute(statement("plan/held_of_symbols"), about).fetchall()
