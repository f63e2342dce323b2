"""Sessions that should be held and are not: found after every run, each with its cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from include.warehouse.runs import Run
from include.warehouse.statements import statement

ALL_SYMBOLS = 3
"""So many symbols at least have to lack a session that no symbol has before it counts as closed."""


@dataclass(frozen=True)
class Missing:
    """How many sessions of a symbol are missing for one cause, and the first and the last of them."""

    symbol: str
    cause: str
    sessions: int
    first_session: date
    last_session: date

    def __str__(self) -> str:
        """In words, such as ``IBM: 2026-05-15 missing (not yet published)``."""
        if self.sessions == 1:
            return f"{self.symbol}: {self.first_session} missing ({self.cause})"
        span = f"between {self.first_session} and {self.last_session}"
        return f"{self.symbol}: {self.sessions} sessions missing {span} ({self.cause})"


def find_gaps(connection: Connection[Any], *, now: datetime) -> None:
    """Bring the table ``gap`` up to what is held: what has come ends its gap, what is missing opens one.

    A session is expected from the first bar of its symbol on, up to the last run that had the symbol
    on its list. A gap whose cause changes ends, and another begins.
    """
    with connection.transaction():
        for step in ("find_gaps", "end_gaps", "add_gaps"):
            connection.execute(statement(f"report/{step}"), {"now": now, "all": ALL_SYMBOLS})


def gaps_of(connection: Connection[Any], run: Run) -> Sequence[Missing]:
    """Return what is missing of the symbols of a run, in the order of its plan."""
    with connection.cursor(row_factory=class_row(Missing)) as cursor:
        return cursor.execute(statement("report/gaps_of_run"), {"run": run.id}).fetchall()
