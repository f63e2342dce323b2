"""From a body to the bars of one symbol, and accepted bars on their way to the load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.parsing.bars import Series, parse_bars
from airflow_provider_alphavantage.responses import read
from include.market.exchanges import exchange_of
from include.market.sessions import last_closed_session

Values = tuple[
    str, date, Decimal | None, Decimal | None, Decimal | None, Decimal | None, Decimal | int | None
]
"""Symbol, session, open, high, low, close and volume: what a person's decision is remembered for."""


@dataclass(frozen=True)
class StockBar:
    """One session of one symbol as the vendor gave it: None where it gave nothing."""

    symbol: str
    data_date: date
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal | None
    volume: int | None
    is_final: bool
    fetched_at: datetime
    origin: str

    @property
    def values(self) -> Values:
        """What the vendor says of the session; equal however many zeros its prices are written with."""
        return self.symbol, self.data_date, self.open, self.high, self.low, self.close, self.volume


def read_bars(
    content: bytes,
    *,
    symbol: str,
    function: str,
    fetched_at: datetime,
    origin: str,
    asked_as: str | None = None,
) -> list[StockBar]:
    """Read a stored body.

    :param asked_as: the name it was asked for under, and says it is of, where that is another.
    :raises AlphaVantageError: it is not the series of this symbol, or not all of it.
    """
    name = asked_as or symbol
    payload = read(content, function=function, symbol=name)
    if payload.format == "csv" and not content.endswith(b"\n"):
        # Without its end the last number may lack digits, and nothing in it would tell.
        raise UnreadableBody("The CSV body is cut short.", function=function, symbol=name)
    series = parse_bars(payload, function=function, symbol=name)
    newest_final = last_final(series, exchange_of(name), fetched_at)
    return [
        StockBar(
            symbol,
            bar.session,
            bar.open,
            bar.high,
            bar.low,
            bar.close,
            bar.volume,
            bar.session <= newest_final,
            fetched_at,
            origin,
        )
        for bar in series.bars
    ]


def last_final(series: Series, exchange: str, fetched_at: datetime) -> date:
    """Return the newest session whose bar can be final in a body fetched at that time.

    A bar is final when its session had closed at its exchange before the request and the body, where it
    says when it was refreshed, gives a date: while the newest bar moves, ``Last Refreshed`` carries a time.

    :raises UnreadableBody: it says so in another way.
    """
    closed = last_closed_session(exchange, fetched_at)
    refreshed = series.last_refreshed or ""
    if len(refreshed) <= len("2026-05-15"):
        return closed
    try:
        moving = date.fromisoformat(refreshed[:10])
        return min(closed, moving - timedelta(days=1))
    except (ValueError, OverflowError):
        raise UnreadableBody(f"It was last refreshed on {refreshed[:40]!r}.", symbol=series.symbol) from None
