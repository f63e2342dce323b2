"""What every parser gives: rows of typed values under plain column names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_alphavantage.optional import require

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Value = str | int | Decimal | date | datetime | bool | None
"""A cell: exact, or None where the API gave nothing."""

Kind = Literal["text", "date", "time", "number", "whole", "flag"]
"""What a column holds: ``str``, ``date``, aware ``datetime``, ``Decimal``, ``int`` or ``bool``."""


@dataclass(frozen=True)
class OddRow:
    """A row that cannot be read, beside rows that can.

    :param cells: as served, as text, by plain column name; what a row has beyond its header is ``more``.
    :param why: what is wrong with it.
    """

    cells: Mapping[str, str | None]
    why: str


@dataclass(frozen=True)
class Records:
    """The rows of one body, in the order they were served.

    ``meta`` is what the body says about all of them (symbol, last_refreshed, time_zone, unit...), as
    text under the same plain names. ``kinds`` has one entry per column.
    """

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]
    meta: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[Kind, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def dicts(self) -> Iterator[dict[str, Value]]:
        """Return the rows one by one, each as a dict by column name."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a frame with exact values (Arrow types; Python objects without pyarrow).

        Prices stay decimals: call ``astype(float)`` on the columns you compute with.

        :raises ImportError: pandas is not installed; the error names the extra.
        """
        require("pandas")
        import pandas as pd

        cells = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        pairs = zip(self.kinds, cells, strict=True)
        series = [pd.Series(values, dtype=_dtype(kind, values)) for kind, values in pairs]
        frame = pd.DataFrame(dict(enumerate(series)), copy=False)
        frame.columns = pd.Index(self.columns, dtype=str)
        return frame


def _dtype(kind: Kind, values: tuple[Any, ...]) -> Any:
    """The pandas type that holds these values without changing one."""
    import pandas as pd

    try:
        arrow = arrow_type(kind, values)
    except ImportError:
        return object
    return object if arrow is None else pd.ArrowDtype(arrow)


def arrow_type(kind: Kind, values: tuple[Any, ...]) -> pa.DataType | None:
    """The Arrow type for the values of a column; None where no Arrow type is exact enough."""
    import pyarrow as pa

    present = [value for value in values if value is not None]
    if kind == "number":
        return decimal_type(*_digits(present))
    if kind == "whole" and not all(-(2**63) <= value < 2**63 for value in present):
        return None
    if kind == "time":
        return pa.timestamp("us", str(present[0].tzinfo) if present else "UTC")
    simple = {"text": pa.string(), "date": pa.date32(), "whole": pa.int64(), "flag": pa.bool_()}
    return simple[kind]


def decimal_type(whole: int, scale: int) -> pa.DataType | None:
    """An Arrow decimal with that many digits before and after the point, if there is one."""
    import pyarrow as pa

    whole = max(whole, 1)
    if whole + scale <= 38:
        return pa.decimal128(38, scale)
    return pa.decimal256(76, scale) if whole + scale <= 76 else None


def exact_decimals(name: str, values: Sequence[Any]) -> pa.Array:
    """Return numbers that :func:`arrow_type` has no type for as decimals: whole ones beyond 64 bits.

    :raises ValueError: one has more than 76 digits.
    """
    import pyarrow as pa

    numbers = [None if value is None else Decimal(value) for value in values]
    exact = decimal_type(*_digits([number for number in numbers if number is not None]))
    if exact is None:
        raise ValueError(f"{name} has a number of more than 76 digits")
    return pa.array(numbers, exact)


def _digits(numbers: list[Decimal]) -> tuple[int, int]:
    scale = max((-int(number.as_tuple().exponent) for number in numbers), default=0)
    return max((number.adjusted() + 1 for number in numbers if number), default=1), max(scale, 0)
