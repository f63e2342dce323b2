"""Which symbols there are, and the calendar each keeps, as tables that SQL can ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import Connection

from include.sessions import EXCHANGE, opens_and_closes
from include.statements import statement


def register(connection: Connection[Any], symbols: Sequence[str], *, through: date) -> None:
    """Record that bars of these symbols are expected, up to the newest session that has closed."""
    about = {"symbols": list(symbols), "exchange": EXCHANGE, "through": through}
    connection.execute(statement("register_instruments"), about)


def write_sessions(connection: Connection[Any], exchange: str = EXCHANGE) -> None:
    """Bring the table ``exchange_session`` to the calendar of today; what is right is left untouched."""
    sessions = opens_and_closes(exchange)
    about = {
        "exchange": exchange,
        "sessions": [session for session, _, _ in sessions],
        "opens": [opens for _, opens, _ in sessions],
        "closes": [closes for _, _, closes in sessions],
    }
    connection.execute(statement("write_sessions"), about)
