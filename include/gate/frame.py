"""The frame that the rules of daily bars are checked on: the bars of a run, and what is computed for each.

Its columns are told in ``include/datasets/daily_bars.py``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from include.datasets.bars import StockBar
from include.datasets.rule import PRICES
from include.gate.context import HeldBar, Known
from include.gate.steps import add_steps
from include.market.exchanges import exchange_of
from include.market.sessions import last_closed_session, last_session_begun, sessions_between

if TYPE_CHECKING:
    import pandas as pd

AT_LEAST = 2
"""So many symbols of an exchange have to have a bar of a closed day before the calendar may be wrong."""


def frame_of(bars: Sequence[StockBar], known: Known, now: datetime) -> pd.DataFrame:
    """Return one row for each bar, in the order of the bars: ``row`` is its number.

    :param now: the run's time, by which a session has begun at its exchange or not.
    """
    import pandas as pd

    batches = _sessions_by_symbol(bars)
    held = {(bar.symbol, bar.data_date): bar for bar in known.held}
    came = {(bar.symbol, bar.data_date) for bar in bars}
    others = [bar for key, bar in held.items() if key not in came and bar.symbol in batches]
    frame = add_steps(_columns([*bars, *others]), known.actions).iloc[: len(bars)]
    finals = [
        bar if bar and bar.is_final else None
        for bar in map(held.get, ((b.symbol, b.data_date) for b in bars))
    ]
    frame["held_close"] = pd.Series([_float(bar and bar.close) for bar in finals], dtype="float64")
    frame["revision"] = (frame["close"] / frame["held_close"].where(frame["held_close"] > 0) - 1).abs()
    frame["is_storable"] = [_is_storable(bar) for bar in bars]
    frame["closed_day"], frame["has_begun"] = _by_calendar(bars, batches, now)
    _add_missing(frame, batches, others, known.missing)
    _add_lateness(frame, batches, known.missing, now)
    return frame


def _columns(bars: Sequence[StockBar | HeldBar]) -> pd.DataFrame:
    import pandas as pd

    numbers = {
        name: pd.Series([_float(getattr(bar, name)) for bar in bars], dtype="float64")
        for name in (*PRICES, "volume")
    }
    return pd.DataFrame({
        "row": range(len(bars)),
        "symbol": [bar.symbol for bar in bars],
        "data_date": [bar.data_date.isoformat() for bar in bars],
        **numbers,
    })


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _is_storable(bar: StockBar) -> bool:
    """Whether the exact values fit NUMERIC(18,6) and BIGINT: one that does not would stop the whole load."""
    prices = [price for name in PRICES if (price := getattr(bar, name)) is not None]
    exact = all(abs(price) < 10**12 and price == round(price, 6) for price in prices)
    return exact and (bar.volume is None or abs(bar.volume) < 10**18)


def _sessions_by_symbol(bars: Sequence[StockBar]) -> dict[str, dict[date, int]]:
    """Of each symbol its days, oldest first, each with the row of its (last) bar."""
    found: dict[str, dict[date, int]] = {}
    for row in sorted(range(len(bars)), key=lambda row: bars[row].data_date):
        found.setdefault(bars[row].symbol, {})[bars[row].data_date] = row
    return found


def _by_calendar(
    bars: Sequence[StockBar], batches: Mapping[str, Mapping[date, int]], now: datetime
) -> tuple[list[str], list[bool]]:
    """Whether the exchange is closed on each bar's day, and for whom; whether it has opened by now."""
    days = [bar.data_date for bar in bars]
    members: dict[str, list[str]] = {}
    for symbol in batches:
        members.setdefault(exchange_of(symbol), []).append(symbol)
    sessions = {exchange: sessions_between(exchange, min(days), max(days)) for exchange in members}
    begun = {exchange: last_session_begun(exchange, now) for exchange in members}
    closed: dict[tuple[str, date], str] = {}
    for exchange, symbols in members.items():
        for day in {day for symbol in symbols for day in batches[symbol]} - sessions[exchange]:
            reaching = [symbol for symbol in symbols if next(iter(batches[symbol])) <= day]
            all_have = len(reaching) >= AT_LEAST and all(day in batches[symbol] for symbol in reaching)
            closed[exchange, day] = "for all" if all_have else "for it alone"
    exchanges = [exchange_of(bar.symbol) for bar in bars]
    return (
        [closed.get((exchange, day), "no") for exchange, day in zip(exchanges, days, strict=True)],
        [day <= begun[exchange] for exchange, day in zip(exchanges, days, strict=True)],
    )


def _add_missing(
    frame: pd.DataFrame,
    batches: Mapping[str, Mapping[date, int]],
    others: Sequence[HeldBar],
    known: Mapping[str, frozenset[date]],
) -> None:
    """On the bar after a hole in its batch: how many sessions it lacks, and how many of these are known."""
    lacking, expected = [0] * len(frame), [0] * len(frame)
    held: dict[str, set[date]] = {}
    for bar in others:
        held.setdefault(bar.symbol, set()).add(bar.data_date)
    for symbol, rows in batches.items():
        days = list(rows)
        due = sessions_between(exchange_of(symbol), days[0], days[-1])
        for session in due - rows.keys() - held.get(symbol, set()):
            counts = expected if session in known.get(symbol, ()) else lacking
            counts[rows[days[bisect_right(days, session)]]] += 1
    frame["lacking_sessions"], frame["known_lacking_sessions"] = lacking, expected


def _add_lateness(
    frame: pd.DataFrame,
    batches: Mapping[str, Mapping[date, int]],
    known: Mapping[str, frozenset[date]],
    now: datetime,
) -> None:
    """On the newest bar of each symbol: how many sessions have closed since, and the newest of them."""
    late: list[float] = [float("nan")] * len(frame)
    due: list[str | None] = [None] * len(frame)
    for symbol, rows in batches.items():
        newest = max(rows)
        row = rows[newest]
        last = last_closed_session(exchange_of(symbol), now)
        since = (
            sessions_between(exchange_of(symbol), newest, last) - {newest} - known.get(symbol, frozenset())
        )
        late[row] = len(since)
        due[row] = max(since).isoformat() if since else None
    frame["sessions_late"], frame["due"] = late, due
