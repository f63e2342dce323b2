"""Splits and dividends into the tables that adjusted prices are computed from: all lists of a run at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from include.datasets.corporate_actions import KINDS, CorporateAction
from include.fetch.bodies import actions_of
from include.market.exchanges import exchange_of
from include.market.sessions import sessions_before
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, Run, requests_of
from include.warehouse.statements import statement

Listed = tuple[Request, CorporateAction]


def load_actions(connection: Connection[Any], run: Run, *, now: datetime) -> int:
    """Load the splits and dividends of a run's responses into ``corporate_action``; return how many changed.

    What the vendor lists otherwise now goes to ``corporate_action_history``. A response older than the one
    that was loaded last changes nothing.

    :raises OriginMismatch: a response is of another origin than the warehouse.
    """
    lists = [one for one in requests_of(connection, run) if one.function in KINDS and one.has_body]
    if not lists:
        return 0
    for origin in sorted({str(request.origin) for request in lists}):
        claim_origin(connection, origin)
    newest = _newest(connection, lists)
    kept = [request for request in lists if (request.symbol, KINDS[request.function]) in newest]
    listed = [(request, action) for request in kept for action in actions_of(request)]
    about = _columns(listed) | {
        "newest_symbols": [request.symbol for request in kept],
        "newest_kinds": [KINDS[request.function] for request in kept],
        "now": now,
        "run": run.id,
    }
    withdrawn = connection.execute(statement("load/withdraw_actions"), about).rowcount
    return withdrawn + connection.execute(statement("load/add_actions"), about).rowcount


def _newest(connection: Connection[Any], lists: Sequence[Request]) -> Collection[tuple[str, str]]:
    """Record that these lists came; return those that no later one was loaded before, by symbol and kind."""
    about = {
        "symbols": [request.symbol for request in lists],
        "kinds": [KINDS[request.function] for request in lists],
        "through": [request.final_through for request in lists],
        "paths": [request.path for request in lists],
        "fetched_at": [request.fetched_at for request in lists],
    }
    return set(connection.execute(statement("load/check_actions"), about).fetchall())


def _columns(listed: Sequence[Listed]) -> dict[str, list[Any]]:
    return {
        "symbols": [request.symbol for request, _ in listed],
        "kinds": [action.kind for _, action in listed],
        "effective": [action.effective_date for _, action in listed],
        "values": [action.value for _, action in listed],
        "before": _sessions_before(listed),
        "declared": [action.declaration_date for _, action in listed],
        "recorded": [action.record_date for _, action in listed],
        "paid": [action.payment_date for _, action in listed],
        "paths": [request.path for request, _ in listed],
        "fetched_at": [request.fetched_at for request, _ in listed],
    }


def _sessions_before(listed: Sequence[Listed]) -> list[Any]:
    """The session before each action, by the calendar of its symbol's exchange."""
    days = [(exchange_of(request.symbol), action.effective_date) for request, action in listed]
    before = {
        exchange: sessions_before(exchange, {day for one, day in days if one == exchange})
        for exchange in {exchange for exchange, _ in days}
    }
    return [before[exchange][day] for exchange, day in days]
