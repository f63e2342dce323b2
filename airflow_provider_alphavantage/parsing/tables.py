"""A body as a plain table of cells, and from there to typed records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, compress
from typing import Any, TypeVar

from airflow_provider_alphavantage.parsing.arrow import csv_columns
from airflow_provider_alphavantage.parsing.columns import Cell, Misfit, convert, misfits
from airflow_provider_alphavantage.parsing.kinds import declared
from airflow_provider_alphavantage.parsing.labels import column_name, column_names
from airflow_provider_alphavantage.parsing.records import Kind, OddRow, Records
from airflow_provider_alphavantage.responses import unmarked

_T = TypeVar("_T")

_MOST_ODD = 10
"""Up to so many rows that cannot be read are no reason to doubt what the body is."""


@dataclass(frozen=True)
class Table:
    """Labels and, for each, its cells as served; ``zone`` is the zone of times without one.

    A column is a sequence, or an Arrow array of texts. ``odd`` rows have other cells than the header says,
    and are not in the columns.
    """

    header: Sequence[str]
    columns: Sequence[Any]
    meta: Mapping[str, str] = field(default_factory=dict)
    zone: str = "US/Eastern"
    odd: tuple[OddRow, ...] = ()


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
    if table.odd:
        raise ValueError(table.odd[0].why)
    names = column_names(table.header)
    try:
        pairs = [
            convert(declared(name, family), name, cells, table.zone)
            for name, cells in zip(names, table.columns, strict=True)
        ]
    except Misfit as exc:
        raise ValueError(f"row {exc.row + 1} ({_shown(table.columns[0][exc.row])}): {exc}") from exc
    return Columns(names, tuple(kind for kind, _ in pairs), [values for _, values in pairs], table.meta)


def read_apart(make: Callable[[Table, str], _T], table: Table, family: str, odd: list[OddRow] | None) -> _T:
    """Return what is made of a table; rows that cannot be read are added to ``odd``, if that is a list.

    :raises ValueError: as ``make`` does, or most rows cannot be read: it is another kind of body then.
    """
    try:
        return make(table, family)
    except (ValueError, TypeError, ArithmeticError):
        found, rest = _set_apart(table, family) if odd is not None and table.columns else ([], table)
        if odd is None or not found or len(found) > max(_MOST_ODD, len(rest.columns[0])):
            raise
    odd += found
    return make(rest, family)


def _set_apart(table: Table, family: str) -> tuple[list[OddRow], Table]:
    names = column_names(table.header)
    columns = [cells.to_pylist() if hasattr(cells, "to_pylist") else cells for cells in table.columns]
    wrong: dict[int, str] = {}
    for name, cells in zip(names, columns, strict=True):
        wrong = misfits(declared(name, family), name, cells) | wrong
    odd = [
        OddRow({name: as_text(cells[row]) for name, cells in zip(names, columns, strict=True)}, wrong[row])
        for row in sorted(wrong)
    ]
    kept = [row not in wrong for row in range(len(columns[0]))]
    return [*table.odd, *odd], replace(table, columns=[list(compress(c, kept)) for c in columns], odd=())


def as_text(value: Any) -> str | None:
    """Return a cell as text that can be stored: half a surrogate pair, or an odd byte, is written out."""
    if value is None:
        return None
    return str(cell(value)).encode(errors="backslashreplace").decode()


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


def from_csv(content: bytes) -> Table:
    """Split a CSV body into its header and its columns, whatever the line ends.

    Rows that are longer or shorter than the header are ``odd``.

    :raises ValueError: the last row is short and its line has no end, or a quote runs over lines.
    """
    # What is not UTF-8 is found where it is: one odd byte makes one odd row.
    text = unmarked(content).decode("utf-8", "surrogateescape")
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        rows = [fields for fields in lines if fields]
    except csv.Error as exc:
        raise ValueError(str(exc)) from exc
    if len(header) < 2:
        raise ValueError(f"{header[:1]} is not the header of a table")
    ",".join(header).encode()  # a name is no cell: an odd byte in it makes all of it unreadable
    odd = [_ragged(header, number, row) for number, row in enumerate(rows, 1) if len(row) != len(header)]
    if odd and len(rows[-1]) != len(header) and not text.endswith(("\n", "\r")):
        raise ValueError(odd[-1].why)
    if odd:
        rows = [fields for fields in rows if len(fields) == len(header)]
    if b'"' in content and any("\n" in text or "\r" in text for fields in rows for text in fields):
        raise ValueError("a quoted field runs over the end of its line")
    return Table(header, list(zip(*rows, strict=True)) or [()] * len(header), odd=tuple(odd))


def _ragged(header: Sequence[str], number: int, fields: Sequence[str]) -> OddRow:
    cells = {name: as_text(text) for name, text in zip(column_names(header), fields, strict=False)}
    if more := fields[len(header) :]:
        cells["more"] = as_text(",".join(more))
    why = f"row {number} ({_shown(fields[0])}): {len(fields)} fields under a header of {len(header)}"
    return OddRow(cells, why)


def _shown(value: Any) -> str:
    """A cell in a message: what no log or database takes is written out."""
    return str(as_text(value))[:40].replace("\0", "\\x00")


def arrow_from_csv(content: bytes) -> Table:
    """Do what :func:`from_csv` does, to Arrow columns where the body is regular."""
    content = unmarked(content)
    columns = csv_columns(content)
    if columns is None:
        return from_csv(content)
    return Table(from_csv(content[: content.index(b"\n")]).header, columns)
