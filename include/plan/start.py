"""From the parameters of a run to a recorded run and its plan."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from psycopg import Connection

from include.market.instruments import by_exchange, register, write_sessions
from include.market.sessions import last_closed_session
from include.market.watchlist import Watchlist, read_watchlist
from include.plan.budget import Allowance, in_groups
from include.plan.clock import clock_of
from include.plan.daily_plan import Planned, plan_for
from include.plan.needs import PlannedRequest
from include.plan.summary import agenda, plan_summary
from include.settings import DAILY
from include.warehouse.runs import Request, Run, RunRequest, record_requests, requests_of, start_run

log = logging.getLogger(__name__)


class Planner(Protocol):
    """Plans what to ask of some symbols at a moment; :func:`include.plan.daily_plan.plan_for` is one."""

    def __call__(
        self,
        connection: Connection[Any],
        symbols: Mapping[str, Sequence[str]],
        clock: datetime,
        allowance: Allowance,
        *,
        force: bool,
    ) -> Planned:
        """Return what to ask, and the outcome of each symbol whose bars are not asked for."""


def start(
    connection: Connection[Any],
    request: RunRequest,
    *,
    allowance: Callable[[Run], Allowance],
    planner: Planner = plan_for,
) -> list[list[PlannedRequest]]:
    """Record the run and return what to ask, in groups of one mapped task instance each.

    A text on the watchlist that cannot be a symbol, or is one of no exchange known here, is recorded as
    failed and costs no call; the others go on. What is complete, and what has to wait for a call, is
    recorded here too.

    :param allowance: tells what the key may ask for in a run.
    :param planner: plans what to ask; unless it is given, what keeps the daily bars whole.
    :raises BadParameter: an empty watchlist, or a clock that may not or cannot be set.
    """
    watchlist = read_watchlist(request.subjects)
    clock = clock_of(connection, request.now)
    symbols = watchlist.names
    run = start_run(connection, request, clock=clock, symbols=symbols)
    known, unsupported = by_exchange(watchlist.symbols, clock)
    for exchange in sorted(known):  # in one order: runs that start at once lock these rows
        write_sessions(connection, exchange)
    allowed = allowance(run)
    planned = planner(connection, known, clock, allowed, force=request.force)
    unlisted = {idle.symbol for idle in planned.idle if idle.kind == "NotListed"}
    for exchange, members in known.items():
        listed = [symbol for symbol in members if symbol not in unlisted]
        register(connection, listed, through=last_closed_session(exchange, clock))
    brought = {(done.symbol, done.function) for done in requests_of(connection, run) if done.has_body}
    deferred = map(_deferred, planned.plan.deferred)
    outcomes = (*refused(watchlist, unsupported), *planned.idle, *deferred)
    new = [outcome for outcome in outcomes if (outcome.symbol, outcome.function) not in brought]
    record_requests(connection, run, new)
    log.info("Clock %s%s", clock, " (simulated)" if run.simulated else "")
    for line in (*plan_summary(len(symbols), planned, allowed), *agenda(planned)):
        log.info("%s", line)
    return in_groups(planned.plan.requests, per_second=allowed.per_second)


def refused(watchlist: Watchlist, unsupported: Mapping[str, str]) -> list[Request]:
    """Return the outcome of each text that cannot be a symbol, or is one of no exchange known here."""
    wrong = [
        Request(each.shown, DAILY, "failed", kind=each.kind, reason=each.reason) for each in watchlist.refused
    ]
    return [*wrong, *map(_unsupported, unsupported.items())]


def _deferred(request: PlannedRequest) -> Request:
    reason = f"No call is left for it today, although {request.reason}. Nothing to do: its turn comes."
    return request.ended("deferred", kind="NoCallLeft", reason=reason)


def _unsupported(told: tuple[str, str]) -> Request:
    symbol, reason = told
    return Request(symbol, DAILY, "failed", kind="UnsupportedExchange", reason=reason)
