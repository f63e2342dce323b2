"""Whose data the warehouse holds: the real API's, simulated, or recorded and replayed."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from include.exceptions import OriginMismatch
from include.settings import POSTGRES_CONN_ID

ORIGINS = ("market", "sandbox", "replay")
"""Whose data a warehouse may hold: the real API's, simulated, or recorded and replayed."""


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
