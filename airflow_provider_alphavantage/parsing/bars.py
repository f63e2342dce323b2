"""Time series of prices: daily, weekly and monthly, JSON or CSV, to exact bars."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.responses import REPEATED, Payload

_NULLS = frozenset({"", "None", "null", "-", ".", "n/a"})
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_FIELDS = ("open", "high", "low", "close", "volume")


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
        series = _from_csv(payload) if payload.document is None else _from_json(payload.document)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as exc:
        raise UnreadableBody(f"Not a price series: {exc}.", function=function, symbol=symbol) from exc
    if symbol and series.symbol and series.symbol.upper() != symbol.upper():
        raise UnreadableBody(f"The body is that of {series.symbol!r}.", function=function, symbol=symbol)
    return series


def _from_json(document: dict[str, Any]) -> Series:
    meta = {_label(name): value for name, value in document.get("Meta Data", {}).items()}
    block = next((v for k, v in document.items() if "Time Series" in k and k != "Meta Data"), None)
    if block is None and "Symbol" not in meta:
        raise ValueError(f"no time series among the keys {sorted(document)}")
    rows = ((session, {_label(k): v for k, v in row.items()}) for session, row in (block or {}).items())
    return Series(
        bars=tuple(_bar(session.replace(REPEATED, ""), row) for session, row in rows),
        symbol=meta.get("Symbol"),
        last_refreshed=meta.get("Last Refreshed"),
        time_zone=meta.get("Time Zone"),
    )


def _label(name: str) -> str:
    return re.sub(r"^\d+[a-z]?[.:]\s*", "", name)


def _from_csv(payload: Payload) -> Series:
    lines = csv.reader(io.StringIO(payload.content.decode("utf-8"), newline=""))
    header = [name.strip() for name in next(lines)]
    missing = {"timestamp", "open", "high", "low", "close"} - set(header)
    if missing:
        raise ValueError(f"the header {header} lacks {sorted(missing)}")
    return Series(bars=tuple(_rows(header, lines)))


def _rows(header: list[str], lines: Iterable[list[str]]) -> Iterator[Bar]:
    for fields in lines:
        if not fields:
            continue
        if len(fields) != len(header):
            raise ValueError(f"a row of {len(fields)} fields under a header of {len(header)}: {fields}")
        row = dict(zip(header, fields, strict=True))
        yield _bar(row["timestamp"], row)


def _bar(session: str, row: dict[str, Any]) -> Bar:
    missing = {"open", "high", "low", "close"} - row.keys()
    if missing:
        raise ValueError(f"{session}: no {', '.join(sorted(missing))}")
    prices = {name: _number(row.get(name), session, name) for name in _FIELDS}
    volume = prices.pop("volume")
    if volume is not None and volume != volume.to_integral_value():
        raise ValueError(f"{session}: volume {volume} is not a whole number")
    return Bar(date.fromisoformat(session), **prices, volume=None if volume is None else int(volume))


def _number(text: object, session: str, name: str) -> Decimal | None:
    if text is None or (isinstance(text, str) and text.strip() in _NULLS):
        return None
    if isinstance(text, bool) or not _NUMBER.fullmatch(str(text).strip()):
        raise ValueError(f"{session}: {name} {text!r} is not a number")
    return Decimal(str(text).strip())
