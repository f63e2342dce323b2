"""The bars before and after a day, of those that are held and those of the run."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from psycopg import Connection

from include.datasets.base import Batch
from include.settings import DAILY
from include.warehouse.statements import statement

STILL_NEAR = timedelta(days=30)
"""Bars farther apart than this are not compared: between them a price may have gone anywhere."""

_Bars = Sequence[tuple[date, Decimal | None, Decimal | None]]
"""Days, opens and closes, oldest first."""


@dataclass(frozen=True)
class Around:
    """The close of the bar before a day and the open of the first one from it on, each with its day.

    None: there is none, or it is more than 30 days from the day.
    """

    close: Decimal | None = None
    open: Decimal | None = None


@dataclass(frozen=True)
class Prices:
    """The bars of symbols, those of the run before those that are held.

    :param firsts: by symbol, the first day of which there is a bar.
    """

    firsts: Mapping[str, date]
    _held: Mapping[tuple[str, date], tuple[Any, ...]]
    _came: Mapping[str, _Bars]

    def around(self, symbol: str, day: date) -> Around:
        """Return the prices around a day; of a day to come, the newest close."""
        day_before, close, day_at, open_ = self._held.get((symbol, day), (None,) * 4)
        bars = self._came.get(symbol, ())
        place = bisect_left(bars, day, key=lambda bar: bar[0])
        if place and (day_before is None or bars[place - 1][0] >= day_before):
            day_before, _, close = bars[place - 1]
        if place < len(bars) and (day_at is None or bars[place][0] <= day_at):
            day_at, open_, _ = bars[place]
        is_ahead = day_at is None
        return Around(
            close if day_before and (is_ahead or day - day_before <= STILL_NEAR) else None,
            open_ if day_at and day_at - day <= STILL_NEAR else None,
        )


def prices_around(
    connection: Connection[Any], days: Iterable[tuple[str, date]], brought: Sequence[Batch]
) -> Prices:
    """Return the prices around these days of these symbols.

    :param brought: all batches of the run.
    """
    asked = list(days)
    symbols = {symbol for symbol, _ in asked}
    came = {
        batch.request.symbol: _bars(batch)
        for batch in brought
        if batch.dataset.function == DAILY and batch.request.symbol in symbols and batch.rows.num_rows
    }
    firsts: dict[str, date] = dict(
        connection.execute(statement("datasets/first_bars"), {"symbols": list(symbols)})
    )
    for symbol, bars in came.items():
        firsts[symbol] = min(bars[0][0], firsts.get(symbol, bars[0][0]))
    within = [(symbol, day) for symbol, day in asked if symbol in firsts and day > firsts[symbol]]
    about = {"symbols": [symbol for symbol, _ in within], "days": [day for _, day in within]}
    found = connection.execute(statement("datasets/prices_around"), about)
    return Prices(firsts, {(symbol, day): tuple(rest) for symbol, day, *rest in found}, came)


def _bars(batch: Batch) -> _Bars:
    columns = (batch.rows[name].to_pylist() for name in ("data_date", "open", "close"))
    return sorted(zip(*columns, strict=True), key=lambda bar: bar[0])
