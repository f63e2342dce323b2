"""Long series and indicators straight to an Arrow table, without a Python object for each cell.

Only the plainest bodies are read here: a day or a time in each row, then numbers, as the API writes
them. Every byte of such a body is accounted for: it is the same in every row, or part of a value that is
checked. Anything else (nulls, texts, another layout, a damaged body) is :class:`NotPlain`, and is left to
the ordinary parser.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_provider_alphavantage.parsing.columns import zone_of
from airflow_provider_alphavantage.parsing.kinds import declared
from airflow_provider_alphavantage.parsing.labels import column_names
from airflow_provider_alphavantage.parsing.records import decimal_type
from airflow_provider_alphavantage.parsing.series import zone_by_function
from airflow_provider_alphavantage.parsing.tables import meta_of
from airflow_provider_alphavantage.responses import decode

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_HEADER = re.compile(rb"(?:timestamp|time)((?:,[\w /]+)+)\r?\n", re.ASCII)
_OPENING = re.compile(
    rb'\{\s*"Meta Data": \{[^{}]*\},\s*"[^"{}]*(?:Time Series|Technical Analysis)[^"{}]*": \{'
)
_CLOSING = re.compile(rb"\}\s*\}\s*\}\s*\Z")
_LONGEST = 19  # characters; Arrow 26 casts a 1 with 60 zeros to a negative decimal, without an error
_A_ROW_A_LINE = bytes.maketrans(b"}\n", b"\n\x01")


class NotPlain(ValueError):
    """The body is not as plain as it must be to be read here; it may be sound all the same."""


def plain_table(content: bytes, function: str, family: str) -> pa.Table:
    """Return the typed columns of a long series or indicator.

    :raises NotPlain: the ordinary parser has to read this body.
    :raises pyarrow.ArrowException: likewise.
    """
    import pyarrow as pa

    names, texts, zone = _json(content) if content[:1] == b"{" else _csv(content, function)
    kinds = [declared(name, family) for name in names[1:]]
    if not set(kinds) <= {"number", "whole"}:
        raise NotPlain("a column of text")
    return pa.table([_moments(texts[0], zone), *map(_numbers, texts[1:], kinds)], names=list(names))


def _csv(content: bytes, function: str) -> tuple[tuple[str, ...], list[pa.StringArray], str]:
    header = _HEADER.match(content)
    if header is None:
        raise NotPlain("another header")
    names = column_names(["timestamp", *header[1].decode("ascii").split(",")[1:]])
    return names, _split(content[header.end() :], ",", len(names)), zone_by_function(function)


def _json(content: bytes) -> tuple[tuple[str, ...], list[pa.StringArray], str]:
    """Read each row as one line with the quote as delimiter: gap, time, gap, label, gap, value, ..."""
    import pyarrow.compute as pc

    opening, closing = _OPENING.match(content), _CLOSING.search(content, max(len(content) - 40, 0))
    if opening is None or closing is None:
        raise NotPlain("another layout")
    first = content[opening.end() : content.index(b"}", opening.end())]
    ((_, row),) = decode(b"{" + first + b"}}").items()
    lines = bytearray(content.translate(_A_ROW_A_LINE))
    lines[opening.end() - 1] = ord(",")  # as before every other row
    rows = memoryview(lines)[opening.end() - 1 : closing.start() + 1]
    texts = _split(rows, '"', first.count(b'"') + 1)
    for number, column in enumerate(texts):
        if number % 4 != 1 and not pc.all(pc.equal(column, column[0])).as_py():
            raise NotPlain("rows differ in more than their values")
    labels = [texts[number][0].as_py() for number in range(3, len(texts), 4)]
    if labels != list(row) or not all(isinstance(value, str) for value in row.values()):
        raise NotPlain("another row")
    meta = meta_of(decode(opening[0] + b"}}")["Meta Data"])
    return column_names(["timestamp", *labels]), texts[1::4], meta.get("time_zone", "UTC")


def _split(lines: bytes | memoryview, delimiter: str, width: int) -> list[pa.StringArray]:
    """Split lines into so many columns of text."""
    import pyarrow as pa
    from pyarrow import csv

    names = [str(number) for number in range(width)]
    table = csv.read_csv(
        pa.py_buffer(lines),
        read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=len(lines) + 1),
        parse_options=csv.ParseOptions(quote_char=False, delimiter=delimiter, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
    )
    return [column.chunk(0) for column in table.columns]  # one block, one chunk


def _only(allowed: bytes, texts: pa.StringArray) -> bytes:
    """All characters of a column, which must be among those allowed."""
    letters: bytes = texts.buffers()[2].to_pybytes()
    if letters.translate(None, allowed):
        raise NotPlain("a character that is in no plain value")
    return letters


def _moments(texts: pa.StringArray, zone: str) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(texts[0].as_py()) == len("2026-05-15"):
        _only(b"0123456789-", texts)
        return texts.cast(pa.date32())
    _only(b"0123456789-: ", texts)
    length, value = pc.min_max(pc.binary_length(texts)).as_py(), pc.min_max(texts).as_py()
    if length["min"] != length["max"] or length["max"] not in {16, 19}:
        raise NotPlain("times of several lengths")
    if value["min"] < "1970" or value["max"] >= "2037":
        raise NotPlain("a time for which Arrow and Python may know other rules of the zone")
    return pc.assume_timezone(texts.cast(pa.timestamp("us")), str(zone_of(zone)), ambiguous="earliest")


def _numbers(texts: pa.StringArray, kind: str) -> pa.Array:
    """Plain numbers as decimals with as many places as the longest has, or as integers."""
    import numpy as np
    import pyarrow as pa

    letters = _only(b"0123456789.-", texts)
    points = letters.count(b".")
    ends = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1)
    lengths = np.diff(ends)
    if lengths.max() > _LONGEST:
        raise NotPlain("a number of more digits than Arrow reads safely")
    if not points:
        return texts.cast(pa.int64() if kind == "whole" else pa.decimal128(38, 0))
    if kind == "whole":
        raise NotPlain("a count with places")
    places = len(texts[0].as_py().partition(".")[2])
    if points == len(texts) and lengths.min() >= places + 2:
        characters, last = np.frombuffer(letters, np.uint8), ends[1:] - places
        if (characters[last - 1] == ord(".")).all() and (characters[last - 2] >= ord("0")).all():
            return _even(letters.translate(None, b"."), ends, places)
    return _uneven(texts)


def _even(digits: bytes, ends: np.ndarray, places: int) -> pa.Array:
    """Decimals that all have so many places, read as integers: twice as fast as Arrow's own reading."""
    import numpy as np
    import pyarrow as pa

    rows = len(ends) - 1
    bounds = ends - np.arange(rows + 1, dtype=np.int32)
    texts = pa.StringArray.from_buffers(rows, pa.py_buffer(bounds), pa.py_buffer(digits))
    wide = np.empty((rows, 2), np.int64)  # 128 bits, the low half first
    wide[:, 0] = texts.cast(pa.int64()).to_numpy()
    wide[:, 1] = wide[:, 0] >> 63
    return pa.Array.from_buffers(pa.decimal128(38, places), rows, [None, pa.py_buffer(wide)])


def _uneven(texts: pa.StringArray) -> pa.Array:
    """Decimals with as many places as the longest has."""
    import pyarrow.compute as pc

    length, point = pc.binary_length(texts).to_numpy(), pc.find_substring(texts, ".").to_numpy()
    if (point == 0).any() or (point == length - 1).any() or pc.any(pc.match_substring(texts, "-.")).as_py():
        raise NotPlain("a number without a digit before or after its point")
    return texts.cast(decimal_type(1, int(((length - point - 1) * (point >= 0)).max())))
