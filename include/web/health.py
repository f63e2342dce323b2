"""Which part is unwell and why. Nothing in it is confidential: probes have no login."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from psycopg import Connection
from pydantic import BaseModel

from include.web.sources import rows

MIGRATIONS = Path(__file__).parents[1] / "warehouse" / "migrations" / "versions"
LATE = timedelta(days=2)


class Part(BaseModel):
    """A part: ``unwell`` makes the whole unwell, ``watch`` wants a person but works."""

    state: Literal["well", "watch", "unwell"]
    why: str = ""


class Health(BaseModel):
    """The whole, and each part by name."""

    state: Literal["well", "watch", "unwell"]
    parts: dict[str, Part]


def health(connection: Connection[Any], *, now: datetime) -> Health:
    """Look at every part of a warehouse that answers."""
    (found,) = rows(connection, "health", now=now)
    parts = {
        "warehouse": _schema(found["schema"]),
        "last_run": _run(found, now),
        "freshness": _count(found["stale_symbols"], "symbols lack the last 3 closed sessions"),
        "ledger": _count(found["unanswered_calls"], "calls were never answered"),
        "quarantine": _count(found["quarantined"], "bars await a decision"),
    }
    return whole(parts)


def whole(parts: Mapping[str, Part]) -> Health:
    """Return the health whose state is that of its worst part."""
    worst = max((part.state for part in parts.values()), key=("well", "watch", "unwell").index)
    return Health(state=worst, parts=dict(parts))


def unreachable(cause: str) -> Health:
    """Return what is said while the warehouse does not answer.

    :param cause: why, without anything confidential.
    """
    why = f"It gives no answer: {cause}. Look at the connection postgres_stocks_reader and `make status`."
    return whole({"warehouse": Part(state="unwell", why=why)})


def newest_revision() -> str:
    """The schema that this code is for."""
    return max(path.stem for path in MIGRATIONS.glob("[0-9]*.py")).partition("_")[0]


def _schema(held: str) -> Part:
    wanted = newest_revision()
    if held.partition("_")[0] == wanted:
        return Part(state="well")
    why = f"Its schema is {held} and this code is for {wanted}: the next run of any DAG brings it there."
    return Part(state="unwell", why=why)


def _run(found: Mapping[str, Any], now: datetime) -> Part:
    if found["run_clock"] is None:
        return Part(state="watch", why="There was no daily run yet.")
    if found["run_clock"] < now - LATE:
        return Part(state="unwell", why="The last daily run is more than two days old.")
    if found["run_state"] == "failed":
        return Part(state="watch", why="The last daily run has failed.")
    return Part(state="well")


def _count(number: int, what: str) -> Part:
    return Part(state="watch", why=f"{number} {what}.") if number else Part(state="well")
