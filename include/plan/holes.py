"""What the vendor left out: when it is asked for again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import Connection

from include.market.sessions import COMPACT
from include.plan.needs import PlannedRequest
from include.warehouse.statements import statement

ASK_AGAIN_AFTER = (1, 5, 20)
"""Sessions after a hole of the vendor's was found when its symbol is asked for again, if no list has it."""


def holes_to_ask(
    connection: Connection[Any], listed: Iterable[str], *, now: datetime
) -> list[PlannedRequest]:
    """Return the requests that may fill what the vendor left out, oldest first.

    A symbol on the list needs none: the body of its next session brings the last hundred again.

    :param listed: the symbols on the list.
    """
    about = {"symbols": list(listed), "now": now, "reach": COMPACT, "steps": list(ASK_AGAIN_AFTER)}
    rows = connection.execute(statement("plan/holes_to_ask"), about).fetchall()
    return [
        PlannedRequest(symbol, reason=f"the vendor left out {session}, and nothing else asks for it")
        for symbol, session in rows
    ]
