"""Damaged bodies give rows that are in them, or one of our errors; nothing else, and no row made up.

``FUZZ_BODIES=100000 pytest tests/provider/test_fuzz.py`` runs longer, ``FUZZ_SEED`` elsewhere.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_provider_alphavantage.exceptions import AlphaVantageError
from airflow_provider_alphavantage.parsing import Records, parse, parse_frame, shapes
from airflow_provider_alphavantage.parsing.bars import bars_table, parse_bars
from airflow_provider_alphavantage.responses import Payload, read

from .evidence import rows_stand_in, same

BODIES = int(os.environ.get("FUZZ_BODIES", "2000"))
SEED = int(os.environ.get("FUZZ_SEED", "20260515"))
LARGEST = 60_000  # bytes: a longer body is cut down to whole rows, so that many can be tried

Mutation = Callable[[bytes, random.Random], bytes]


def flip(body: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(body)
    for _ in range(rng.choice((1, 1, 3, 20))):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def cut(body: bytes, rng: random.Random) -> bytes:
    return body[: rng.randrange(len(body))] + rng.choice((b"", b"", b"\n", b"}", b"}}}"))


def drop(body: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(body))
    return body[:start] + body[start + rng.randrange(1, 40) :]


def repeat_lines(body: bytes, rng: random.Random) -> bytes:
    lines = body.splitlines(keepends=True)
    start = rng.randrange(len(lines))
    again = lines[start : start + rng.choice((1, 1, 7, 8))]
    return b"".join([*lines[:start], *again, *lines[start:]])


def swap_lines(body: bytes, rng: random.Random) -> bytes:
    lines = body.splitlines(keepends=True)
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def swap_columns(body: bytes, rng: random.Random) -> bytes:
    rows = [line.split(b",") for line in body.split(b"\n")]
    one, other = rng.randrange(len(rows[0])), rng.randrange(len(rows[0]))
    for row in rows if rng.random() < 0.5 else [rng.choice(rows)]:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]
    return b"\n".join(map(b",".join, rows))


ODD_VALUES = (
    *b". - None null n/a NaN nan Infinity -inf 1e5 1E-7 abc 1_0 0x10 1,2 +1 --1 1. .5 -.5 007 true".split(),
    *b"50% 1e999999999 2026-02-30 0000-00-00 2099-99-99 0. { [[ \\ud800".split(),
    b"9" * 39, b"9" * 90, b"1" + b"0" * 5000, b"0." + b"0" * 80 + b"1", b"9999-12-31 25:00", b" 1 ", b"",
    "\u0661".encode(), b"\x00", b"\xff", b"\xed\xa0\x80", b'"', b"\r", b"\n",
)  # fmt: skip


def replace_value(body: bytes, rng: random.Random) -> bytes:
    values = list(re.finditer(rb"[\w.%+-]+", body))
    if not values:
        return body
    start, end = rng.choice(values).span()
    return body[:start] + rng.choice(ODD_VALUES) + body[end:]


def bare_value(body: bytes, rng: random.Random) -> bytes:
    quoted = list(re.finditer(rb'"[^"]*"', body))
    if not quoted:
        return body
    start, end = rng.choice(quoted).span()
    odd = b'null true 1.50 1e5 NaN -Infinity {} [] [1] {"a":1} 1e999999999 1e9999999999999999999'.split()
    return body[:start] + rng.choice(odd) + body[end:]


def nest(body: bytes, rng: random.Random) -> bytes:
    at, depth = rng.randrange(len(body)), rng.choice((50, 900, 990, 5000, 100_000))
    if rng.random() < 0.5:
        return body[:at] + rng.choice((b"[", b'{"a":', b"{")) * depth + body[at:]
    values = [match.span() for match in re.finditer(rb'"[^"]*"', body)] or [(at, at)]
    start, end = rng.choice(values)
    return body[:start] + b"[" * depth + b"]" * depth + body[end:]


def rename(body: bytes, rng: random.Random) -> bytes:
    names = tuple(b"Time Series|Meta Data|open|close|timestamp|data|Time Zone|US/Eastern|UTC".split(b"|"))
    return body.replace(
        rng.choice(names), rng.choice((*names, b"", b"../etc/passwd", b"message", b"Note")), 1
    )


MUTATIONS: Sequence[Mutation] = (
    flip, flip, cut, drop, repeat_lines, swap_lines, swap_columns, replace_value, replace_value, bare_value,
    nest, rename,
)  # fmt: skip


def mutate(body: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 3))):
        body = rng.choice(MUTATIONS)(body, rng) if body else body
    return body


def fuzz(paths: Sequence[Path], count: int, seed: int) -> Counter[str]:
    """Try ``count`` damaged bodies; count what came of them.

    Whatever is raised beside our errors goes through, with the body's number and recording as a note.
    """
    rng = random.Random(seed)
    bodies = {path: shorten(path.read_bytes()) for path in paths}
    outcomes: Counter[str] = Counter()
    for number in range(count):
        path = rng.choice(paths)
        try:
            outcomes[attempt(mutate(bodies[path], rng), path.name.split("__")[0], rng)] += 1
        except BaseException as exc:
            exc.add_note(f"body {number} of seed {seed}, from {path.name}")
            raise
    return outcomes


def shorten(body: bytes) -> bytes:
    """The first rows of a long body, closed as it was."""
    if len(body) <= LARGEST:
        return body
    if not body.startswith(b"{"):
        return body[: body.index(b"\n", LARGEST) + 1]
    end = re.compile(rb"\n {8}\},").search(body, LARGEST)
    keyed = b'": {\n        "' in body[:2000]
    return body[: end.end() - 1] + (b"\n    }\n}" if keyed else b"\n    ]\n}") if end else body


def attempt(body: bytes, function: str, rng: random.Random) -> str:
    families: list[str | None] = [None] * 33 + sorted(shapes.FAMILIES)
    family = rng.choice(families)
    try:
        payload = read(body, function=function)
        records = parse(payload, function, family)  # type: ignore[arg-type]
    except AlphaVantageError as exc:
        agree_on_error(body, function, family, exc)
        return type(exc).__name__
    assert all(len(row) == len(records.columns) == len(records.kinds) for row in records.rows)
    found = family or shapes.recognise(payload)
    agree_on_rows(payload, function, records, found)
    if found in {"series", "indicator"}:
        every_row_is_in(body, payload, records)
        bars_or_error(payload, records)
    elif found != "analytics":  # damaged names of figures nest anywhere; whole ones are told below
        rows_stand_in(body, records, found)
    return "rows" if records.rows else "no rows"


def agree_on_error(body: bytes, function: str, family: str | None, error: AlphaVantageError) -> None:
    """What one parser refuses, the other refuses in the same words."""
    with pytest.raises(type(error)) as caught:
        parse_frame(read(body, function=function), function, family)  # type: ignore[arg-type]
    assert str(caught.value) == str(error)


def agree_on_rows(payload: Payload, function: str, records: Records, family: str) -> None:
    frame = parse_frame(payload, function, family)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(frame, records.to_pandas())


def bars_or_error(payload: Payload, records: Records) -> None:
    bars, table = tried(parse_bars, payload), tried(bars_table, payload)
    if isinstance(table, str):
        assert table == bars or "more than 76 digits" in table
        return
    if isinstance(bars, str):  # a table has a volume with a fraction as it is, a bar cannot
        assert "is not a whole number" in bars
        assert pa.types.is_decimal(table.table.schema.field("volume").type)
        return
    assert len(bars.bars) == len(records)
    found = [tuple(row.values()) for row in table.table.to_pylist()]
    assert found == [tuple(vars(bar).values()) for bar in bars.bars]


def tried(read_bars: Callable[..., Any], payload: Payload) -> Any:
    """What a reader gives, or the text of its error."""
    try:
        return read_bars(payload, function="X")
    except AlphaVantageError as error:
        return str(error)


def every_row_is_in(body: bytes, payload: Payload, records: Records) -> None:
    """Each row's moment and numbers stand together in the text, under the names they are given."""
    text = body.decode("utf-8", "surrogateescape")
    if "\\" in text:
        return  # an escape spells a character in another way than it stands there
    found = csv_rows(text) if payload.document is None else json_rows(text)
    for row in records.rows:
        moment, *values = row
        assert any(contains(cells, values) for cells in found.get(shown(moment), [])), row


def shown(moment: object) -> str:
    if isinstance(moment, datetime):
        return moment.strftime("%Y-%m-%d %H:%M")
    return moment.isoformat() if isinstance(moment, date) else str(moment)


def csv_rows(text: str) -> dict[str, list[list[str]]]:
    rows: dict[str, list[list[str]]] = {}
    header, *lines = re.split(r"\r\n|\r|\n", text)
    names = [name.strip().strip('"') for name in header.split(",")]
    at = min(names.index(name) for name in ("timestamp", "time") if name in names)
    for line in lines:
        cells = [cell.strip().strip('"') for cell in line.split(",")]
        first = cells.pop(at if at < len(cells) else 0)
        for key in {first, first[:16], "None"}:
            rows.setdefault(key, []).append(cells)
    return rows


def json_rows(text: str) -> dict[str, list[list[str]]]:
    rows: dict[str, list[list[str]]] = {}
    for match in re.finditer(r'"([^"]*)"\s*:\s*\{([^{}]*)\}', text):
        cells = [cell.strip().strip('"') for cell in re.findall(r':\s*("[^"]*"|[^",\s]+)', match[2])]
        for key in {match[1].strip(), match[1].strip()[:16], match[1].strip()[:10], "None"}:
            rows.setdefault(key, []).append(cells)
    return rows


def contains(cells: Sequence[str], values: Sequence[object]) -> bool:
    """Whether they are one row; a cell that stands there twice may have been read once."""
    if len(cells) == len(values):
        return all(map(same, cells, values))
    return len(cells) > len(values) and all(any(same(cell, value) for value in values) for cell in cells)


def test_damaged_bodies_give_their_rows_or_our_errors(recordings):
    paths = [path for path in sorted(recordings.iterdir()) if path.suffix in {".json", ".csv"}]
    outcomes = fuzz(paths, BODIES, SEED)
    print(f"\n{BODIES} damaged bodies: {dict(outcomes.most_common())}")
    assert outcomes["rows"] > BODIES / 5
    assert outcomes["UnreadableBody"] > BODIES / 20
    assert outcomes["TransportError"] > BODIES / 20


def test_a_row_that_is_not_in_the_body_would_be_noticed():
    block = b'{"2026-05-15": {"4. close": "1.50"}, "2026-05-14": {"4. close": "2.50"}}'
    for body in (
        b"timestamp,close\n2026-05-15,1.50\n2026-05-14,2.50\n",
        b'{"Meta Data": {"2. Symbol": "X"}, "Time Series (Daily)": ' + block + b"}",
    ):
        payload = read(body, function="X")
        records = parse(payload, "X")
        every_row_is_in(body, payload, records)
        (day, _), (_, other) = records.rows
        with pytest.raises(AssertionError):
            every_row_is_in(body, payload, replace(records, rows=[(day, other)]))


def others(recordings: Path) -> Iterator[tuple[bytes, str, Records]]:
    """The recordings that are data and no series: body, family and rows."""
    for path in sorted(recordings.iterdir()):
        if path.suffix not in {".json", ".csv"} or path.name.startswith(("ERROR_", "REALTIME_")):
            continue
        body = shorten(path.read_bytes())
        payload = read(body, function="X")
        family = shapes.recognise(payload)
        if family not in {"series", "indicator"}:
            yield body, family, parse(payload, path.name.split("__")[0])


def test_every_row_of_every_other_family_stands_in_its_body(recordings):
    families = set()
    for body, family, records in others(recordings):
        rows_stand_in(body, records, family)
        families.add(family)
    assert families == OTHERS


OTHERS = shapes.FAMILIES - {"series", "indicator", "table"}  # a table is a list in a CSV


def other(value: object) -> object:
    """A value like it, and wrong."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | Decimal):
        return value + 1
    if isinstance(value, datetime | date):
        return value + timedelta(days=1)
    return "made up" if value is None else f"{value}x"


def test_a_wrong_value_in_any_column_of_any_family_would_be_noticed(recordings):
    rng, tried = random.Random(SEED), Counter()
    for body, family, records in others(recordings):
        for at, name in enumerate(records.columns if records.rows else ()):
            rows, number = list(records.rows), rng.randrange(len(records))
            row = rows[number]
            rows[number] = (*row[:at], other(row[at]), *row[at + 1 :])
            tried[family] += 1
            try:
                rows_stand_in(body, replace(records, rows=rows), family)
            except AssertionError:
                continue
            pytest.fail(f"{family}: {name} {rows[number][at]!r} instead of {row[at]!r} was not noticed")
    assert set(tried) == OTHERS


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(
    ["1.5", "2026-05-15", "2026-05-15 10:00:00", "None", "n/a", "\ud800", "1e5"]
)  # fmt: skip
NAMES = st.text(max_size=6) | st.sampled_from(
    "symbol;close;4. close;Meta Data;2. Symbol;Time Zone;Time Series (Daily);Technical Analysis: X;data;feed;"
    "payload;meta_data;index;transcript;annualReports;quarterlyReports;top_gainers;holdings;ticker_sentiment;"
    "window_start;timestamp;date;message;2026-05-15".split(";")
)
DOCUMENTS = st.dictionaries(
    NAMES,
    st.recursive(
        PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4)
    ),
    max_size=5,
)


@settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=DOCUMENTS, family=st.sampled_from([None, *sorted(shapes.FAMILIES)]))
def test_any_json_object_gives_records_or_our_errors(document, family):
    try:
        records = parse(read(json.dumps(document).encode(), function="X"), "X", family)
    except AlphaVantageError:
        return
    records.to_pandas()
    assert all(len(row) == len(records.columns) for row in records.rows)


@pytest.mark.parametrize("body", b'|{|[|{}|a,b|,|{"": {}}|{"a": []}|"|\x00|\xff\xfe'.split(b"|"))
@pytest.mark.parametrize("family", [None, *sorted(shapes.FAMILIES)])
def test_the_smallest_bodies_in_every_family(body, family):
    try:
        rows = parse(read(body, function="X"), "X", family).rows
    except AlphaVantageError:
        return
    assert len(rows) <= 1
