"""Price series and technical indicators: one row for each moment, JSON or CSV, any period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from airflow_provider_alphavantage.parsing.columns import convert
from airflow_provider_alphavantage.parsing.labels import column_name
from airflow_provider_alphavantage.parsing.records import OddRow, Value
from airflow_provider_alphavantage.parsing.tables import Table, as_text, from_csv, meta_of
from airflow_provider_alphavantage.responses import REPEATED, Payload

BLOCKS = ("Time Series", "Technical Analysis")
"""What the key over the rows contains, however the API decorates it."""

Split = Callable[[bytes], Table]
"""Splits a CSV body into its header and its columns."""

_UTC_FUNCTIONS = ("FX_", "CRYPTO_", "DIGITAL_CURRENCY_")


def series(payload: Payload, function: str, split: Split = from_csv) -> Table:
    """Read a series as a table whose first column is ``timestamp``.

    Times without a zone are those of the body's ``Time Zone``; CSV names none, so they are US/Eastern
    for shares and indicators and UTC for currencies, as the same function says in JSON.

    Two columns of one name are one where they agree: old crypto bodies give each price in the market's
    currency and in dollars, also where the market's are dollars.

    :raises ValueError: the body is not a series, or two columns of one name differ.
    """
    if payload.document is None:
        return _each_once(_from_csv(payload.content, function, split))
    return _each_once(_from_json(payload.document))


def zone_by_function(function: str) -> str:
    """Return the zone of the times in a CSV series of that function."""
    return "UTC" if function.startswith(_UTC_FUNCTIONS) else "US/Eastern"


def _from_csv(content: bytes, function: str, split: Split) -> Table:
    table = split(content)
    header, columns = list(table.header), table.columns
    at = next((place for place, name in enumerate(header) if name in {"timestamp", "time"}), None)
    if at is None:
        raise ValueError(f"the header {header} lacks ['timestamp']")
    labels = ["timestamp", *header[:at], *header[at + 1 :]]
    moved = [columns[at], *columns[:at], *columns[at + 1 :]]
    return replace(table, header=labels, columns=moved, zone=zone_by_function(function))


def _from_json(document: Mapping[str, Any]) -> Table:
    meta = meta_of(document.get("Meta Data", {}))
    blocks = [v for k, v in document.items() if any(name in k for name in BLOCKS) and k != "Meta Data"]
    if not blocks and "symbol" not in meta and "last_refreshed" not in meta:
        raise ValueError(f"no time series among the keys {sorted(document)[:9]}")
    if len(blocks) > 1:
        raise ValueError(f"{len(blocks)} time series in one body")
    block = blocks[0] if blocks else {}
    labels, odd = _labels(block)
    block = {moment: row for moment, row in block.items() if tuple(row) == labels} if odd else block
    moments = list(block)
    if REPEATED in "".join(moments):
        moments = [moment.partition(REPEATED)[0] for moment in moments]
    if any(BLOCKS[1] in name for name in document):
        moments = _of_day(moments)
    rows = list(block.values())
    columns = [moments, *(list(map(itemgetter(label), rows)) for label in labels)] if block else []
    header = ["timestamp", *labels] if block else []
    return Table(header, columns, meta, meta.get("time_zone", "UTC"), odd)


def _each_once(table: Table) -> Table:
    names = list(map(column_name, table.header))
    if len(set(names)) == len(names):
        return table
    for place, name in enumerate(names):
        _refuse_difference(name, table, names.index(name), place)
    kept = [place for place, name in enumerate(names) if names.index(name) == place]
    header, columns = [table.header[at] for at in kept], [table.columns[at] for at in kept]
    return replace(table, header=header, columns=columns)


def _refuse_difference(name: str, table: Table, first: int, second: int) -> None:
    if first == second:
        return
    pairs = zip(_values(name, table, first), _values(name, table, second), strict=True)
    row = next((row for row, (one, other) in enumerate(pairs) if one != other), None)
    if row is not None:
        where = f"row {row + 1} ({str(table.columns[0][row])[:40]})"
        values = " and ".join(str(table.columns[place][row])[:40] for place in (first, second))
        raise ValueError(f"two columns are named {name!r} and differ: {where} has {values}")


def _values(name: str, table: Table, place: int) -> Sequence[Value]:
    """The values of a column, equal however many zeros a number is written with."""
    cells = table.columns[place]
    cells = cells.to_pylist() if hasattr(cells, "to_pylist") else cells
    return convert("guess", name, cells, table.zone)[1]


def _labels(block: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[OddRow, ...]]:
    """The labels of the rows, and the rows that have others: a shifted value would be a wrong one."""
    shapes = Counter(map(tuple, block.values()))
    if len(shapes) <= 1 and set(map(type, block.values())) <= {dict}:
        return next(iter(shapes), ()), ()
    usual = Counter(tuple(row) for row in block.values() if isinstance(row, dict)).most_common(1)
    labels: tuple[str, ...] = usual[0][0] if usual else ()
    others = {at: row for at, row in block.items() if not isinstance(row, dict) or tuple(row) != labels}
    return labels, tuple(_odd(moment, row) for moment, row in others.items())


def _odd(moment: str, row: Any) -> OddRow:
    moment = moment.partition(REPEATED)[0]
    cells = (
        {column_name(label): as_text(cell) for label, cell in row.items()} if isinstance(row, dict) else {}
    )
    why = f"row {moment[:40]!r} has other fields than the rest"
    return OddRow({"timestamp": as_text(moment)} | (cells or {"row": as_text(row)}), why)


def _of_day(moments: list[str]) -> list[str]:
    """Cut the time off the newest row of a daily indicator: it has one while the session lasts."""
    newest, *others = moments or [""]
    if len(newest) <= 10 or not others or any(len(moment) > 10 for moment in others):
        return moments
    return [datetime.fromisoformat(newest).date().isoformat(), *others]
