"""Locks that only a role that may write can take: each is a table, locked to the end of a transaction."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, Literal

from psycopg import Connection, sql
from psycopg.errors import LockNotAvailable

from include.warehouse.statements import statement

log = logging.getLogger(__name__)

Lock = Literal["load_lock", "alert_lock"]

PATIENCE = timedelta(seconds=20)
"""How long a lock is waited for before its holder is logged and it is tried again."""

TRIES = 15
"""So often, which is 5 minutes."""


def take(
    connection: Connection[Any], lock: Lock, *, patience: timedelta = PATIENCE, tries: int = TRIES
) -> None:
    """Take a lock; it is free again at the end of the transaction.

    Whenever it was waited for in vain, the log says who holds it: pid, user and since when.

    :raises psycopg.errors.LockNotAvailable: it was not free at the last try; the message names the holder.
    """
    for number in range(1, tries + 1):
        if _is_taken(connection, lock, patience):
            return
        holders = connection.execute(statement("warehouse/lock_holders"), {"lock": lock}).fetchall()
        who = "; ".join(holder for (holder,) in holders) or "nobody any more"
        log.warning("Waiting for %s: held by %s (try %d of %d).", lock, who, number, tries)
    raise LockNotAvailable(
        f"{lock} was not free within {patience * tries}. It is held by {who}. "
        "If that session is dead, end it with pg_terminate_backend(pid)."
    )


def _is_taken(connection: Connection[Any], lock: Lock, patience: timedelta) -> bool:
    ((before,),) = connection.execute("select current_setting('lock_timeout')").fetchall()
    try:
        with connection.transaction():
            _wait_at_most(connection, f"{round(patience.total_seconds() * 1000)}ms")
            connection.execute(sql.SQL("lock table {} in exclusive mode").format(sql.Identifier(lock)))
    except LockNotAvailable:
        return False
    _wait_at_most(connection, before)
    return True


def _wait_at_most(connection: Connection[Any], setting: str) -> None:
    connection.execute("select set_config('lock_timeout', %s, true)", [setting])
