"""The listing: all US symbols, active or delisted; what is asked for and how a response is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.parsing import parse
from airflow_provider_alphavantage.responses import read
from include.market.listing import DELISTED_LIST, STATUSES
from include.settings import LISTING


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
