"""Splits and dividends into the tables that adjusted prices are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from psycopg import Connection

from include.datasets.corporate_actions import KINDS, CorporateAction
from include.fetch.bodies import actions_of
from include.load.copying import copy_rows
from include.market.exchanges import exchange_of
from include.market.sessions import sessions_before
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, Run, requests_of
from include.warehouse.statements import statement

_SCHEMA = pa.schema([
    ("symbol", pa.string()),
    ("kind", pa.string()),
    ("effective_date", pa.date32()),
    ("value", pa.string()),  # exact whatever its digits
    ("session_before", pa.date32()),
    ("declaration_date", pa.date32()),
    ("record_date", pa.date32()),
    ("payment_date", pa.date32()),
])
Listed = tuple[Request, CorporateAction]


def load_actions(connection: Connection[Any], run: Run, *, now: datetime) -> int:
    """Load the splits and dividends of a run's responses into ``corporate_action``; return how many changed.

    What the vendor lists otherwise now goes to ``corporate_action_history``. A response older than the one
    that was loaded last changes nothing. One set of statements for all lists.

    :raises OriginMismatch: a response is of another origin than the warehouse.
    """
    fetched = [one for one in requests_of(connection, run) if one.function in KINDS and one.has_body]
    if not fetched:
        return 0
    # In the same order in each run: of two at once, one waits for the other, and never both.
    requests = sorted(fetched, key=lambda one: (one.symbol, one.function))
    for origin in sorted({str(request.origin) for request in requests}):
        claim_origin(connection, origin)
    rows = _table([(request, action) for request in requests for action in actions_of(request)])
    with connection.transaction():
        connection.execute("drop table if exists pg_temp.staged_action")
        connection.execute(statement("load/stage_actions"))
        copy_rows(connection, "staged_action", rows)
        connection.execute("analyze staged_action")
        return _merge(connection, requests, run, now)


def _merge(connection: Connection[Any], requests: Sequence[Request], run: Run, now: datetime) -> int:
    """Replace the lists that are not older than those loaded last by the staged ones."""
    lists = {
        "symbols": [request.symbol for request in requests],
        "kinds": [KINDS[request.function] for request in requests],
        "asked_through": [request.final_through for request in requests],
        "paths": [request.path for request in requests],
        "fetched_at": [request.fetched_at for request in requests],
    }
    newest = connection.execute(statement("load/check_actions"), lists).fetchall()
    symbols, kinds = [symbol for symbol, _ in newest], [kind for _, kind in newest]
    about = {"symbols": symbols, "kinds": kinds, "run": run.id, "now": now}
    withdrawn = connection.execute(statement("load/withdraw_actions"), about).rowcount
    return withdrawn + connection.execute(statement("load/add_actions"), about).rowcount


def _table(listed: Sequence[Listed]) -> pa.Table:
    """The columns of ``staged_action``, a row for each action."""
    actions = [action for _, action in listed]
    columns = {
        "symbol": [request.symbol for request, _ in listed],
        "kind": [action.kind for action in actions],
        "value": [str(action.value) for action in actions],
        "session_before": _sessions_before(listed),
    }
    days = ("effective_date", "declaration_date", "record_date", "payment_date")
    columns |= {name: [getattr(action, name) for action in actions] for name in days}
    return pa.table(columns, schema=_SCHEMA)


def _sessions_before(listed: Sequence[Listed]) -> list[date]:
    """Of each action the session before it; each exchange is looked up once."""
    rows: dict[str, list[int]] = {}
    for row, (request, _) in enumerate(listed):
        rows.setdefault(exchange_of(request.symbol), []).append(row)
    found: dict[int, date] = {}
    for exchange, members in rows.items():
        days = [listed[row][1].effective_date for row in members]
        found |= zip(members, sessions_before(exchange, days), strict=True)
    return [found[row] for row in range(len(listed))]
