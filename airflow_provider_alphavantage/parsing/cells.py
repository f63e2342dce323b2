"""Where the values of a regular body stand, found without splitting or decoding it.

A body is regular if the same text stands after the first value of every row, the same after the second,
and so on: in JSON a quote, a comma and the next label, in CSV a comma. Each such gap holds a mark, a
character that is in no value, so one search for the marks finds all values. Then every gap is compared:
each byte of the body is known to be part of a gap, or of a value that the reader of its column checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


class NotPlain(ValueError):
    """The body is not as plain as it must be to be read here; it may be sound all the same."""


@dataclass(frozen=True)
class Cells:
    """The values of one column: where in the body each starts and ends."""

    content: bytes
    starts: np.ndarray
    ends: np.ndarray

    def first(self) -> bytes:
        """The value of the first row."""
        return self.content[self.starts[0] : self.ends[0]]

    def texts(self, allowed: bytes) -> pa.StringArray:
        """All values as text.

        :raises NotPlain: a character is not among those allowed.
        """
        import numpy as np
        import pyarrow as pa

        bounds = np.column_stack([self.starts, self.ends]).ravel()
        buffers = [None, pa.py_buffer(bounds), pa.py_buffer(self.content)]
        values_and_gaps = pa.Array.from_buffers(pa.large_binary(), len(bounds) - 1, buffers)
        values = values_and_gaps.take(pa.array(np.arange(0, len(bounds), 2)))
        if values.buffers()[2].to_pybytes().translate(None, allowed):
            raise NotPlain("a character that is in no plain value")
        return values.cast(pa.string())


def find_cells(content: bytes, start: int, end: int, gaps: Sequence[bytes], marks: bytes) -> list[Cells]:
    """Find the columns of the rows from the first value, at ``start``, to the ``end`` of the last.

    :param gaps: what stands after each value of a row, the last of them before the next row.
    :param marks: the characters that are marks.
    :raises NotPlain: something else stands between two values, or a gap has no mark.
    """
    import numpy as np

    counts = [sum(character in marks for character in gap) for gap in gaps]
    if not all(counts):
        raise NotPlain("a gap without a mark")
    *places, stride = accumulate(counts, initial=0)  # which of a row's marks is the last before each value
    steps = [_after_last(marks, gap) for gap in (gaps[-1], *gaps[:-1])]
    found = _find(content, start - steps[0], end, marks)
    if (len(found) + counts[-1] - 1) % stride:
        raise NotPlain("a row of more or fewer values")
    starts = [found[place::stride] + step for place, step in zip(places, steps, strict=True)]
    following = [*starts[1:], np.append(starts[0][1:], end + len(gaps[-1]))]
    ends = [nexts - len(gap) for nexts, gap in zip(following, gaps, strict=True)]
    columns = [Cells(content, first, last) for first, last in zip(starts, ends, strict=True)]
    if starts[0][0] != start or any((cells.starts >= cells.ends).any() for cells in columns):
        raise NotPlain("a gap of another length")
    for gap, at in zip(gaps, [*ends[:-1], ends[-1][:-1]], strict=True):
        if windows(content, len(gap))[at].tobytes() != gap * len(at):
            raise NotPlain("rows differ in more than their values")
    return columns


def _find(content: bytes, start: int, end: int, marks: bytes) -> np.ndarray:
    import numpy as np

    characters = np.frombuffer(content, np.uint8)[start:end]
    found = characters == marks[0]
    for mark in marks[1:]:
        found |= characters == mark
    return np.flatnonzero(found) + start


def _after_last(marks: bytes, gap: bytes) -> int:
    """How many characters a gap has from its last mark on."""
    return len(gap) - max(gap.rfind(mark) for mark in marks)


def windows(content: bytes, width: int) -> np.ndarray:
    """The characters from each place of a body on, so many of them."""
    import numpy as np

    return np.ndarray((len(content) - width + 1,), f"V{width}", content, strides=(1,))
