"""The listing: which US symbols there are by the vendor's own account, as it was last asked for."""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any, Literal, cast

from psycopg import Connection
from psycopg.rows import class_row

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.parsing import parse
from airflow_provider_alphavantage.responses import read
from include.plan.needs import ACTIVE_LIST, DELISTED_LIST
from include.fetch.raw_store import read_body
from include.warehouse.runs import Run, requests_of
from include.settings import LISTING
from include.warehouse.statements import statement
from include.warehouse.connections import claim_origin

log = logging.getLogger(__name__)

STATUSES: dict[str, Literal["Active", "Delisted"]] = {ACTIVE_LIST: "Active", DELISTED_LIST: "Delisted"}
"""What is asked for in place of a symbol, and the status of every row it brings."""


@dataclass(frozen=True)
class Listed:
    """A row of the listing; ``delisting_date`` is the first day without trade."""

    symbol: str
    name: str | None
    exchange: str
    asset_type: str
    ipo_date: date | None
    delisting_date: date | None
    status: str


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


def parameters_of(which: str) -> dict[str, str]:
    """Return what the API has to be asked to bring a list; the active one is what it gives unasked."""
    return {"state": "delisted"} if which == DELISTED_LIST else {}


def read_listing(content: bytes, which: str) -> list[Listed]:
    """Read a body of LISTING_STATUS.

    :raises UnreadableBody: it has no row, or a row is of the other list or makes no sense.
    """
    records = parse(read(content, function=LISTING), LISTING, "table")
    try:
        rows = [Listed(**cast("dict[str, Any]", row)) for row in records.dicts()]
        wrong = [row for row in rows if not row.symbol or row.status != STATUSES[which] or not row.exchange]
    except TypeError as exc:
        raise UnreadableBody(f"Not a listing: {exc}.", function=LISTING) from exc
    if wrong or not rows:
        raise UnreadableBody(
            f"Not the list of what is {STATUSES[which]}: {wrong[0] if wrong else 'no row'}.", function=LISTING
        )
    return rows


def load_listing(connection: Connection[Any], run: Run) -> None:
    """Put the lists that a run brought in the place of those before, and mark what was delisted.

    A body older than the one that was loaded last changes nothing.

    :raises OriginMismatch: a body is of another origin than the warehouse.
    """
    brought = [request for request in requests_of(connection, run) if request.function == LISTING]
    for request in brought:
        if not request.has_body:
            continue
        claim_origin(connection, str(request.origin))
        status = STATUSES[request.symbol]
        about = {"status": status, "path": request.path, "fetched_at": request.fetched_at}
        if connection.execute(statement("load/check_listing"), about).fetchone():
            _replace(connection, status, read_listing(read_body(str(request.path)), request.symbol))
    if brought:
        connection.execute(statement("load/end_delistings"))
        for (symbol,) in connection.execute(statement("load/mark_delisted"), {"run": run.id}).fetchall():
            log.warning("%s: delisted", symbol)


def asked_at(connection: Connection[Any]) -> dict[str, datetime]:
    """Return when each list that is held was asked for."""
    rows = connection.execute("select status, fetched_at from listing_check").fetchall()
    held = dict(rows)
    return {which: held[status] for which, status in STATUSES.items() if status in held}


def active(connection: Connection[Any]) -> list[ActiveSymbol]:
    """Return all active symbols, in alphabetical order; some 13,000."""
    with connection.cursor(row_factory=class_row(ActiveSymbol)) as cursor:
        return cursor.execute(statement("market/active_listings")).fetchall()


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


def _replace(connection: Connection[Any], status: str, rows: Sequence[Listed]) -> None:
    connection.execute("delete from listing where status = %s", (status,))
    columns = "symbol, name, exchange, asset_type, ipo_date, delisting_date, status"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy listing ({columns}) from stdin".encode()) as copy,
    ):
        for row in rows:
            copy.write_row(astuple(row))
    log.info("The listing: %d symbols are %s", len(rows), status)
