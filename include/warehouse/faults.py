"""What a failure of the database means: whether it passes by itself, and what fixes one that does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import psycopg


@dataclass(frozen=True)
class Fault:
    """A kind of failure of PostgreSQL.

    :param what: what happened, as the start of a sentence without a full stop.
    :param retried: ``soon``: it passes by itself, so the task tries again at once; ``later``: once somebody
        has acted, so the retry policy tries again; ``never``: the task fails at once.
    :param fix: what to do, as one sentence; ``{connection}`` stands for the id of the Airflow connection.
    """

    what: str
    retried: Literal["soon", "later", "never"]
    fix: str

    @property
    def passes(self) -> bool:
        """Whether it passes by itself."""
        return self.retried == "soon"


_WAIT = "Nothing to do unless it lasts: it is tried again."
_PRIMARY = "Point the connection {connection} at the primary server, or promote this one."
_LOGIN = "Set login and password of the connection {connection} to those of the role (Admin > Connections)."

TOO_MANY = Fault(
    "all connections that PostgreSQL allows are in use",
    "soon",
    "If it lasts, see who holds them in pg_stat_activity; raise max_connections or the role's limit.",
)
STARTING = Fault("PostgreSQL is starting up", "soon", _WAIT)
SHUTTING_DOWN = Fault("PostgreSQL is shutting down", "soon", _WAIT)
STOPPED = Fault("PostgreSQL was stopped or crashed, or an administrator ended the connection", "soon", _WAIT)
UNREACHABLE = Fault(
    "PostgreSQL cannot be reached",
    "soon",
    "If it lasts, start the server (`make status` shows it), and check host and port of {connection}.",
)
DEADLOCK = Fault("two transactions waited for each other", "soon", _WAIT)
SERIALIZATION = Fault("another transaction changed the same rows", "soon", _WAIT)
LOCK_TIMEOUT = Fault(
    "a lock was not free in time", "soon", "If it lasts, end the session that the log names as its holder."
)
TOO_SLOW = Fault(
    "the statement was cancelled, or took longer than statement_timeout", "soon", "Ask for less at a time."
)
DISK_FULL = Fault("the disk of PostgreSQL is full", "later", "Free space on the server of {connection}.")
READ_ONLY = Fault("the server or the session only allows reading", "later", _PRIMARY)
WRONG_LOGIN = Fault("PostgreSQL refuses the login", "later", _LOGIN)
WRONG_CERTIFICATE = Fault(
    "the server's certificate is not one that is trusted",
    "later",
    "Correct host and sslrootcert of the connection {connection}.",
)
NO_DATABASE = Fault(
    "the database does not exist", "never", "Create it, or correct the schema of the connection {connection}."
)
NO_PRIVILEGE = Fault(
    "the role may not do this", "never", "Grant it, or set another login in the connection {connection}."
)

_BY_STATE = {
    "53300": TOO_MANY,
    "57P03": STARTING,
    "57P01": STOPPED,
    "57P02": STOPPED,
    "57P05": STOPPED,
    "25P03": STOPPED,
    "40P01": DEADLOCK,
    "40001": SERIALIZATION,
    "55P03": LOCK_TIMEOUT,
    "57014": TOO_SLOW,
    "53100": DISK_FULL,
    "25006": READ_ONLY,
    "28P01": WRONG_LOGIN,
    "28000": WRONG_LOGIN,
    "3D000": NO_DATABASE,
    "42501": NO_PRIVILEGE,
}
# A login that is refused comes without a code, only with the server's text.
_BY_TEXT = (
    ("too many clients", TOO_MANY),
    ("too many connections", TOO_MANY),
    ("remaining connection slots", TOO_MANY),
    ("starting up", STARTING),
    ("not yet accepting connections", STARTING),
    ("in recovery mode", STARTING),
    ("shutting down", SHUTTING_DOWN),
    ("terminating connection", STOPPED),
    ("no space left on device", DISK_FULL),
    ("could not write init file", DISK_FULL),
    ("session is read-only", READ_ONLY),
    ("certificate verify failed", WRONG_CERTIFICATE),
    ("does not match host name", WRONG_CERTIFICATE),
    ("password authentication failed", WRONG_LOGIN),
    ("no password supplied", WRONG_LOGIN),
    ("no pg_hba.conf entry", WRONG_LOGIN),
    ("is not permitted to log in", WRONG_LOGIN),
    ("permission denied for database", WRONG_LOGIN),
    ("does not exist", None),
)


def fault_of(error: BaseException) -> Fault | None:
    """Return the kind of a failure; None where it is none of the database, such as a wrong statement."""
    error = getattr(error, "orig", error)  # SQLAlchemy wraps it
    if not isinstance(error, psycopg.Error):
        return None
    if error.sqlstate:
        return _BY_STATE.get(error.sqlstate) or (UNREACHABLE if error.sqlstate[:2] == "08" else None)
    if not isinstance(error, psycopg.OperationalError):
        return None
    text = str(error)
    found = next((pair for pair in _BY_TEXT if pair[0] in text.lower()), ("", UNREACHABLE))[1]
    return found or (NO_DATABASE if 'FATAL:  database "' in text else WRONG_LOGIN)


def explained(error: BaseException, fault: Fault, connection: str) -> str:
    """Return what happened, what PostgreSQL said, and what to do, on one line.

    :param connection: the id of the Airflow connection.
    """
    error = getattr(error, "orig", error)
    said = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    words = " ".join((said or str(error)).split()).rstrip(".")
    return f"Connection {connection}: {fault.what}: {words}. {fault.fix.format(connection=connection)}"
