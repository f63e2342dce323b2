"""From the parameters of a run to a recorded run and its plan."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from include.exceptions import BadParameter
from include.instruments import register, write_sessions
from include.plan import COMPACT, PlannedRequest, in_groups, plan_requests
from include.runs import Request, Run, record_request, start_run
from include.sessions import last_closed_session, sessions_until
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
    premium: bool,
) -> list[list[PlannedRequest]]:
    """Record the run and return what to ask, in groups of one mapped task instance each.

    A text on the watchlist that cannot be a symbol is recorded as failed and costs no call.

    :param asked: the symbols.
    :param now: the run's clock, ISO 8601 with a zone; empty for the real time.
    :raises BadParameter: an empty watchlist, or a clock that may not or cannot be set.
    """
    watchlist = read_watchlist(asked)
    clock = read_clock(now, origin_of(connection)) if now else datetime.now(UTC)
    symbols = [*watchlist.symbols, *watchlist.refused]
    run = start_run(
        connection, dag_id=dag_id, run_id=run_id, clock=clock, simulated=bool(now), symbols=symbols
    )
    for name in watchlist.refused:
        record_request(connection, run, _not_a_symbol(name))
    foreign = [symbol for symbol in watchlist.symbols if "." in symbol]
    for symbol in foreign:
        record_request(connection, run, _foreign(symbol))
    requests = _plan(connection, run, [s for s in watchlist.symbols if s not in foreign], premium)
    log.info("Clock %s%s; %d requests:", clock, " (simulated)" if now else "", len(requests))
    for request in requests:
        log.info("  %s %s %s: %s", request.symbol, request.function, request.outputsize, request.reason)
    return in_groups(requests)


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


def _plan(connection: Connection[Any], run: Run, symbols: list[str], premium: bool) -> list[PlannedRequest]:
    window = sessions_until(last_closed_session(run.clock), COMPACT)
    write_sessions(connection)
    register(connection, symbols, through=window[-1])
    return plan_requests(held_of(connection, symbols, window[0]), window=window, premium=premium)


def _foreign(symbol: str) -> Request:
    reason = (
        f"{symbol} trades on another exchange than New York's, whose calendar is the only one known here "
        "yet; nothing was asked. Take it off the watchlist."
    )
    return Request(symbol, DAILY, "failed", kind="UnsupportedExchange", reason=reason)


def _not_a_symbol(shown: str) -> Request:
    reason = (
        f"{shown!r} cannot be a symbol: at most 20 letters, digits, dots, colons and dashes. "
        "Mend the watchlist."
    )
    return Request(shown, DAILY, "failed", kind="NotASymbol", reason=reason)
