"""The next run, without running it: nothing is asked of the API, and nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from include.market.instruments import by_exchange
from include.market.watchlist import read_watchlist
from include.plan.budget import Allowance
from include.plan.clock import clock_of
from include.plan.daily_plan import plan_for
from include.plan.start import refused
from include.plan.summary import agenda, left_alone, plan_summary
from include.warehouse.runs import RunRequest


@dataclass(frozen=True)
class Preview:
    """What the next run would do, in lines for a person.

    :param outlook: what it costs, and by when it brings what.
    :param requests: every request with its reason, in order; and who is left alone.
    """

    outlook: list[str]
    requests: list[str]


def preview(
    connection: Connection[Any],
    request: RunRequest,
    *,
    allowance: Allowance,
) -> Preview:
    """Return what a run would do that started now; nothing is asked and nothing is written.

    :raises BadParameter: an empty watchlist, or a clock that may not or cannot be set.
    """
    watchlist = read_watchlist(request.subjects)
    with connection.transaction(force_rollback=True):
        connection.execute("set transaction read only")
        clock = clock_of(connection, request.now)
        known, unsupported = by_exchange(watchlist.symbols, clock)
        planned = plan_for(connection, known, clock, allowance, force=request.force)
    symbols = len(watchlist.names)
    idle = left_alone([*refused(watchlist, unsupported), *planned.idle])
    simulated = " (simulated)" if request.now else ""
    at = f"A run at {clock:%Y-%m-%d %H:%M} {clock.tzname()}{simulated} would bring:"
    return Preview([at, *plan_summary(symbols, planned, allowance)], [*agenda(planned), *idle])
