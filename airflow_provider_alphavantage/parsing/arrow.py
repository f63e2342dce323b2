"""Long series and indicators straight to an Arrow table, without a Python object for each cell.

Only the plainest bodies are read here: a day or a time in each row, then numbers, as the API writes
them. Every byte of such a body is accounted for: it is the same in every row, or part of a value that is
checked. Anything else (nulls, texts, another layout, a damaged body) is :class:`NotPlain`, and is left to
the ordinary parser.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from airflow_provider_alphavantage.parsing.cells import Cells, NotPlain, find_cells
from airflow_provider_alphavantage.parsing.columns import zone_of
from airflow_provider_alphavantage.parsing.digits import numbers
from airflow_provider_alphavantage.parsing.kinds import declared
from airflow_provider_alphavantage.parsing.labels import column_names
from airflow_provider_alphavantage.parsing.series import zone_by_function
from airflow_provider_alphavantage.parsing.tables import meta_of
from airflow_provider_alphavantage.responses import decode

if TYPE_CHECKING:
    import pyarrow as pa

_HEADER = re.compile(rb"(?:timestamp|time)((?:,[\w /]+)+)(\r?\n)", re.ASCII)
_OPENING = re.compile(
    rb'\{\s*"Meta Data": \{[^{}]*\},\s*"[^"{}]*(?:Time Series|Technical Analysis)[^"{}]*": \{'
)
_STRING = re.compile(rb'"([^"]*)"')
_TO_THE_NEXT_ROW = re.compile(rb'[ \t\r\n]*,[ \t\r\n]*"')
_CLOSING = re.compile(rb'"(?:[ \t\r\n]*\}){3}[ \t\r\n]*\Z')


def plain_table(content: bytes, function: str, family: str) -> pa.Table:
    """Return the typed columns of a long series or indicator.

    :raises NotPlain: the ordinary parser has to read this body.
    :raises pyarrow.ArrowException: likewise.
    """
    import pyarrow as pa

    names, columns, zone = _json(content) if content[:1] == b"{" else _csv(content, function)
    kinds = [declared(name, family) for name in names[1:]]
    if not set(kinds) <= {"number", "whole"}:
        raise NotPlain("a column of text")
    return pa.table([_moments(columns[0], zone), *map(numbers, columns[1:], kinds)], names=list(names))


def _csv(content: bytes, function: str) -> tuple[tuple[str, ...], list[Cells], str]:
    header = _HEADER.match(content)
    if header is None or not content.endswith(header[2]):
        raise NotPlain("another header or end")
    names = column_names(["timestamp", *header[1].decode("ascii").split(",")[1:]])
    gaps = [b","] * (len(names) - 1) + [header[2]]
    columns = find_cells(content, header.end(), len(content) - len(header[2]), gaps, marks=b",\n")
    return names, columns, zone_by_function(function)


def _json(content: bytes) -> tuple[tuple[str, ...], list[Cells], str]:
    """Learn from the first row what stands between the values of all rows."""
    opening, closing = _OPENING.match(content), _CLOSING.search(content, max(len(content) - 80, 0))
    if opening is None or closing is None:
        raise NotPlain("another layout")
    start = opening.end()
    row = content[start : content.index(b"}", start) + 1]
    joint = _TO_THE_NEXT_ROW.match(content, start + len(row))
    moment, *rest = _STRING.finditer(row)
    labels = [label[1].decode() for label in rest[::2]]
    fields = dict(zip(labels, (value[1].decode() for value in rest[1::2]), strict=True))
    if joint is None or b"\\" in row or decode(b"{" + row + b"}") != {moment[1].decode(): fields}:
        raise NotPlain("another row")
    values = [moment, *rest[1::2]]
    gaps = [row[value.end(1) : following.start(1)] for value, following in pairwise(values)]
    gaps.append(row[values[-1].end(1) :] + joint[0])
    marks = b"\n" if all(b"\n" in gap for gap in gaps) else b'"'
    columns = find_cells(content, start + moment.start(1), closing.start(), gaps, marks)
    meta = meta_of(decode(opening[0] + b"}}")["Meta Data"])
    return column_names(["timestamp", *labels]), columns, meta.get("time_zone", "UTC")


def _moments(cells: Cells, zone: str) -> pa.Array:
    """The days of a column, or its times in that zone."""
    import pyarrow as pa
    import pyarrow.compute as pc

    length = int(cells.lengths[0])
    if length not in {10, 16, 19} or (cells.lengths != length).any():
        raise NotPlain("times of several lengths")
    if length == len("2026-05-15"):
        return _days(cells)
    texts = cells.texts(b"0123456789-: ")
    first, last = pc.min_max(texts).as_py().values()
    if first < "1970" or last >= "2037":
        raise NotPlain("a time for which Arrow and Python may know other rules of the zone")
    return pc.assume_timezone(texts.cast(pa.timestamp("us")), str(zone_of(zone)), ambiguous="earliest")


def _days(cells: Cells) -> pa.Array:
    """Arrow reads a day as strictly as we do, but for the year 0."""
    import numpy as np
    import pyarrow as pa

    length, letters = 10, cells.endings(10)
    if letters[:, 0].min() == ord("0"):
        raise NotPlain("a day before the year 1000")
    bounds = np.arange(0, letters.size + 1, length, dtype=np.int32)
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(letters)]
    return pa.Array.from_buffers(pa.string(), len(letters), buffers).cast(pa.date32())
