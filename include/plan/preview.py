"""The next run, without running it: nothing is asked of the API, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from include.market.instruments import by_exchange
from include.market.watchlist import read_watchlist
from include.plan.budget import Allowance
from include.plan.clock import clock_of
from include.plan.daily_plan import plan_for
from include.plan.start import refused
from include.plan.summary import agenda, left_alone, outlook


@dataclass(frozen=True)
class Ahead:
    """What the next run would do, in lines for a person.

    :param outlook: what it costs, and by when it brings what.
    :param requests: every request with its reason, in order; and who is left alone.
    """

    outlook: list[str]
    requests: list[str]


def look_ahead(
    connection: Connection[Any],
    *,
    asked: str | Iterable[str],
    now: str | None,
    allowance: Allowance,
    force: bool = False,
) -> Ahead:
    """Return what a run would do that started now; parameters as of :func:`include.plan.start.start`.

    :raises BadParameter: an empty watchlist, or a clock that may not or cannot be set.
    """
    watchlist = read_watchlist(asked)
    with connection.transaction(force_rollback=True):
        connection.execute("set transaction read only")
        clock = clock_of(connection, now)
        known, unsupported = by_exchange(watchlist.symbols, clock)
        planned = plan_for(connection, known, clock, allowance, force=force)
    symbols = len(watchlist.symbols) + len(watchlist.refused)
    idle = left_alone([*refused(watchlist, unsupported), *planned.idle])
    at = f"A run at {clock:%Y-%m-%d %H:%M} {clock.tzname()}{' (simulated)' if now else ''} would bring:"
    return Ahead([at, *outlook(symbols, planned, allowance)], [*agenda(planned), *idle])
