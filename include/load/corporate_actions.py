"""Splits and dividends into the tables that adjusted prices are computed from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import Connection

from include.datasets.corporate_actions import KINDS
from include.fetch.bodies import actions_of
from include.market.exchanges import exchange_of
from include.market.sessions import session_before
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, Run, requests_of
from include.warehouse.statements import statement


def load_actions(connection: Connection[Any], run: Run, *, now: datetime) -> int:
    """Bring the splits and dividends of a run's bodies into ``corporate_action``; return how many changed.

    What the vendor lists otherwise now goes to ``corporate_action_history``. A body older than the one
    that was loaded last changes nothing.

    :raises OriginMismatch: a body is of another origin than the warehouse.
    """
    changed = 0
    # In the same order in each run: of two at once, one waits for the other, and never both.
    for request in sorted(requests_of(connection, run), key=lambda one: (one.symbol, one.function)):
        if request.function in KINDS and request.has_body:
            claim_origin(connection, str(request.origin))
            changed += _merge(connection, run, request, now)
    return changed


def _merge(connection: Connection[Any], run: Run, request: Request, now: datetime) -> int:
    actions, exchange = actions_of(request), exchange_of(request.symbol)
    about = {
        "symbol": request.symbol,
        "kind": KINDS[request.function],
        "asked_through": request.final_through,
        "path": request.path,
        "fetched_at": request.fetched_at,
        "now": now,
        "run": run.id,
    }
    if not connection.execute(statement("load/check_actions"), about).fetchone():
        return 0
    listed = about | {
        "effective": [action.effective_date for action in actions],
        "values": [action.value for action in actions],
        "before": [session_before(exchange, action.effective_date) for action in actions],
        "declared": [action.declaration_date for action in actions],
        "recorded": [action.record_date for action in actions],
        "paid": [action.payment_date for action in actions],
    }
    withdrawn = connection.execute(statement("load/withdraw_actions"), listed).rowcount
    return withdrawn + connection.execute(statement("load/add_actions"), listed).rowcount
