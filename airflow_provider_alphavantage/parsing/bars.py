"""Time series of prices: daily, weekly and monthly, JSON or CSV, to exact bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeVar

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.optional import require
from airflow_provider_alphavantage.parsing.arrow import convert_to_arrow
from airflow_provider_alphavantage.parsing.columns import convert
from airflow_provider_alphavantage.parsing.labels import column_names
from airflow_provider_alphavantage.parsing.records import OddRow, exact_decimals
from airflow_provider_alphavantage.parsing.series import Split, series
from airflow_provider_alphavantage.parsing.tables import (
    Columns,
    Table,
    arrow_from_csv,
    from_csv,
    read_apart,
    typed_columns,
)
from airflow_provider_alphavantage.responses import Payload

if TYPE_CHECKING:
    import pyarrow as pa

_PRICES = ("open", "high", "low", "close")
_COLUMNS = ("timestamp", *_PRICES, "volume")
_T = TypeVar("_T")


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


@dataclass(frozen=True)
class BarsTable:
    """The bars of one body as an Arrow table, in the order they were served; the rest as in :class:`Series`.

    Columns: ``timestamp`` (``date32``, the session), ``open``, ``high``, ``low``, ``close``
    (``decimal128(18, 6)``, wider where a price of the body has more digits) and ``volume`` (``int64``,
    likewise a decimal). Prices are exact, and null where the API gave nothing.
    """

    table: pa.Table
    symbol: str | None = None
    last_refreshed: str | None = None
    time_zone: str | None = None


def parse_bars(payload: Payload, *, function: str, symbol: str | None = None) -> Series:
    """Read a price series; an empty one is an empty series, not an error.

    :raises UnreadableBody: a header, a number or a date is not what it should be, or the body is
        that of another symbol.
    """
    return _read(_series, convert, from_csv, payload, function, symbol)


def bars_table(
    payload: Payload, *, function: str, symbol: str | None = None, odd: list[OddRow] | None = None
) -> BarsTable:
    """Read a price series as :func:`parse_bars` does, to one Arrow table (needs pyarrow).

    :param odd: a list to which rows that cannot be read are added; without it, one makes the body unreadable.
    :raises UnreadableBody: as ``parse_bars`` does but for a volume with a fraction, which is read as it is;
        or a number has more digits than an Arrow decimal.
    :raises ImportError: pyarrow is not installed; the error names the extra.
    """
    require("pyarrow")
    return _read(_bars_table, convert_to_arrow, arrow_from_csv, payload, function, symbol, odd)


def _read(
    make: Callable[[Columns], _T],
    convert: Callable[..., Any],
    split: Split,
    payload: Payload,
    function: str,
    symbol: str | None,
    odd: list[OddRow] | None = None,
) -> _T:
    def made(table: Table, family: str) -> _T:
        columns = typed_columns(table, family, convert)
        _refuse_times(columns)
        return make(columns)

    try:
        table = _with_prices(series(payload, function, split))
        found, served = read_apart(made, table, "series", odd), table.meta.get("symbol")
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError) as exc:
        raise UnreadableBody(f"Not a price series: {exc}.", function=function, symbol=symbol) from exc
    if symbol and served and served.upper() != symbol.upper():
        raise UnreadableBody(f"The body is that of {served!r}.", function=function, symbol=symbol)
    return found


def _with_prices(table: Table) -> Table:
    missing = sorted(set(_PRICES) - set(column_names(table.header))) if table.header else []
    if missing and table.columns[0]:
        raise ValueError(f"{str(table.columns[0][0])[:40]}: no {', '.join(missing)}")
    if missing:
        raise ValueError(f"the header {list(table.header)} lacks {missing}")
    return table


def _refuse_times(columns: Columns) -> None:
    if dict(zip(columns.names, columns.kinds, strict=True)).get("timestamp", "date") != "date":
        raise ValueError("the rows have a time of day, not a session")


def _series(columns: Columns) -> Series:
    named = dict(zip(columns.names, columns.values, strict=True))
    pairs = zip(named.get("timestamp", ()), named.get("volume", ()), strict=False)
    if broken := next(
        ((day, volume) for day, volume in pairs if isinstance(volume, Decimal) and volume % 1), None
    ):
        raise ValueError(f"{broken[0]}: volume {broken[1]} is not a whole number")
    wanted = [named.get(name, repeat(None)) for name in _COLUMNS]
    return Series(tuple(map(Bar, *wanted)) if "timestamp" in named else (), *_about(columns))


def _about(columns: Columns) -> tuple[str | None, ...]:
    return tuple(map(columns.meta.get, ("symbol", "last_refreshed", "time_zone")))


def _bars_table(columns: Columns) -> BarsTable:
    import pyarrow as pa

    named = dict(zip(columns.names, columns.values, strict=True))
    rows = len(named.get("timestamp", ()))
    arrays = [named.get(name, pa.nulls(rows)) for name in _COLUMNS]
    types = [pa.date32(), *[pa.decimal128(18, 6)] * len(_PRICES), pa.int64()]
    fitted = map(_fitted, _COLUMNS, arrays, types)
    return BarsTable(pa.table(list(fitted), names=list(_COLUMNS)), *_about(columns))


def _fitted(name: str, values: Any, wanted: pa.DataType) -> pa.Array:
    """A column of that type, or of a wider one where that would round: Arrow refuses to."""
    import pyarrow as pa

    if not isinstance(values, pa.Array):
        return exact_decimals(name, values)
    try:
        return values.cast(wanted)
    except pa.ArrowInvalid:
        return values
