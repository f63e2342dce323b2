"""From the parameters of a run to a recorded run and its plan."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from include.exceptions import BadParameter
from include.exchanges import NEW_YORK
from include.instruments import by_exchange, register, write_sessions
from include.lifecycle import lives_of, not_to_ask
from include.listing import asked_at
from include.needs import (
    ACTIVE_LIST,
    LATE,
    Held,
    Need,
    PlannedRequest,
    Window,
    is_late,
    listing_needs,
    needs_of,
)
from include.plan import Allowance, Plan, in_groups, make_plan, outlook
from include.runs import Request, Run, record_request, requests_of, start_run
from include.sessions import close_of, last_closed_session, window_of
from include.settings import DAILY
from include.warehouse import held_of, origin_of
from include.watchlist import read_watchlist

log = logging.getLogger(__name__)


def start(
    connection: Connection[Any],
    *,
    dag_id: str,
    run_id: str,
    asked: str | Iterable[str],
    now: str | None,
    allowance: Callable[[Run], Allowance],
    force: bool = False,
) -> list[list[PlannedRequest]]:
    """Record the run and return what to ask, in groups of one mapped task instance each.

    A text on the watchlist that cannot be a symbol, or is one of no exchange known here, is recorded as
    failed and costs no call. What is complete, and what has to wait for a call, is recorded here too.

    :param asked: the symbols.
    :param now: the run's clock, ISO 8601 with a zone; empty for the real time.
    :param allowance: tells what the key may ask for in a run.
    :param force: ask for bars although they are held.
    :raises BadParameter: an empty watchlist, or a clock that may not or cannot be set.
    """
    watchlist = read_watchlist(asked)
    clock = read_clock(now, origin_of(connection)) if now else datetime.now(UTC)
    symbols = [*watchlist.symbols, *watchlist.refused]
    run = start_run(
        connection, dag_id=dag_id, run_id=run_id, clock=clock, simulated=bool(now), symbols=symbols
    )
    known, unsupported = by_exchange(watchlist.symbols, clock)
    for exchange in known:
        write_sessions(connection, exchange)
    allowed = allowance(run)
    plan, idle = plan_for(connection, known, clock, allowed, force=force)
    unlisted = {request.symbol for request in idle if request.kind == "NotListed"}
    for exchange, members in known.items():
        listed = [symbol for symbol in members if symbol not in unlisted]
        register(connection, listed, through=last_closed_session(exchange, clock))
    failed = [*map(_not_a_symbol, watchlist.refused), *map(_unsupported, unsupported.items())]
    brought = {
        (request.symbol, request.function) for request in requests_of(connection, run) if request.has_body
    }
    for request in (*failed, *idle, *map(_deferred, plan.deferred)):
        if (request.symbol, request.function) not in brought:
            record_request(connection, run, request)
    log.info("Clock %s%s", clock, " (simulated)" if now else "")
    for line in told(len(symbols), plan, allowed):
        log.info("%s", line)
    return in_groups(plan.requests)


def plan_for(
    connection: Connection[Any],
    symbols: Mapping[str, Sequence[str]],
    clock: datetime,
    allowance: Allowance,
    *,
    force: bool = False,
) -> tuple[Plan, list[Request]]:
    """Return what to ask at a time, and the outcome of each symbol whose bars are not asked for.

    :param symbols: by exchange.
    """
    listing = asked_at(connection)
    needs: list[Need] = []
    idle: list[Request] = []
    missing: list[str] = []
    for exchange, members in symbols.items():
        sessions = window_of(exchange, clock)
        window = Window(sessions, close_of(exchange, sessions[-1]))
        lives = {life.symbol: life for life in lives_of(connection, members)}
        settled = not_to_ask(connection, list(lives.values()), window, listing.get(ACTIVE_LIST), force=force)
        idle += settled.values()
        for held in held_of(connection, [one for one in members if one not in settled], sessions[0]):
            found = needs_of(held, window, now=clock, premium=allowance.premium, force=force)
            if lives[held.symbol].state != "active":
                found = [need for need in found if need.request.function == DAILY]
            if not any(need.request.function == DAILY for need in found):
                idle.append(_late(held, window) if is_late(held, window, clock) else _complete(held))
            needs += found
        missing += [life.symbol for life in lives.values() if life.left_the_listing]
    if NEW_YORK in symbols:  # the listing knows no other exchange's
        needs += listing_needs(listing, clock, missing)
    return make_plan(needs, allowance.left), idle


def told(symbols: int, plan: Plan, allowance: Allowance) -> list[str]:
    """Return a plan in lines for a person: the outlook, then every request with its reason."""
    lines = outlook(symbols, plan, allowance.per_day)
    for title, requests in (("ask", plan.requests), ("later", plan.deferred)):
        lines += [
            f"{title:>6}  {request.symbol} {request.function} {request.outputsize}: {request.reason}"
            for request in requests
        ]
    return lines


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


def _complete(held: Held) -> Request:
    return Request(
        held.symbol, DAILY, "complete", final_through=held.newest, reason="Its last closed session is held."
    )


def _late(held: Held, window: Window) -> Request:
    reason = (
        f"Nothing after {held.body_through} was published when it was asked for at "
        f"{held.asked_at:%Y-%m-%d %H:%M} UTC. Nothing to do: it is asked for again after "
        f"{LATE.seconds // 3600} hours, or half as many sessions as it lacked."
    )
    return Request(held.symbol, DAILY, "deferred", kind="NotPublishedYet", reason=reason)


def _deferred(request: PlannedRequest) -> Request:
    return Request(
        request.symbol,
        request.function,
        "deferred",
        request.outputsize,
        kind="NoCallLeft",
        reason=f"No call is left for it today, although {request.reason}. Nothing to do: its turn comes.",
    )


def _unsupported(told: tuple[str, str]) -> Request:
    symbol, reason = told
    return Request(symbol, DAILY, "failed", kind="UnsupportedExchange", reason=reason)


def _not_a_symbol(shown: str) -> Request:
    reason = (
        f"{shown!r} cannot be a symbol: at most 20 letters, digits, dots, colons and dashes. "
        "Mend the watchlist."
    )
    return Request(shown, DAILY, "failed", kind="NotASymbol", reason=reason)
