"""What may become of a good response on its way: of one of its rows, of all of it, of its bytes."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence

from tests.good_responses import Good
from tests.provider.test_fuzz import mutate

Cells = list[str]

LONG = "".join(hashlib.sha256(b"%d" % number).hexdigest() for number in range(60))
"""A text that is no shorter when it is compressed."""

CELL: Mapping[str, Callable[[str], str]] = {
    "other": lambda cell: f"{cell}1",
    "negative": lambda cell: f"-{cell}",
    "fraction": lambda cell: f"{cell}.5",
    "separator": lambda cell: f'"1,{cell}"',
    "nan": lambda cell: "NaN",
    "blank": lambda cell: "",
    "null": lambda cell: "None",
    "long": lambda cell: cell + LONG,
    "nul": lambda cell: f"{cell}\0",
    "comma": lambda cell: f"{cell},1",
    "odd": lambda cell: f"{cell}\udcff",
    "time": lambda cell: f"{cell} 10:00:00",
    "first day": lambda cell: "0001-01-01",
    "last day": lambda cell: "9999-12-31",
    "to come": lambda cell: "2031-01-06",
    "huge": lambda cell: "9" * 39,
}
"""What may become of one cell of a row."""

ROW: Mapping[str, Callable[[Cells, Cells], list[Cells]]] = {
    "changed": lambda row, spoiled: [spoiled],
    "two": lambda row, spoiled: [row, spoiled],
    "doubled": lambda row, spoiled: [row, row],
    "three": lambda row, spoiled: [spoiled, row, spoiled],
    "gone": lambda row, spoiled: [],
}
"""What may become of a row, beside the same with a spoiled cell."""

ADDED = ("note", "row", "times", "step", "fetched_at", "valid_from", "of_subject", "is_storable", "has_begun",
         "week", "ctid", "more", "id", "a_name_of_more_than_sixty_three_signs_" * 2)  # fmt: skip
"""Names of a column that the vendor may add."""


def _without_column(good: Good, place: int) -> str:
    """A response without its second column or a later one."""
    place = place % good.header.count(",") + 1
    names = good.header.split(",")
    header = ",".join([*names[:place], *names[place + 1 :]])
    return good.written([[*row[:place], *row[place + 1 :]] for row in good.cells], header)


WHOLE: Mapping[str, Callable[[Good, int], str]] = {
    "good": lambda good, n: good.texts[n % len(good.texts)],
    "empty": lambda good, n: good.written([]),
    "document": lambda good, n: "{}",
    "nothing": lambda good, n: "",
    "words": lambda good, n: "Please try again later.",
    "message": lambda good, n: '{"Information": "Something new."}',
    "foreign": lambda good, n: '{"Meta Data": {"2. Symbol": "OTHER"}, "symbol": "OTHER", "data": []}',
    "cut": lambda good, n: good.texts[0][: len(good.texts[0]) * (n + 1) // 12],
    "short": lambda good, n: good.written(good.cells[:1]),
    "shorter": lambda good, n: good.written(good.cells[1:]),
    "without a column": _without_column,
}
"""What may become of a whole response."""

Spoiled = Sequence[tuple[int, str, int, str]]
"""Which row, what becomes of it, which cell, and what becomes of that."""


def with_rows(good: Good, spoiled: Spoiled) -> str:
    """Return a response in which this has become of rows."""
    rows = {number: [row] for number, row in enumerate(good.cells)}
    for number, kind, place, cell in spoiled:
        row = good.cells[number % len(rows)]
        at = place % len(row)
        other = [*row[:at], CELL[cell](row[at]), *row[at + 1 :]]
        rows[number % len(rows)] = ROW[kind](row, other)
    came = [rows[number % len(rows)] for number, *_ in spoiled[:1]] if good.is_json else rows.values()
    return good.written([row for each in came for row in each])


def with_column(good: Good, name: str) -> str:
    """Return a good response with one column more."""
    rows = [[*row, str(number)] for number, row in enumerate(good.cells)]
    return good.written(rows[-1:] if good.is_json else rows, f"{good.header},{name}")


def damaged(text: str, seed: int) -> bytes:
    """Return the bytes of a response, damaged in one or several ways."""
    return mutate(text.encode(), random.Random(seed))
