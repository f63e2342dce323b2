"""What is not a series: quotes, actions, listings, the search, a company's few simulated facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from include.sandbox.clock import NEW_YORK
from include.sandbox.listing import Listing
from include.sandbox.market import Market
from include.sandbox.published import Published
from include.sandbox.query import Query
from include.sandbox.rows import FOUR_PLACES, plain

MATCHES = 10


def quote(published: Published) -> dict[str, str]:
    """The newest bar against the one before it."""
    bar = published.bars[-1]
    previous = published.bars[-2].close if len(published.bars) > 1 else bar.close
    change = bar.close - previous
    return {
        "symbol": published.symbol,
        "open": str(bar.open),
        "high": str(bar.high),
        "low": str(bar.low),
        "price": str(bar.close),
        "volume": str(bar.volume),
        "latestDay": bar.session.isoformat(),
        "previousClose": str(previous),
        "change": str(change),
        "changePercent": f"{(change / previous * 100).quantize(FOUR_PLACES)}%",
    }


def actions_of(function: str, published: Published) -> list[dict[str, str]]:
    """Splits or dividends, newest first; a declared dividend is listed before its ex-date."""
    if function == "SPLITS":
        return [
            {"effective_date": split.effective.isoformat(), "split_factor": str(split.factor)}
            for split in reversed(published.splits)
        ]
    return [
        {
            "ex_dividend_date": paid.ex_date.isoformat(),
            "declaration_date": str(paid.declared),
            "record_date": str(paid.recorded),
            "payment_date": str(paid.paid),
            "amount": plain(paid.amount),
        }
        for paid in reversed(published.dividends)
    ]


def overview(listing: Listing, published: Published) -> dict[str, str]:
    """A few of the 55 fields, in the API's spelling; what is not simulated is left out."""
    year = published.bars[-252:]
    paid = [dividend for dividend in published.dividends if dividend.ex_date <= published.bars[-1].session]
    return {
        "Symbol": listing.symbol,
        "AssetType": "Common Stock" if listing.asset_type == "Stock" else listing.asset_type,
        "Name": listing.name,
        "Description": f"{listing.name}: an invention of the market-data sandbox. No figure here is real.",
        "Exchange": listing.exchange,
        "Currency": "USD",
        "Country": "USA",
        "DividendPerShare": str(sum((dividend.amount for dividend in paid[-4:]), Decimal(0)))
        if paid
        else "None",
        "52WeekHigh": plain(max(bar.high for bar in year)),
        "52WeekLow": plain(min(bar.low for bar in year)),
        "DividendDate": str(paid[-1].paid) if paid else "None",
        "ExDividendDate": str(paid[-1].ex_date) if paid else "None",
    }


def listing_status(market: Market, query: Query, now: datetime) -> list[dict[str, str]]:
    """The active or the delisted symbols on ``date``; none on a day that was not a session."""
    asked = read_day(query.get("date"))
    day = asked or now.astimezone(NEW_YORK).date()
    if asked and day not in market.sessions.dates:
        return []
    delisted = query.get("state") == "delisted"
    return [
        {
            "symbol": listing.symbol,
            "name": listing.name,
            "exchange": listing.exchange,
            "assetType": listing.asset_type,
            "ipoDate": listing.first_listed.isoformat(),
            "delistingDate": str(listing.delisted) if delisted else "null",
            "status": "Delisted" if delisted else "Active",
        }
        for listing in market.every_listing()
        if (listing.is_delisted(day) if delisted else listing.is_active(day))
    ]


def read_day(text: str) -> date | None:
    """A parameter that is a date, or ``None`` if it is not."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def search(listings: Iterable[Listing], keywords: str) -> list[dict[str, str]]:
    """Symbols that begin with the keywords or have them in their name, best match first."""
    wanted = keywords.lower()
    scored = [(_score(listing, wanted), listing) for listing in listings]
    found = sorted(((score, listing) for score, listing in scored if score), key=lambda pair: -pair[0])
    return [
        {
            "symbol": listing.symbol,
            "name": listing.name,
            "type": "Equity" if listing.asset_type == "Stock" else listing.asset_type,
            "region": "United States",
            "marketOpen": "09:30",
            "marketClose": "16:00",
            "timezone": "UTC-04",
            "currency": "USD",
            "matchScore": f"{score:.4f}",
        }
        for score, listing in found[:MATCHES]
    ]


def market_status(is_open: bool) -> dict[str, Any]:
    """The one market that is simulated."""
    status = {
        "market_type": "Equity",
        "region": "United States",
        "primary_exchanges": "NASDAQ, NYSE, AMEX, BATS",
        "local_open": "09:30",
        "local_close": "16:15",
        "current_status": "open" if is_open else "closed",
        "notes": "simulated",
    }
    return {"endpoint": "Global Market Open & Close Status", "markets": [status]}


def _score(listing: Listing, wanted: str) -> float:
    symbol, name = listing.symbol.lower(), listing.name.lower()
    if symbol.startswith(wanted):
        return len(wanted) / len(symbol)
    return len(wanted) / len(name) if wanted in name else 0.0
