"""Columns of plain numbers to Arrow decimals and integers, without a Python object for each."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from airflow_provider_alphavantage.parsing.cells import Cells, NotPlain
from airflow_provider_alphavantage.parsing.records import decimal_type

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_LONGEST = 19  # characters; Arrow 26 casts a 1 with 60 zeros to a negative decimal, without an error
_EXACT = 15  # characters; so many digits, a float still holds each whole number
_ZERO, _POINT = ord("0"), ord(".")


def numbers(cells: Cells, kind: str) -> pa.Array:
    """Return a column as decimals with as many places as the longest has, or as integers.

    :raises NotPlain: a number is long, or not written as the API writes them.
    :raises pyarrow.ArrowException: likewise.
    """
    import pyarrow as pa

    if cells.lengths.max() > _LONGEST:
        raise NotPlain("a number of more digits than Arrow reads safely")
    places = len(cells.first().partition(b".")[2])
    values = _even(cells, places)
    if values is None:
        values = _signed(cells, places)
    if values is None and kind == "whole":
        return cells.texts(b"0123456789-").cast(pa.int64())
    if values is None:
        return _uneven(cells.texts(b"0123456789.-"))
    if kind == "whole" and not (places and (values % 10**places).any()):
        return pa.array(values // 10**places if places else values)
    return _decimals(values, places)


def _signed(cells: Cells, places: int) -> np.ndarray | None:
    """As :func:`_even`, but some of the numbers may be negative."""
    import numpy as np

    negative = np.frombuffer(cells.content, np.uint8)[cells.ends - cells.lengths] == ord("-")
    values = _even(replace(cells, lengths=cells.lengths - negative), places)
    return None if values is None else np.where(negative, -values, values)


def _even(cells: Cells, places: int) -> np.ndarray | None:
    """The numbers without their points, or None: not all have so many places, or one has a sign or is long.

    The last characters of each value, as a row of digits, times 1000, 100, 10, 1: no product of floats
    is inexact here, and it is the fastest.
    """
    import numpy as np

    width = int(cells.lengths.max())
    if width > _EXACT or cells.lengths.min() < (places + 2 if places else 1):
        return None
    digits = cells.endings(width)
    digits -= np.uint8(_ZERO)
    digits *= cells.own(width)
    if places:
        if (digits[:, -places - 1] != (_POINT - _ZERO) % 256).any():
            return None
        digits[:, -places - 1] = 0
    if digits.max() > 9:
        return None
    values: np.ndarray = digits.astype(np.float64) @ _weights(width, places)
    return values.astype(np.int64)


@lru_cache(maxsize=256)
def _weights(width: int, places: int) -> np.ndarray:
    """What a digit counts at each place of a row, the point counting nothing."""
    import numpy as np

    weights = [10**power for power in range(width)]
    if places:
        weights.insert(places, 0)
    return np.array(weights[:width][::-1], np.float64)


def _decimals(values: np.ndarray, places: int) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    wide = np.empty((len(values), 2), np.int64)  # 128 bits, the low half first
    wide[:, 0], wide[:, 1] = values, values >> 63
    return pa.Array.from_buffers(pa.decimal128(38, places), len(values), [None, pa.py_buffer(wide)])


def _uneven(texts: pa.StringArray) -> pa.Array:
    """Decimals with as many places as the longest has."""
    import pyarrow.compute as pc

    length, point = pc.binary_length(texts).to_numpy(), pc.find_substring(texts, ".").to_numpy()
    if (point == 0).any() or (point == length - 1).any() or pc.any(pc.match_substring(texts, "-.")).as_py():
        raise NotPlain("a number without a digit before or after its point")
    return texts.cast(decimal_type(1, int(((length - point - 1) * (point >= 0)).max())))
