"""Columns of served texts to exact Arrow columns, without a Python object for each value.

Arrow casts what one regular expression knows to be plainly written; every other column is read by
:mod:`~airflow_provider_alphavantage.parsing.columns`, so values and errors are the same either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from csv import field_size_limit
from typing import TYPE_CHECKING, Any

from airflow_provider_alphavantage.parsing.columns import Cell, convert, zone_of
from airflow_provider_alphavantage.parsing.kinds import Declared
from airflow_provider_alphavantage.parsing.records import Kind, Value, arrow_type, decimal_type

if TYPE_CHECKING:
    import pyarrow as pa

# Arrow 26 casts a 1 with 60 zeros to a negative decimal, without an error: so few digits are safe.
_NUMBER = r"^-?[0-9]{1,17}(\.[0-9]{1,17})?$"
_WHOLE = r"^-?[0-9]{1,18}$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_FEW = 400
"""Up to so many cells are sooner read one by one than Arrow has made ready for them."""

_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(:[0-9]{2})?$"


def convert_to_arrow(
    kind: Declared, name: str, cells: Sequence[Cell] | pa.Array, zone: str
) -> tuple[Kind, pa.Array | Sequence[Value]]:
    """Do what :func:`~.columns.convert` does, to an Arrow array.

    A column that no Arrow type holds exactly comes as Python values.

    :raises Misfit: a cell is not what its column was declared to hold.
    """
    import pyarrow as pa

    plain = _plainly_written(kind, cells, zone) if len(cells) > _FEW else None
    if plain is not None:
        return plain
    found, values = convert(kind, name, cells.to_pylist() if isinstance(cells, pa.Array) else cells, zone)
    if found == "number" and (decimals := _of_decimals(values)) is not None:
        return found, decimals
    exact = arrow_type(found, tuple(values))
    return found, values if exact is None else pa.array(list(values), exact)


def _of_decimals(values: Sequence[Value]) -> pa.Array | None:
    """Decimals as :func:`~.records.arrow_type` types them; None where it has to look at each."""
    import pyarrow as pa

    try:
        found = pa.array(list(values))
    except pa.ArrowException:
        return None
    if not pa.types.is_decimal128(found.type) or found.type.scale < 0:
        return None
    exact = decimal_type(found.type.precision - found.type.scale, found.type.scale)
    return None if exact is None else found.cast(exact)


def _plainly_written(
    kind: Declared, cells: Sequence[Cell] | pa.Array, zone: str
) -> tuple[Kind, pa.Array] | None:
    """A column that Arrow can cast; None where a value is no text or not plainly written."""
    import pyarrow as pa

    try:
        texts = cells if isinstance(cells, pa.Array) else pa.array(cells, pa.string())
        return _plain(kind, texts, zone)
    except (pa.ArrowException, TypeError, ValueError):
        return None


def _plain(kind: Declared, texts: pa.Array, zone: str) -> tuple[Kind, pa.Array] | None:
    import pyarrow as pa

    if kind in {"number", "guess"} and _all(texts, _NUMBER):
        return ("number", _decimals(texts)) if kind == "number" or texts.null_count < len(texts) else None
    if kind == "whole" and _all(texts, _WHOLE):
        return "whole", texts.cast(pa.int64())
    if kind in {"date", "time"} and _all(texts, _DATE) and _first(texts) >= "0001":
        return "date", texts.cast(pa.date32())
    return ("time", _moments(texts, zone)) if kind == "time" and _all(texts, _TIME) else None


def _all(texts: pa.Array, pattern: str) -> bool:
    import pyarrow.compute as pc

    return pc.all(pc.match_substring_regex(texts, pattern), min_count=0).as_py() is True


def _first(texts: pa.Array) -> str:
    import pyarrow.compute as pc

    return pc.min(texts).as_py() or "1970"


def _decimals(texts: pa.Array) -> pa.Array:
    """Decimals with as many places as the longest has."""
    import pyarrow as pa
    import pyarrow.compute as pc

    places = pc.subtract(pc.binary_length(texts), pc.add(pc.find_substring(texts, "."), 1))
    dotted = pc.if_else(pc.match_substring(texts, "."), places, 0)
    return texts.cast(pa.decimal128(38, pc.max(dotted).as_py() or 0))


def _moments(texts: pa.Array, zone: str) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if _first(texts) < "1970" or (pc.max(texts).as_py() or "") >= "2037":
        raise ValueError("a time for which Arrow and Python may know other rules of the zone")
    return pc.assume_timezone(texts.cast(pa.timestamp("us")), str(zone_of(zone)), ambiguous="earliest")


def csv_columns(content: bytes) -> list[Any] | None:
    """Split the rows of a CSV body without quotation marks into Arrow columns of texts.

    None for any other body, and one that is not regular: the standard library has to read it.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    start = content.find(b"\n") + 1
    header = content[:start].strip()
    if not header or b'"' in content or b"\r" in header:
        return None
    names = [str(place) for place in range(header.count(b",") + 1)]
    try:
        table = csv.read_csv(
            pa.BufferReader(memoryview(content)[start:]),
            csv.ReadOptions(use_threads=False, block_size=len(content), column_names=names),
            csv.ParseOptions(quote_char=False),
            csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowException:
        return None
    columns = [column.combine_chunks() for column in table.columns]
    longest = max(pc.max(pc.binary_length(column)).as_py() or 0 for column in columns)
    return columns if longest <= field_size_limit() else None  # the standard library refuses more
