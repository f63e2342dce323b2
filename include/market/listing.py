"""The listing: which US symbols there are by the vendor's own account, as it was last asked for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from include.warehouse.statements import statement

ACTIVE_LIST, DELISTED_LIST = "*active", "*delisted"
"""In place of a symbol, as the listing is of all of them."""

LISTING_LASTS = timedelta(days=7)
"""After that the listing is asked for again."""

STATUSES: dict[str, Literal["Active", "Delisted"]] = {ACTIVE_LIST: "Active", DELISTED_LIST: "Delisted"}
"""What is asked for in place of a symbol, and the status of every row it brings."""


@dataclass(frozen=True)
class ActiveSymbol:
    """An active symbol, as far as a person has to recognise it."""

    symbol: str
    name: str | None
    exchange: str
    ipo_date: date | None

    def __str__(self) -> str:
        """Such as ``NVDA (NVIDIA Corp, NASDAQ)``."""
        return f"{self.symbol} ({', '.join(part for part in (self.name, self.exchange) if part)})"


def asked_at(connection: Connection[Any]) -> dict[str, datetime]:
    """Return when each list that is held was asked for."""
    rows = connection.execute("select status, fetched_at from listing_check").fetchall()
    held = dict(rows)
    return {which: held[status] for which, status in STATUSES.items() if status in held}


def active(connection: Connection[Any]) -> list[ActiveSymbol]:
    """Return all active symbols, in alphabetical order; some 13,000."""
    with connection.cursor(row_factory=class_row(ActiveSymbol)) as cursor:
        return cursor.execute(statement("market/active_listings")).fetchall()


def is_confirmed(connection: Connection[Any]) -> bool:
    """Return whether the active list has most of the US symbols whose bars of its last ten days are stored.

    A list alone is one answer: one that was cut short would keep symbols out that do trade.
    """
    ((found,),) = connection.execute(statement("market/listing_is_confirmed"))
    return bool(found)


def near(symbol: str, among: Sequence[ActiveSymbol], most: int = 3) -> list[ActiveSymbol]:
    """Return what a person may have meant: symbols spelt alike, and companies whose names begin alike."""
    by_symbol = {known.symbol: known for known in among}
    found = difflib.get_close_matches(symbol, by_symbol, n=most, cutoff=0.75)
    plain = _plain(symbol)
    if len(plain) > 3:
        by_name: dict[str, list[ActiveSymbol]] = {}
        for known in among:
            by_name.setdefault(_plain(known.name or "")[: len(plain)], []).append(known)
        alike = difflib.get_close_matches(plain, by_name, n=most, cutoff=0.8)
        found = [known.symbol for name in alike for known in by_name[name]][:most] + found
    return [by_symbol[one] for one in dict.fromkeys(found)][: most + 1]


def _plain(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())
