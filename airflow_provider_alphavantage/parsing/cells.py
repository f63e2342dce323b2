"""Where the values of a regular body stand, found without splitting or decoding it.

A body is regular if the same text stands after the first value of every row, the same after the second,
and so on: in JSON a quote, a comma and the next label, in CSV a comma. Each such gap holds a mark, a
character that is in no value, so one search for the marks finds all values. Then every gap is compared:
each byte of the body is known to be part of a gap, or of a value that the reader of its column checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


class NotPlain(ValueError):
    """The body is not as plain as it must be to be read here; it may be sound all the same."""


@dataclass(frozen=True)
class Cells:
    """The values of one column: where in the body each ends, and how many characters it has (not 0)."""

    content: bytes
    ends: np.ndarray
    lengths: np.ndarray

    def first(self) -> bytes:
        """The value of the first row."""
        return self.content[self.ends[0] - self.lengths[0] : self.ends[0]]

    def endings(self, width: int) -> np.ndarray:
        """A row of so many characters for each value: its last ones, or all and what stands before it."""
        import numpy as np

        found = windows(self.content, width)[self.ends - width]
        endings: np.ndarray = found.view(np.uint8).reshape(-1, width)
        return endings

    def own(self, width: int) -> np.ndarray:
        """Which of the characters in :meth:`endings` are part of the value (lengths up to the width)."""
        own: np.ndarray = _last_ones(width).take(self.lengths, axis=0)
        return own

    def texts(self, allowed: bytes) -> pa.StringArray:
        """All values as text.

        :raises NotPlain: a character is not among those allowed.
        """
        import numpy as np
        import pyarrow as pa

        width, bounds = int(self.lengths.max()), np.zeros(len(self.ends) + 1, np.int32)
        self.lengths.cumsum(out=bounds[1:])
        letters = self.endings(width)[self.own(width)]
        if letters.tobytes().translate(None, allowed):
            raise NotPlain("a character that is in no plain value")
        buffers = [None, pa.py_buffer(bounds), pa.py_buffer(letters)]
        return pa.Array.from_buffers(pa.string(), len(self.ends), buffers)


def find_cells(content: bytes, start: int, end: int, gaps: Sequence[bytes], marks: bytes) -> list[Cells]:
    """Find the columns of the rows from the first value, at ``start``, to the ``end`` of the last.

    :param gaps: what stands after each value of a row, the last of them before the next row.
    :param marks: the characters that are marks.
    :raises NotPlain: something else stands between two values, a value is empty, or a gap has no mark.
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
    lengths = [last - first for last, first in zip(ends, starts, strict=True)]
    if starts[0][0] != start or min(map(np.min, lengths)) < 1:
        raise NotPlain("a gap of another length")
    for gap, at in zip(gaps, [*ends[:-1], ends[-1][:-1]], strict=True):
        if windows(content, len(gap))[at].tobytes() != gap * len(at):
            raise NotPlain("rows differ in more than their values")
    return [Cells(content, last, length) for last, length in zip(ends, lengths, strict=True)]


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


@lru_cache(maxsize=32)
def _last_ones(width: int) -> np.ndarray:
    """Row n has n ones, all at its end."""
    import numpy as np

    return np.tri(width + 1, width, -1, bool)[:, ::-1].copy()
