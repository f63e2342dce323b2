"""What a released list withdrew, once its release is undone: put back, or asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from include.datasets.corporate_actions import KINDS
from include.datasets.registry import dataset_of
from include.load.merge import alone
from include.load.views import refresh_views
from include.market.listing import STATUSES
from include.settings import LISTING
from include.warehouse.runs import Request, Run, record_request, requests_of
from include.warehouse.statements import statement


def put_back(connection: Connection[Any], run: Run) -> list[str]:
    """Take back what lists did whose release this run undoes; return what became of it, a sentence each.

    Splits and dividends are put back from their history, before the run validates the list again, which then
    waits as before its release. The rows of a listing are not kept, so it is asked for again.
    """
    by_name = {_name(one): one for one in requests_of(connection, run)}
    about = {"run": run.id, "names": list(by_name)}
    undone = connection.execute(statement("load/undone_releases"), about).fetchall()
    if not undone:
        return []
    lists = [(by_name[name], withdrawn) for name, withdrawn in undone]
    with connection.transaction():
        alone(connection)
        return [
            *_put_back_actions(connection, run, [pair for pair in lists if pair[0].function in KINDS]),
            *_ask_again(connection, run, [one for one, _ in lists if one.function == LISTING]),
        ]


def _put_back_actions(
    connection: Connection[Any], run: Run, lists: Sequence[tuple[Request, str]]
) -> list[str]:
    about: dict[str, Any] = {
        "symbols": [one.symbol for one, _ in lists],
        "kinds": [KINDS[one.function] for one, _ in lists],
        "withdrawn": [withdrawn for _, withdrawn in lists],
    }
    rows = connection.execute(statement("load/put_back_actions"), about | {"now": run.now()}).fetchall()
    if rows:
        refresh_views(connection)
    return [
        f"{symbol}: the {kind} of {day} is put back, as the release of the list without it was undone."
        for symbol, kind, day in rows
    ]


def _ask_again(connection: Connection[Any], run: Run, lists: Sequence[Request]) -> list[str]:
    about = {"kinds": [STATUSES[one.symbol] for one in lists], "paths": [one.path for one in lists]}
    connection.execute(statement("load/ask_listing_again"), about)
    said = []
    for one in lists:
        reason = (
            f"The release of {_name(one)} was undone. What the list withdrew is not stored, so the next run "
            "asks for the list again; until then the shorter one stays."
        )
        record_request(
            connection, run, Request(one.symbol, LISTING, "deferred", kind="AskedAgain", reason=reason)
        )
        said.append(reason)
    return said


def _name(request: Request) -> str:
    return dataset_of(request.symbol, request.function).name_of(request.symbol)
