"""Columns of plain numbers to Arrow decimals and integers, without a Python object for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_alphavantage.parsing.cells import Cells, NotPlain, windows
from airflow_provider_alphavantage.parsing.records import decimal_type

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_LONGEST = 19  # characters; Arrow 26 casts a 1 with 60 zeros to a negative decimal, without an error
_DIGITS = 15  # a float holds a whole number of so many exactly


def numbers(cells: Cells, kind: str) -> pa.Array:
    """Return a column as decimals with as many places as the longest has, or as integers.

    :raises NotPlain: a number is long, or not written as the API writes them.
    :raises pyarrow.ArrowException: likewise.
    """
    import pyarrow as pa

    if (cells.ends - cells.starts).max() > _LONGEST:
        raise NotPlain("a number of more digits than Arrow reads safely")
    places = len(cells.first().partition(b".")[2])
    values = _without_points(cells, places)
    if values is None and kind == "whole":
        return cells.texts(b"0123456789-").cast(pa.int64())
    if values is None:
        return _uneven(cells.texts(b"0123456789.-"))
    if kind == "whole" and not (values % 10**places).any():
        return pa.array(values // 10**places)
    return _decimals(values, places)


def _without_points(cells: Cells, places: int) -> np.ndarray | None:
    """The numbers times a power of ten; None if not all have so many places, or one is long."""
    import numpy as np

    point = 1 if places else 0
    negative = np.frombuffer(cells.content, np.uint8)[cells.starts] == ord("-")
    lengths = cells.ends - cells.starts - negative
    if lengths.min() < places + point + 1 or lengths.max() > _DIGITS + point:
        return None
    digits = _digits(cells, lengths, _DIGITS + point)
    weights = 10 ** np.arange(_DIGITS)[::-1]
    if places:
        if (digits[:, -places - 1] != np.uint8((ord(".") - ord("0")) % 256)).any():
            return None
        digits[:, -places - 1] = 0
        weights = np.insert(weights, _DIGITS - places, 0)
    if digits.max() > 9:
        return None
    values: np.ndarray = (digits.astype(np.float64) @ weights.astype(np.float64)).astype(np.int64)
    return np.where(negative, -values, values)


def _digits(cells: Cells, lengths: np.ndarray, width: int) -> np.ndarray:
    """A row for each value: so many last characters as digits, zeros before them up to the width."""
    import numpy as np

    ending = windows(cells.content, width)[cells.ends - width].view(np.uint8).reshape(-1, width)
    last = np.tri(width + 1, width, -1, np.uint8)[:, ::-1]  # row n has n ones at its end
    digits: np.ndarray = (ending - np.uint8(ord("0"))) * np.take(last, lengths, axis=0)
    return digits


def _decimals(values: np.ndarray, places: int) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    wide = np.column_stack([values, values >> 63])  # 128 bits, the low half first
    return pa.Array.from_buffers(pa.decimal128(38, places), len(values), [None, pa.py_buffer(wide)])


def _uneven(texts: pa.StringArray) -> pa.Array:
    """Decimals with as many places as the longest has."""
    import pyarrow.compute as pc

    length, point = pc.binary_length(texts).to_numpy(), pc.find_substring(texts, ".").to_numpy()
    if (point == 0).any() or (point == length - 1).any() or pc.any(pc.match_substring(texts, "-.")).as_py():
        raise NotPlain("a number without a digit before or after its point")
    return texts.cast(decimal_type(1, int(((length - point - 1) * (point >= 0)).max())))
