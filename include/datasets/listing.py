"""The listing: all US symbols, active or delisted; what is asked for and how a response is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.parsing import parse
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Dataset
from include.market.exchanges import NEW_YORK
from include.market.listing import DELISTED_LIST, LISTING_LASTS, STATUSES
from include.market.sessions import last_closed_session
from include.settings import LISTING
from include.warehouse.runs import Request


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


def _ask(which: str, outputsize: str) -> dict[str, str]:
    """The active list is what the API gives unasked."""
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


def _asked_through(request: Request, content: bytes) -> date:
    """Read a list; return the newest session that had closed when it was asked for."""
    read_listing(content, request.symbol)
    return last_closed_session(NEW_YORK, request.answered_at)


LISTING_OF_US_SYMBOLS = Dataset(
    "listing",
    LISTING,
    table="listing",
    key=("symbol", "status"),
    every_days=LISTING_LASTS.days,
    subjects="market",
    ask=_ask,
    read=_asked_through,
)
"""Every US symbol, active or delisted: each of the two lists is the whole of it."""
