"""Each bar against the calendar of its exchange: is its day a session, has it begun, which are missing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from include.market.exchanges import exchange_of
from include.market.sessions import last_closed_session, last_session_begun, sessions_between

if TYPE_CHECKING:
    import pandas as pd

AT_LEAST = 2
"""So many symbols of an exchange have to have a bar of a closed day before the calendar may be wrong."""

Days = Mapping[str, dict[date, int]]
"""Of each symbol its days, oldest first, each with the row of its (last) bar."""

Sessions = Mapping[str, frozenset[date]]
"""By exchange or symbol."""


def rows_by_day(frame: pd.DataFrame, days: list[date]) -> Days:
    """Return the days of each symbol of the frame.

    :param days: those of its rows.
    """
    found: dict[str, dict[date, int]] = {}
    symbols = frame["symbol"].tolist()
    for row in sorted(range(len(days)), key=days.__getitem__):
        found.setdefault(symbols[row], {})[days[row]] = row
    return found


def add_calendar(frame: pd.DataFrame, days: list[date], by_symbol: Days, now: datetime) -> None:
    """Say on each bar for whom its exchange is closed on its day, and whether it has opened by now."""
    exchanges = {symbol: exchange_of(symbol) for symbol in by_symbol}
    begun = {exchange: last_session_begun(exchange, now) for exchange in set(exchanges.values())}
    traded = _sessions(exchanges, by_symbol)
    closed = {
        (symbol, day) for symbol, own in by_symbol.items() for day in own.keys() - traded[exchanges[symbol]]
    }
    kinds = {
        (symbol, day): _closed_for(exchanges, by_symbol, exchanges[symbol], day) for symbol, day in closed
    }
    rows = list(zip(frame["symbol"].tolist(), days, strict=True))
    flat = (frame[["high", "low", "close"]].eq(frame["open"], axis=0).all(axis=1)) & (frame["volume"] == 0)
    frame["closed_day"] = [
        "without trade" if row in kinds and is_flat else kinds.get(row, "no")
        for row, is_flat in zip(rows, flat, strict=True)
    ]
    frame["has_begun"] = [day <= begun[exchanges[symbol]] for symbol, day in rows]


def _sessions(exchanges: Mapping[str, str], by_symbol: Days) -> Sessions:
    """The sessions of each exchange between the first and the last day of all symbols."""
    first = min(next(iter(own)) for own in by_symbol.values())
    last = max(next(reversed(own)) for own in by_symbol.values())
    return {exchange: sessions_between(exchange, first, last) for exchange in set(exchanges.values())}


def _closed_for(exchanges: Mapping[str, str], by_symbol: Days, exchange: str, day: date) -> str:
    reaching = [
        own for symbol, own in by_symbol.items() if exchanges[symbol] == exchange and next(iter(own)) <= day
    ]
    all_have = len(reaching) >= AT_LEAST and all(day in own for own in reaching)
    return "for all" if all_have else "for it alone"


def add_missing(frame: pd.DataFrame, by_symbol: Days, held: Sessions, known: Sessions) -> None:
    """Say on the bar after a hole in its batch how many sessions it lacks, and how many of these are known.

    :param held: by symbol, the days of bars that are held and did not come.
    :param known: by symbol, the sessions known to be missing.
    """
    lacking, expected = [0] * len(frame), [0] * len(frame)
    for symbol, rows in by_symbol.items():
        days = list(rows)
        due = sessions_between(exchange_of(symbol), days[0], days[-1])
        for session in due - rows.keys() - held.get(symbol, frozenset()):
            counts = expected if session in known.get(symbol, ()) else lacking
            counts[rows[days[bisect_right(days, session)]]] += 1
    frame["lacking_sessions"], frame["known_lacking_sessions"] = lacking, expected


def add_lateness(frame: pd.DataFrame, by_symbol: Days, known: Sessions, now: datetime) -> None:
    """Say on the newest bar of each symbol how many sessions have closed since, and the newest of them."""
    late: list[float] = [float("nan")] * len(frame)
    due: list[str | None] = [None] * len(frame)
    for symbol, rows in by_symbol.items():
        exchange, newest = exchange_of(symbol), next(reversed(rows))
        last = last_closed_session(exchange, now)
        since = sessions_between(exchange, newest, last) - {newest} - known.get(symbol, frozenset())
        row = rows[newest]
        late[row] = len(since)
        due[row] = max(since).isoformat() if since else None
    frame["sessions_late"], frame["due"] = late, due
