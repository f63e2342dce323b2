"""Whether the rows that were read stand in the body, told without any of the parser's code."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from airflow_provider_alphavantage.parsing import Records

NUMBER = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?", re.ASCII)
NOTHING = frozenset({"", "None", "null", "-", ".", "n/a", "0000-00-00"})
ADDED = frozenset({"period", "ranking", "block", "part"})
OTHER_SPELLING = {"latestday": "latesttradingday"}


class Fields(list[tuple[str, Any]]):
    """A JSON object as it is written: repeated names, too, and numbers as their text."""


def rows_stand_in(body: bytes, records: Records, family: str) -> None:
    """Each row of a body that is no series is there, in the order of the body, with every value.

    :raises AssertionError: a row is not.
    """
    text = body.decode("utf-8", "surrogatepass")
    if not text.lstrip().startswith(("{", "[")):
        _lines_are(text, records)
        return
    document = json.loads(text, object_pairs_hook=Fields, parse_float=str, parse_int=str)
    if family == "analytics":
        figures = list(_figures(document, ()))
        assert all(any(_is_figure(row, *figure) for figure in figures) for row in records.dicts())
        assert all(_is_window(row, figures) for row in records.dicts())
        return
    candidates = _articles(document) if family == "feed" else _objects("", document)
    for row in records.dicts():
        assert any(_is_row(row, name, fields) for name, fields in candidates), str(row)[:300]


def same(cell: str, value: object) -> bool:
    """Whether a typed value is what a cell says."""
    if value is None:
        return cell.strip() in NOTHING
    if isinstance(value, bool):
        return cell.lower() == str(value).lower()
    if isinstance(value, Decimal | int):
        number = NUMBER.fullmatch(cell.strip().removesuffix("%"))
        return number is not None and Decimal(number[0]) == value
    if isinstance(value, date):
        digits = re.sub(r"\D", "", cell.partition(".")[0])
        return len(digits) >= 8 and re.sub(r"\D", "", value.isoformat()).startswith(digits)
    return _alike(str(value), cell.replace("&NBSP;", " ").strip())


def _alike(one: str, other: str) -> bool:
    try:
        return one == other or one.lower() == other.lower() == "true" or Decimal(one) == Decimal(other)
    except InvalidOperation:
        return one.lower() == other.lower() == "false"


def _lines_are(text: str, records: Records) -> None:
    _, *lines = (line for line in csv.reader(io.StringIO(text, newline="")) if line)
    assert len(lines) == len(records)
    for line, row in zip(lines, records.rows, strict=True):
        assert len(line) == len(row), row
        assert all(map(same, line, row)), row


def _objects(name: str, value: Any) -> Iterator[tuple[str, Fields]]:
    """All objects in the order they begin, each with the name it stands under."""
    if isinstance(value, Fields):
        yield name, value
        for inner_name, inner in value:
            yield from _objects(inner_name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(name, inner)


def _articles(document: Fields) -> Iterator[tuple[str, Fields]]:
    """Each article with each of its tickers."""
    for article in dict(document).get("feed", []):
        plain = Fields((name, value) for name, value in article if name != "ticker_sentiment")
        for ticker in dict(article).get("ticker_sentiment") or [Fields()]:
            inner = {name for name, _ in ticker}
            yield "feed", Fields([*(field for field in plain if field[0] not in inner), *ticker])


def _is_row(row: dict[str, object], name: str, fields: Fields) -> bool:
    named: dict[str, list[Any]] = {}
    for label, value in fields:
        named.setdefault(_squeezed(label), []).append(value)
    columns = {column.replace("_", ""): value for column, value in row.items()}
    for column, value in columns.items():
        if column in named:
            if not any(_holds(raw, value) for raw in named[column]):
                return False
        elif value is not None and not (column in ADDED and _is_of(name, value)):
            return False
    return all(column in columns or isinstance(raw[0], list) for column, raw in named.items())


def _is_of(name: str, added: object) -> bool:
    return added == "profile" or name.startswith(str(added).partition("\x00")[0])


def _holds(raw: Any, value: object) -> bool:
    if not isinstance(raw, list):
        return same("" if raw is None else str(raw), value)
    try:
        nested = json.loads(str(value), object_pairs_hook=Fields, parse_float=str, parse_int=str)
    except ValueError:
        return False
    pairs = zip(_texts(nested), _texts(raw), strict=False)
    return len(list(_texts(nested))) == len(list(_texts(raw))) and all(_alike(*pair) for pair in pairs)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    else:
        yield str(value).partition("\x00")[0].replace("&NBSP;", " ").strip()  # a repeated name is marked


def _squeezed(label: str) -> str:
    bare = re.sub(r"^\d+(\.\d+)?[a-z]?[.:]\s*", "", label.strip(), flags=re.ASCII)
    letters = re.sub(r"[^0-9a-z]", "", bare.lower())
    return OTHER_SPELLING.get(letters, letters)


def _figures(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value with the names above it; in a matrix over an ``index``, the names of its row and column."""
    if isinstance(value, Fields):
        index = dict(value).get("index")
        for name, inner in value:
            if isinstance(index, list) and name != "index" and isinstance(inner, list):
                yield from _cells(index, inner, (*path, name))
            else:
                yield from _figures(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value:
            yield from _figures(inner, path)
    else:
        yield path, value


def _cells(
    index: Sequence[str], matrix: Sequence[Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for row, line in zip(index, matrix, strict=False):
        for column, value in zip(index, line, strict=False):
            yield (*path, f"{row}/{column}"), value


def _is_figure(row: dict[str, Any], path: tuple[str, ...], leaf: Any) -> bool:
    symbol = f"{row['symbol']}/{row['other_symbol']}" if row["other_symbol"] else row["symbol"]
    day = str(row["date"]) if row["date"] else None
    items = (row["item"] or "").split(".")
    names = {name for name in (row["calculation"], symbol, day, *items) if name}
    value = row.get("text") if row["value"] is None else row["value"]
    return names <= {*path, *".".join(path).split(".")} and same("" if leaf is None else str(leaf), value)


def _is_window(row: dict[str, Any], figures: list[tuple[tuple[str, ...], Any]]) -> bool:
    """The window starts where the body says so for this calculation and day."""
    if row["window_start"] is None:
        return True
    names = {"window_start", row["calculation"], str(row["date"])}
    return any(names <= set(path) and same(str(leaf), row["window_start"]) for path, leaf in figures)
