"""A body as a plain table of cells, and from there to typed records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from airflow_provider_alphavantage.parsing.arrow import csv_columns
from airflow_provider_alphavantage.parsing.columns import Cell, Misfit, convert
from airflow_provider_alphavantage.parsing.kinds import declared
from airflow_provider_alphavantage.parsing.labels import column_name, column_names
from airflow_provider_alphavantage.parsing.records import Kind, Records
from airflow_provider_alphavantage.responses import unmarked


@dataclass(frozen=True)
class Table:
    """Labels and, for each, its cells as served; ``zone`` is the zone of times without one.

    A column is a sequence, or an Arrow array of texts.
    """

    header: Sequence[str]
    columns: Sequence[Any]
    meta: Mapping[str, str] = field(default_factory=dict)
    zone: str = "US/Eastern"


@dataclass(frozen=True)
class Columns:
    """The typed columns of one body: Arrow arrays, or Python values where no Arrow type is exact."""

    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    values: list[Any]
    meta: Mapping[str, str]


def typed(table: Table, family: str) -> Records:
    """Type a table column by column.

    :raises ValueError: a cell contradicts its column; the text names row and column.
    """
    found = typed_columns(table, family, convert)
    return Records(found.names, list(zip(*found.values, strict=True)), found.meta, found.kinds)


def typed_columns(table: Table, family: str, convert: Callable[..., tuple[Kind, Any]]) -> Columns:
    """Type a table column by column with this converter.

    :raises ValueError: a cell contradicts its column; the text names row and column.
    """
    names = column_names(table.header)
    try:
        pairs = [
            convert(declared(name, family), name, cells, table.zone)
            for name, cells in zip(names, table.columns, strict=True)
        ]
    except Misfit as exc:
        raise ValueError(f"row {exc.row + 1} ({str(table.columns[0][exc.row])[:40]}): {exc}") from exc
    return Columns(names, tuple(kind for kind, _ in pairs), [values for _, values in pairs], table.meta)


def from_dicts(dicts: Sequence[Mapping[str, Any]], **about: Any) -> Table:
    """Make a table of JSON objects; a name one of them lacks is None there."""
    header = list(dict.fromkeys(chain.from_iterable(dicts)))
    return Table(header, [[cell(row.get(name)) for row in dicts] for name in header], **about)


def cell(value: Any) -> Cell:
    """Return a JSON value as one cell: what is nested stays JSON, as text."""
    if isinstance(value, dict | list):
        return json.dumps(value, default=str, ensure_ascii=False)
    return value  # type: ignore[no-any-return]


def meta_of(block: Mapping[str, Any]) -> dict[str, str]:
    """Return the plain entries of a JSON object as text under plain names; the first of a name counts."""
    meta: dict[str, str] = {}
    for label, value in block.items():
        if isinstance(value, str | int) or (value is not None and not isinstance(value, dict | list)):
            meta.setdefault(column_name(label), str(value))
    "".join(meta.values()).encode()  # half a surrogate pair cannot be stored anywhere
    return meta


def from_csv(content: bytes) -> tuple[list[str], list[Any]]:
    """Split a CSV body into its header and its columns, whatever the line ends.

    :raises ValueError: a row is longer or shorter than the header, or a quote runs over lines.
    """
    lines = csv.reader(io.StringIO(unmarked(content).decode("utf-8"), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        rows = [fields for fields in lines if fields]
    except csv.Error as exc:
        raise ValueError(str(exc)) from exc
    if len(header) < 2:
        raise ValueError(f"{header[:1]} is not the header of a table")
    for number, fields in enumerate(rows, 1):
        if len(fields) != len(header):
            raise ValueError(
                f"row {number} ({fields[0][:40]}): {len(fields)} fields under a header of {len(header)}"
            )
    if b'"' in content and any("\n" in text or "\r" in text for fields in rows for text in fields):
        raise ValueError("a quoted field runs over the end of its line")
    return header, list(zip(*rows, strict=True)) or [()] * len(header)


def arrow_from_csv(content: bytes) -> tuple[list[str], list[Any]]:
    """Do what :func:`from_csv` does, to Arrow columns where the body is regular."""
    content = unmarked(content)
    columns = csv_columns(content)
    if columns is None:
        return from_csv(content)
    return from_csv(content[: content.index(b"\n")])[0], columns
