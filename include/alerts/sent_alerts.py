"""What was told by mail, kept in the warehouse so that nothing is told twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from include.alerts.digest import Digest, Trouble
from include.warehouse.locks import take
from include.warehouse.statements import statement


def take_turns(connection: Connection[Any]) -> None:
    """Wait until nobody else is about to tell the same; until the end of the transaction."""
    take(connection, "alert_lock")


def sent_alerts_of(connection: Connection[Any]) -> Sequence[Trouble]:
    """Return what was told and is not over, oldest first."""
    with connection.cursor(row_factory=class_row(Trouble)) as cursor:
        return cursor.execute(statement("alerts/open_alerts")).fetchall()


def remember(connection: Connection[Any], digest: Digest, now: datetime) -> None:
    """Record that a digest was mailed."""
    new = [[getattr(trouble, name) for trouble in digest.new] for name in ("symbol", "cause", "text")]
    connection.execute(statement("alerts/add_alerts"), [now, *new])
    over = [[getattr(trouble, name) for trouble in digest.over] for name in ("symbol", "cause")]
    connection.execute(statement("alerts/end_alerts"), [now, *over])
