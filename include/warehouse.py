"""The warehouse: connect, know whose data it holds, and load accepted bars."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from include.bars import StockBar, Values
from include.exceptions import OriginMismatch
from include.expectations import USUAL_STEP
from include.needs import Held
from include.runs import Run
from include.settings import POSTGRES_CONN_ID
from include.statements import statement

ORIGINS = ("market", "sandbox", "replay")
"""Whose data a warehouse may hold: the real API's, simulated, or recorded and replayed."""

_LOAD_LOCK = 4_702_111_202_602


@dataclass(frozen=True)
class Loaded:
    """What a load did for one symbol, in bars."""

    symbol: str
    new_bars: int
    changed_bars: int
    unchanged_bars: int


@contextmanager
def connect(conn_id: str = POSTGRES_CONN_ID) -> Generator[Connection[Any]]:
    """Open the warehouse through its Airflow connection; commit at the end, roll back on an error."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    with PostgresHook(postgres_conn_id=conn_id).get_conn() as connection:
        yield connection


@contextmanager
def connect_to(url: str) -> Generator[Connection[Any]]:
    """Open a warehouse by URL, where Airflow's connections are not at hand."""
    with psycopg.connect(url) as connection:
        yield connection


def upgrade_schema(conn_id: str = POSTGRES_CONN_ID) -> None:
    """Bring the warehouse to today's schema."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    from include.migrations.upgrade import upgrade

    with PostgresHook(postgres_conn_id=conn_id).get_sqlalchemy_engine().begin() as connection:
        upgrade(connection)


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
        return cursor.execute(statement("held_of_symbols"), about).fetchall()


def held_values(connection: Connection[Any], since: Mapping[str, date]) -> set[Values]:
    """Return the values of the bars held, of each symbol from a session on."""
    about = {"symbols": list(since), "sessions": list(since.values())}
    return set(connection.execute(statement("held_values"), about).fetchall())


def load(connection: Connection[Any], bars: Sequence[StockBar], run: Run, *, now: datetime) -> list[Loaded]:
    """Merge accepted bars into ``stock_data`` and tell for each symbol what was new.

    One transaction, and one load at a time: all of it enters or nothing. Loading the same bars
    again changes nothing and writes no row of ``stock_data``. A value that is replaced goes into
    ``stock_data_history`` with the time it stood, from one load's ``now`` to the next one's.

    :raises OriginMismatch: the bars are of another origin than the warehouse.
    """
    with connection.transaction(), connection.cursor(row_factory=class_row(Loaded)) as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (_LOAD_LOCK,))
        for origin in sorted({bar.origin for bar in bars}):
            claim_origin(connection, origin)
        cursor.execute(statement("stage_bars"))
        with cursor.copy("copy staged_bar from stdin") as copy:
            for bar in bars:
                copy.write_row((
                    bar.symbol, bar.data_date, bar.open, bar.high, bar.low, bar.close, bar.volume,
                    bar.is_final, bar.fetched_at,
                ))  # fmt: skip
        about = {"run": run.id, "now": now}
        counts = cursor.execute(statement("count_bars"), about).fetchall()
        for step in ("keep_replaced_bars", "change_bars", "finish_bars", "add_bars"):
            cursor.execute(statement(step), about)
    return sorted(counts, key=lambda loaded: loaded.symbol)


def refresh_views(connection: Connection[Any]) -> None:
    """Bring the materialized views up to the table; readers go on reading the old ones meanwhile."""
    for view in ("latest_price", "daily_return", "symbol_coverage", "market_summary"):
        connection.execute(f"refresh materialized view concurrently {view}".encode())
