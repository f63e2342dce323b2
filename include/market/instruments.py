"""Which symbols there are, and the calendar each keeps, as tables that SQL can ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from psycopg import Connection

from include.exceptions import UnknownExchange
from include.market.exchanges import exchange_of
from include.market.sessions import last_day, opens_and_closes
from include.warehouse.statements import statement


def by_exchange(symbols: Iterable[str], now: datetime) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the symbols of each exchange, in their order, and why the others cannot be asked for.

    What is due of a symbol cannot be told where no exchange is known or its calendar ends before ``now``.
    """
    known: dict[str, list[str]] = defaultdict(list)
    refused: dict[str, str] = {}
    for symbol in symbols:
        try:
            exchange = exchange_of(symbol)
        except UnknownExchange as error:
            refused[symbol] = str(error)
            continue
        end = last_day(exchange)
        if now.date() > end:
            refused[symbol] = (
                f"{symbol}: the calendar of {exchange} ends on {end}; nothing was asked. Install a newer "
                "exchange-calendars, or set the clock of a simulation to a day before."
            )
        else:
            known[exchange].append(symbol)
    return dict(known), refused


def register(connection: Connection[Any], symbols: Sequence[str], *, through: date) -> None:
    """Record that bars of these symbols are expected, up to the newest session that has closed."""
    exchanges = [exchange_of(symbol) for symbol in symbols]
    about = {"symbols": list(symbols), "exchanges": exchanges, "through": through}
    connection.execute(statement("market/register_instruments"), about)


def write_sessions(connection: Connection[Any], exchange: str) -> None:
    """Bring the table ``exchange_session`` to the calendar of today; what is right is left untouched."""
    sessions = opens_and_closes(exchange)
    about = {
        "exchange": exchange,
        "sessions": [session for session, _, _ in sessions],
        "opens": [opens for _, opens, _ in sessions],
        "closes": [closes for _, _, closes in sessions],
    }
    connection.execute(statement("market/write_sessions"), about)
