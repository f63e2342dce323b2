"""From a body to the bars of one symbol."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.parsing.bars import BarsTable, bars_table
from airflow_provider_alphavantage.parsing.records import OddRow
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Body, Rows
from include.datasets.rows import NoRows, unreadable_rows
from include.market.exchanges import exchange_of
from include.market.sessions import last_closed_session

if TYPE_CHECKING:
    import pyarrow as pa


class NoBars(NoRows):
    """The API answered with a series that has no bar."""

    next_step = "Check the symbol with SYMBOL_SEARCH; a symbol without any history gets this."


def read_bars(body: Body) -> Rows:
    """Read a body of daily bars.

    Columns: ``symbol``, ``data_date`` (``date32``), ``open``, ``high``, ``low``, ``close``
    (``decimal128(18, 6)``, or wider where the body's are) and ``volume`` (``int64``, likewise), null where
    the vendor gave nothing; ``is_final``. A row that cannot be read, or has no session, is ``unreadable``.

    :raises NoBars: the series has none.
    :raises AlphaVantageError: it is not the series of this symbol, or not all of it.
    """
    payload = read(body.content, function=body.function, symbol=body.name)
    if payload.format == "csv" and not body.content.endswith(b"\n"):
        # Without its end the last number may lack digits, and nothing in it would tell.
        raise UnreadableBody("The CSV body is cut short.", function=body.function, symbol=body.name)
    odd: list[OddRow] = []
    series = bars_table(payload, function=body.function, symbol=body.name, odd=odd)
    if series.table["timestamp"].null_count:
        raise UnreadableBody("A bar has no session.", function=body.function, symbol=body.name)
    if not series.table.num_rows:
        if odd:
            raise UnreadableBody(
                f"No bar can be read: {odd[0].why}.", function=body.function, symbol=body.name
            )
        raise NoBars("The series has no bar.", function=body.function, symbol=body.name)
    newest_final = last_final(series, exchange_of(body.name), body.fetched_at)
    unreadable = unreadable_rows(odd, "data_date", names={"timestamp": "data_date"})
    return replace(_rows(series.table, body.subject, newest_final), unreadable=unreadable)


def _rows(bars: pa.Table, symbol: str, newest_final: date) -> Rows:
    import pyarrow as pa
    import pyarrow.compute as pc

    is_final = pc.less_equal(bars["timestamp"], pa.scalar(newest_final, pa.date32()))
    named = bars.rename_columns(["data_date", *bars.column_names[1:]])
    rows = named.add_column(0, "symbol", pa.array([symbol] * bars.num_rows, pa.string()))
    return Rows(rows.append_column("is_final", is_final), pc.max(bars["timestamp"].filter(is_final)).as_py())


def last_final(series: BarsTable, exchange: str, fetched_at: datetime) -> date:
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
