"""What the page *Symbol* shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection

from include.web.candles import Bar, Chart, chart
from include.web.data_api import BARS, Adjusted
from include.web.sources import rows

LAST_BARS = 100
PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True)
class SymbolPage:
    """The page: bars from the newest on, their drawing, and what is known of the symbol.

    :param marks: letters for the sessions on which a split or a dividend took effect.
    """

    symbol: str
    adjusted: Adjusted
    facts: Mapping[str, Any]
    bars: Sequence[Mapping[str, Any]]
    chart: Chart | None
    marks: Mapping[date, str]
    actions: Sequence[Mapping[str, Any]]
    gaps: Sequence[Mapping[str, Any]]
    revisions: Sequence[Mapping[str, Any]]


def symbol_page(connection: Connection[Any], symbol: str, adjusted: Adjusted) -> SymbolPage:
    """Read the page of a symbol that is known."""
    bars = last_bars(connection, symbol, adjusted)
    actions = rows(connection, "actions", symbol=symbol)
    drawn = chart([_drawn(bar) for bar in bars if None not in {bar[price] for price in PRICES}])
    return SymbolPage(
        symbol=symbol,
        adjusted=adjusted,
        facts=rows(connection, "symbol_facts", symbol=symbol)[0],
        bars=bars[::-1],
        chart=drawn,
        marks={action["effective_date"]: action["kind"][0].upper() for action in actions},
        actions=actions[::-1],
        gaps=rows(connection, "symbol_gaps", symbol=symbol),
        revisions=rows(connection, "symbol_revisions", symbol=symbol),
    )


def last_bars(connection: Connection[Any], symbol: str, adjusted: Adjusted) -> list[dict[str, Any]]:
    """Return the newest bars of a symbol, by session."""
    (first,) = rows(connection, "first_of_last_bars", symbol=symbol, bars=LAST_BARS)
    about = {"from": first["min"], "to": None, "after": None, "limit": None}
    return rows(connection, BARS[adjusted], symbol=symbol, **about)


def _drawn(bar: Mapping[str, Any]) -> Bar:
    prices = {price: bar[price] for price in PRICES}
    return Bar(bar["data_date"], **prices, volume=bar["volume"] or Decimal(0), is_final=bar["is_final"])
