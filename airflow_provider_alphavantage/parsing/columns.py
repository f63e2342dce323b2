"""From the cells of a column as served to typed values, exactly, or an error that names the cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from airflow_provider_alphavantage.parsing.kinds import TICKERS, Declared
from airflow_provider_alphavantage.parsing.records import Kind, Value

Cell = str | int | Decimal | bool | None
"""What JSON or CSV holds in one place, before it has a type."""

_T = TypeVar("_T")

NULLS = frozenset({None, "", "None", "null", "-", ".", "n/a", "0000-00-00"})
"""Every way the API says "nothing", where a number or a date is expected."""

_NO_TEXT = frozenset({None, "", "None", "null", "-", "n/a"})
_NO_TICKER = frozenset({None, "", "n/a"})  # "n/a" has a slash: fund holdings without a ticker

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?", re.ASCII).fullmatch
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d{1,6})?)?|\d{8}T\d{4}(\d\d)?", re.ASCII).fullmatch
_LARGEST_EXPONENT = 60
_ZONES = {"US/Eastern": "America/New_York", "US/Eastern Time": "America/New_York"}


class Misfit(ValueError):
    """A cell contradicts its column: what is wrong with it, and in which row (from 0)."""

    def __init__(self, row: int, what: str) -> None:
        super().__init__(what)
        self.row = row


def convert(kind: Declared, name: str, cells: Sequence[Cell], zone: str) -> tuple[Kind, Sequence[Value]]:
    """Type a column.

    :param zone: the name of the zone of times that carry none.
    :raises Misfit: a cell is not what its column was declared to hold.
    """
    if kind in {"text", "verbatim"}:
        return "text", _texts(cells, _NO_TICKER if name in TICKERS else _NO_TEXT if kind == "text" else {""})
    if kind == "date":
        return "date", _each(_date, name, cells)
    if kind == "time":
        return _moments(name, cells, zone)
    if kind == "guess":
        return _guess(name, cells)
    numbers = _numbers(name, cells)
    return _whole(numbers) if kind == "whole" else ("number", numbers)


def _numbers(name: str, cells: Sequence[Cell]) -> list[Decimal | None]:
    try:
        if all(map(_NUMBER, cells)):  # type: ignore[arg-type]
            return list(map(Decimal, cells))  # type: ignore[arg-type]
    except TypeError:
        pass
    return _each(_number, name, cells)


def _number(cell: Cell) -> Decimal | None:
    text = cell.strip() if isinstance(cell, str) else cell
    if text in NULLS:
        return None
    if isinstance(text, str):
        text = text.removesuffix("%")
        if _NUMBER(text):
            return Decimal(text)
    elif not isinstance(text, bool):
        number = Decimal(text)  # type: ignore[arg-type]
        if number.is_finite() and abs(number.adjusted()) <= _LARGEST_EXPONENT:
            return number
    raise ValueError(f"{_shown(cell)} is not a number")


def _whole(numbers: list[Decimal | None]) -> tuple[Kind, Sequence[Value]]:
    if all(number is None or number == number.to_integral_value() for number in numbers):
        return "whole", [None if number is None else int(number) for number in numbers]
    return "number", numbers


def _date(cell: Cell) -> date | None:
    text = cell.strip() if isinstance(cell, str) else cell
    if text in NULLS:
        return None
    if not isinstance(text, str) or not _DATE(text):
        raise ValueError(f"{_shown(cell)} is not a date")
    return date.fromisoformat(text)


def _moments(name: str, cells: Sequence[Cell], zone: str) -> tuple[Kind, Sequence[Value]]:
    """Dates if no cell has a time of day, else aware times."""
    if not any(isinstance(cell, str) and len(cell.strip()) > 10 for cell in cells):
        return "date", _each(_date, name, cells)
    naive, tzinfo = _each(_moment, name, cells), zone_of(zone)
    return "time", [value and value.replace(tzinfo=tzinfo) for value in naive]


def _moment(cell: Cell) -> datetime | None:
    text = cell.strip() if isinstance(cell, str) else cell
    if text in NULLS:
        return None
    if not isinstance(text, str) or not _TIME(text):
        raise ValueError(f"{_shown(cell)} is not a time")
    return datetime.fromisoformat(text)


def _guess(name: str, cells: Sequence[Cell]) -> tuple[Kind, Sequence[Value]]:
    if any(isinstance(cell, bool) for cell in cells) and {type(cell) for cell in cells} <= {bool, type(None)}:
        return "flag", list(cells)
    try:
        return "number", _numbers(name, cells)
    except Misfit:
        return "text", _texts(cells, _NO_TEXT)


def _texts(cells: Sequence[Cell], nulls: frozenset[str | None] | set[str]) -> list[str | None]:
    """Blanks around a text and the vendor's ``&NBSP;`` are no part of it."""
    texts = [None if cell is None else str(cell).replace("&NBSP;", " ").strip() for cell in cells]
    "".join(text for text in texts if text).encode()  # half a surrogate pair cannot be stored anywhere
    return [None if text in nulls else text for text in texts]


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of that name, as the vendor spells it.

    :raises ValueError: there is none.
    """
    try:
        return ZoneInfo(_ZONES.get(name, name))
    except (KeyError, ValueError, OSError) as exc:
        raise ValueError(f"no time zone is named {name[:40]!r}") from exc


def misfits(kind: Declared, name: str, cells: Sequence[Cell]) -> dict[int, str]:
    """Return what is wrong with cells that are not what their column was declared to hold, by row."""
    read, wrong = _reader(kind, cells), {}
    for row, cell in enumerate(cells):
        try:
            read(cell)
        except (ValueError, TypeError, ArithmeticError) as exc:
            wrong[row] = f"{name} {exc}"
    return wrong


def _reader(kind: Declared, cells: Sequence[Cell]) -> Callable[[Cell], Value]:
    if kind in {"number", "whole"}:
        return _number
    if kind == "time" and sum(isinstance(cell, str) and len(cell.strip()) > 10 for cell in cells) * 2 > len(
        cells
    ):
        return _moment
    return _date if kind in {"date", "time"} else _text


def _text(cell: Cell) -> str:
    text = str(cell)
    if text != text.encode(errors="replace").decode():
        raise ValueError(f"{_shown(cell)} is not UTF-8")
    return text


def _each(read: Callable[[Cell], _T], name: str, cells: Sequence[Cell]) -> list[_T]:
    values: list[_T] = []
    try:
        for cell in cells:
            values.append(read(cell))
    except ValueError as exc:
        raise Misfit(len(values), f"{name} {exc}") from exc
    return values


def _shown(cell: Cell) -> str:
    return repr(cell) if len(repr(cell)) <= 40 else repr(cell)[:40] + "..."
