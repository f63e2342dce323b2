"""The listing: all US symbols, active or delisted; what is asked for and how a response is read."""

from __future__ import annotations

from airflow_provider_alphavantage.exceptions import AlphaVantageError, UnreadableBody
from airflow_provider_alphavantage.parsing import OddRow, parse_table
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Body, Dataset, Rows
from include.datasets.rows import unreadable_rows
from include.market.exchanges import NEW_YORK
from include.market.listing import ACTIVE_LIST, DELISTED_LIST, STATUSES
from include.market.sessions import last_closed_session
from include.settings import LISTING

COLUMNS = ("symbol", "name", "exchange", "asset_type", "ipo_date", "delisting_date", "status")
"""Those of a list; ``delisting_date`` is the first day without trade."""


def read_listing(body: Body) -> Rows:
    """Read a body of LISTING_STATUS: the columns of :data:`COLUMNS`.

    It speaks through the last session that had closed when it was fetched: it has what was listed then.

    :raises UnreadableBody: it has no row, or a row is of the other list or makes no sense.
    """
    import pyarrow.compute as pc

    odd: list[OddRow] = []
    rows = parse_table(read(body.content, function=LISTING), LISTING, "table", odd=odd)
    if lacking := sorted(set(COLUMNS) - set(rows.column_names)):
        raise UnreadableBody(f"Not a listing: it has no column {lacking[0]!r}.", function=LISTING)
    status = STATUSES[body.subject]
    named = pc.and_(pc.is_valid(rows["symbol"]), pc.is_valid(rows["exchange"]))
    good = pc.fill_null(pc.and_(named, pc.equal(rows["status"], status)), False)
    if not pc.all(good, min_count=1).as_py():
        wrong = rows.filter(pc.invert(good)).slice(0, 1).to_pylist() or ["no row"]
        raise UnreadableBody(f"Not the list of what is {status}: {wrong[0]}.", function=LISTING)
    through = last_closed_session(NEW_YORK, body.fetched_at)
    return Rows(rows.select(list(COLUMNS)), through, unreadable=unreadable_rows(odd, None))


US_LISTING = Dataset(
    "listing",
    LISTING,
    table="listing",
    key=("status", "symbol"),
    subjects={ACTIVE_LIST: {}, DELISTED_LIST: {"state": "delisted"}},
    covers="whole",
    repeats=True,
    keeps_out="row",
    may_vanish=0.1,
    scope=lambda subject: {"status": STATUSES[subject]},
    final="session",
    dispensable=(AlphaVantageError,),
    read=read_listing,
)
"""The active list is what the API gives unasked."""
