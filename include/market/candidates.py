"""Symbols a person wants on the watchlist: what is known of each before it is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection

from include.market.exchanges import NEW_YORK, exchange_of
from include.market.instruments import by_exchange
from include.market.lifecycle import Life, lives_of, not_to_ask
from include.market.listing import ACTIVE_LIST, ActiveSymbol, active, asked_at, near
from include.market.sessions import window_at
from include.market.watchlist import Watchlist


@dataclass(frozen=True)
class Candidate:
    """A symbol that may be added, and what is known of it.

    ``doubtful`` is what would not be asked for: it is not listed, delisted, suspect, or a ticker used again.
    """

    symbol: str
    fate: Literal["new", "doubtful", "there", "impossible"]
    says: str


def judge(
    connection: Connection[Any], asked: Watchlist, watchlist: Collection[str], now: datetime
) -> list[Candidate]:
    """Return what is known of each symbol asked for, in its order; nothing is asked of the API.

    :param watchlist: what is on the list already.
    """
    new = [symbol for symbol in asked.symbols if symbol not in watchlist]
    known, unsupported = by_exchange(new, now)
    listing = asked_at(connection).get(ACTIVE_LIST)
    names = active(connection) if listing else []
    found = {
        symbol: Candidate(symbol, "impossible", reason.removeprefix(f"{symbol}: "))
        for symbol, reason in unsupported.items()
    }
    for exchange, members in known.items():
        lives = lives_of(connection, members)
        listed = [life for life in lives if not life.is_unlisted]
        settled = not_to_ask(connection, listed, window_at(exchange, now), listing)
        found |= {symbol: Candidate(symbol, "doubtful", str(out.reason)) for symbol, out in settled.items()}
        found |= {life.symbol: _of(life, names, listing) for life in lives if life.symbol not in settled}
    there = [Candidate(symbol, "there", "It is on the watchlist already.") for symbol in asked.symbols]
    wrong = [Candidate(text.shown, "impossible", text.reason) for text in asked.refused]
    return [found.get(candidate.symbol, candidate) for candidate in there] + wrong


def _of(life: Life, names: Sequence[ActiveSymbol], listing: datetime | None) -> Candidate:
    if life.is_unlisted:
        meant = " or ".join(map(str, near(life.symbol, names)))
        says = f"It is not among the US symbols listed on {listing:%Y-%m-%d}."
        return Candidate(life.symbol, "doubtful", f"{says} Did you mean {meant}?" if meant else says)
    held = f" Its bars until {life.last_bar} are held." if life.last_bar else ""
    return Candidate(life.symbol, "new", _described(life, names, listing) + held)


def _described(life: Life, names: Sequence[ActiveSymbol], listing: datetime | None) -> str:
    exchange = exchange_of(life.symbol)
    if exchange != NEW_YORK:
        return f"Of the exchange {exchange}. The listing has US symbols only: nobody checked the spelling."
    if listing is None:
        return "The listing was not asked for yet: the first run tells whether the symbol exists."
    about = next((known for known in names if known.symbol == life.symbol), None)
    if about is None:
        return f"It is no longer listed, by the listing of {listing:%Y-%m-%d}."
    since = f"since {about.ipo_date}" if about.ipo_date else None
    return ", ".join(part for part in (about.name, about.exchange, since) if part) + "."
