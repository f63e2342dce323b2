"""The clock of a run: the real time, or a simulated one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from include.exceptions import BadParameter
from include.warehouse.origins import origin_of


def clock_of(connection: Connection[Any], now: str | None) -> datetime:
    """Return the clock of a run: the instant its parameter names, or the real time where that is empty.

    :raises BadParameter: as :func:`read_clock` does.
    """
    return read_clock(now, origin_of(connection)) if now else datetime.now(UTC)


def read_clock(now: str, origin: str | None) -> datetime:
    """Return the instant a parameter names.

    :raises BadParameter: it is not an instant, or the warehouse may hold real data.
    """
    if origin not in {"sandbox", "replay"}:
        raise BadParameter(
            f"The parameter 'now' sets the clock of a simulation, and this warehouse is for "
            f"{origin or 'real'!r} data. Leave it empty, or point the connections at the sandbox and a "
            "database for it."
        )
    try:
        clock = datetime.fromisoformat(now)
    except ValueError:
        clock = None
    if clock is None or clock.tzinfo is None:
        raise BadParameter(f"The parameter 'now' is {now!r}; give an instant such as 2026-05-16T06:00:00Z.")
    return clock
