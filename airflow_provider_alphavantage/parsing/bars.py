"""Time series of prices: daily, weekly and monthly, JSON or CSV, to exact bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Any

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.parsing.labels import column_names
from airflow_provider_alphavantage.parsing.records import Records
from airflow_provider_alphavantage.parsing.series import series
from airflow_provider_alphavantage.parsing.tables import Table, typed
from airflow_provider_alphavantage.responses import Payload

_PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True)
class Bar:
    """One session (or week, or month) of one symbol, as traded. Prices are exact; None where null."""

    session: date
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal | None
    volume: int | None


@dataclass(frozen=True)
class Series:
    """The bars of one body in the order they were served (newest first).

    ``symbol``, ``last_refreshed`` and ``time_zone`` are None for CSV, which does not carry them.
    ``last_refreshed`` is a date for an end-of-day body and a date with a time while the newest bar
    is still moving.
    """

    bars: tuple[Bar, ...]
    symbol: str | None = None
    last_refreshed: str | None = None
    time_zone: str | None = None


def parse_bars(payload: Payload, *, function: str, symbol: str | None = None) -> Series:
    """Read a price series; an empty one is an empty series, not an error.

    :raises UnreadableBody: a header, a number or a date is not what it should be, or the body is
        that of another symbol.
    """
    try:
        found = _bars(typed(_with_prices(series(payload, function)), "series"))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError) as exc:
        raise UnreadableBody(f"Not a price series: {exc}.", function=function, symbol=symbol) from exc
    if symbol and found.symbol and found.symbol.upper() != symbol.upper():
        raise UnreadableBody(f"The body is that of {found.symbol!r}.", function=function, symbol=symbol)
    return found


def _with_prices(table: Table) -> Table:
    missing = sorted(set(_PRICES) - set(column_names(table.header))) if table.header else []
    if missing and table.columns[0]:
        raise ValueError(f"{str(table.columns[0][0])[:40]}: no {', '.join(missing)}")
    if missing:
        raise ValueError(f"the header {list(table.header)} lacks {missing}")
    return table


def _bars(records: Records) -> Series:
    kinds = dict(zip(records.columns, records.kinds, strict=True))
    if kinds.get("timestamp", "date") != "date":
        raise ValueError("the rows have a time of day, not a session")
    if kinds.get("volume", "whole") != "whole":
        raise ValueError(f"{_broken_volume(records)} is not a whole number")
    columns = dict(zip(records.columns, zip(*records.rows, strict=True), strict=False))
    wanted: list[Any] = [columns.get(name, repeat(None)) for name in ("timestamp", *_PRICES, "volume")]
    meta = records.meta
    return Series(
        bars=tuple(map(Bar, *wanted)) if records.rows else (),
        symbol=meta.get("symbol"),
        last_refreshed=meta.get("last_refreshed"),
        time_zone=meta.get("time_zone"),
    )


def _broken_volume(records: Records) -> str:
    row = next(row for row in records.dicts() if row["volume"] is not None and row["volume"] % 1)  # type: ignore[operator]
    return f"{row['timestamp']}: volume {row['volume']}"
