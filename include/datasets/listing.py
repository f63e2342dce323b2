"""The listing: all US symbols, active or delisted; what is asked for and how a response is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from airflow_provider_alphavantage.exceptions import AlphaVantageError, UnreadableBody
from airflow_provider_alphavantage.parsing import parse
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Body, Dataset
from include.market.exchanges import NEW_YORK
from include.market.listing import ACTIVE_LIST, DELISTED_LIST, STATUSES
from include.market.sessions import last_closed_session
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


def known_through(body: Body) -> date:
    """Return the last session that had closed when a list was fetched: it has what was listed then.

    :raises UnreadableBody: see :func:`read_listing`.
    """
    read_listing(body.content, body.subject)
    return last_closed_session(NEW_YORK, body.fetched_at)


US_LISTING = Dataset(
    "listing",
    LISTING,
    table="listing",
    key=("status", "symbol"),
    subjects={ACTIVE_LIST: {}, DELISTED_LIST: {"state": "delisted"}},
    covers="whole",
    may_vanish=0.05,
    final="session",
    dispensable=(AlphaVantageError,),
    read=known_through,
)
"""The active list is what the API gives unasked."""
