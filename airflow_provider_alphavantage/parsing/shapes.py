"""One entry for every function: which family of bodies this is, and its typed rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeVar, get_args

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.parsing import blocks, nested
from airflow_provider_alphavantage.parsing.arrow import convert_to_arrow
from airflow_provider_alphavantage.parsing.records import OddRow, Records
from airflow_provider_alphavantage.parsing.series import BLOCKS, Split, series, zone_by_function
from airflow_provider_alphavantage.parsing.subjects import other_symbol
from airflow_provider_alphavantage.parsing.tables import (
    Columns,
    Table,
    arrow_from_csv,
    from_csv,
    read_apart,
    typed,
    typed_columns,
)
from airflow_provider_alphavantage.responses import Payload

Family = Literal[
    "series", "indicator", "list", "record", "profile", "reports", "feed", "transcript", "movers",
    "analytics", "table",
]  # fmt: skip
"""The shapes of bodies. ``transcript`` and ``table`` are lists; they have names of their own because the
catalogue speaks of them."""

FAMILIES: frozenset[str] = frozenset(get_args(Family))

_JSON: dict[str, Callable[[Mapping[str, Any], str], Table]] = {
    "list": blocks.rows,
    "table": blocks.rows,
    "transcript": blocks.rows,
    "record": blocks.record,
    "profile": blocks.profile,
    "reports": blocks.reports,
    "movers": blocks.movers,
    "feed": nested.feed,
    "analytics": nested.analytics,
}
_T = TypeVar("_T")
_SERIES = frozenset({"series", "indicator"})

# What a wrong body can make plain code raise; anything else is a mistake of ours and shows.
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)


def parse(
    payload: Payload,
    function: str,
    family: Family | None = None,
    *,
    symbol: str | None = None,
    odd: list[OddRow] | None = None,
) -> Records:
    """Return the rows of a body; an empty envelope gives none.

    :param family: the shape the function answers in; by default it is recognised from the body.
    :param symbol: the symbol asked for, or several with commas.
    :param odd: a list to which rows that cannot be read are added; without it, one makes the body unreadable.
    :raises UnreadableBody: the body is not of that shape, a value is not what its column holds, or the body
        says that it is of another symbol.
    """
    return _parse(typed, from_csv, payload, function, family, symbol, odd)


def parse_columns(
    payload: Payload,
    function: str,
    family: Family | None = None,
    *,
    symbol: str | None = None,
    odd: list[OddRow] | None = None,
) -> Columns:
    """Do what :func:`parse` does, to Arrow columns (needs pyarrow)."""

    def typed_as_arrow(table: Table, family: str) -> Columns:
        return typed_columns(table, family, convert_to_arrow)

    return _parse(typed_as_arrow, arrow_from_csv, payload, function, family, symbol, odd)


def _parse(
    make: Callable[[Table, str], _T],
    split: Split,
    payload: Payload,
    function: str,
    family: Family | None,
    symbol: str | None,
    odd: list[OddRow] | None,
) -> _T:
    if family is not None and family not in FAMILIES:
        raise ValueError(f"No family of bodies is named {family!r}; there are {sorted(FAMILIES)}.")
    try:
        found = family or recognise(payload)
        table = _table(payload, function, found, split)
        made, other = read_apart(make, table, found, odd), other_symbol(table, function, found, symbol or "")
    except UNREADABLE as exc:
        raise UnreadableBody(_why(family, exc), function=function, symbol=symbol) from exc
    if other:
        raise UnreadableBody(f"The body is that of {other!r}.", function=function, symbol=symbol)
    return made


def recognise(payload: Payload) -> Family:
    """Return the family a body looks like; a body like none of them is a record."""
    if payload.document is None:
        return _of_csv(from_csv(payload.content).header)
    names = " ".join(payload.document)
    for sign, family in _SIGNS:
        if sign in names:
            return family
    lists = [name for name, value in payload.document.items() if isinstance(value, list)]
    if any(name.startswith(("annual", "quarterly")) for name in lists):
        return "reports"
    return "list" if lists else "record"


_SIGNS: tuple[tuple[str, Family], ...] = (
    (BLOCKS[1], "indicator"),
    (BLOCKS[0], "series"),
    ("feed", "feed"),
    ("transcript", "transcript"),
    ("top_gainers", "movers"),
    ("meta_data", "analytics"),
    ("holdings", "profile"),
)


def _of_csv(header: Sequence[str]) -> Family:
    if header[0] in {"timestamp", "time"} and "close" in header:
        return "series"
    return "indicator" if header[0] == "time" else "list"


def _table(payload: Payload, function: str, family: str, split: Split) -> Table:
    if family in _SERIES:
        return series(payload, function, split)
    if payload.document is not None:
        return _JSON[family](payload.document, function)
    table = split(payload.content)
    header = table.header
    if header[0] == "timestamp" and ":" not in "".join(map(str, table.columns[0])):
        header = ["date", *header[1:]]  # what the same list calls it in JSON
    return replace(table, header=header, zone=zone_by_function(function))


def _why(family: str | None, exc: Exception) -> str:
    if isinstance(exc, RecursionError):
        exc = ValueError("it is nested too deeply")
    return f"Cannot be read as {family or 'any family'}: {exc}."
