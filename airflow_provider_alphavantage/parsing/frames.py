"""A body straight to an Arrow table or a pandas frame: what ``parse(...)`` reads, in columns."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.optional import require
from airflow_provider_alphavantage.parsing.records import OddRow, exact_decimals
from airflow_provider_alphavantage.parsing.shapes import Family, parse, parse_columns
from airflow_provider_alphavantage.responses import Payload, read

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def parse_table(
    payload: Payload,
    function: str,
    family: Family | None = None,
    *,
    symbol: str | None = None,
    odd: list[OddRow] | None = None,
) -> pa.Table:
    """Return the rows of a body as an Arrow table; see :func:`~.shapes.parse`.

    Texts are ``string``, days ``date32``, times ``timestamp[us]`` with their zone, whole numbers ``int64``,
    flags ``bool``, other numbers decimals with as many places as the longest has. What the body says about
    all rows (:attr:`Records.meta`) is the schema's metadata.

    :raises UnreadableBody: as ``parse`` does, or a number has more digits than an Arrow decimal.
    :raises ImportError: pyarrow is not installed; the error names the extra.
    """
    require("pyarrow")
    import pyarrow as pa

    columns = parse_columns(payload, function, family, symbol=symbol, odd=odd)
    pairs = zip(columns.names, columns.values, strict=True)
    try:
        arrays = [v if isinstance(v, pa.Array) else exact_decimals(name, v) for name, v in pairs]
    except ValueError as exc:
        raise UnreadableBody(f"Cannot be read as a table: {exc}.", function=function, symbol=symbol) from exc
    return pa.table(arrays, names=list(columns.names), metadata=dict(columns.meta))


def read_frame(
    content: bytes,
    function: str,
    family: Family | None = None,
    *,
    status: int = 200,
    symbol: str | None = None,
    key: str | None = None,
) -> pd.DataFrame:
    """Return the rows of a body as it came, as a frame, or raise the refusal it stands for.

    :raises AlphaVantageError: as :func:`~airflow_provider_alphavantage.responses.read` and ``parse`` do.
    """
    payload = read(content, status=status, function=function, symbol=symbol, key=key)
    return parse_frame(payload, function, family, symbol=symbol)


def parse_frame(
    payload: Payload, function: str, family: Family | None = None, *, symbol: str | None = None
) -> pd.DataFrame:
    """Return the rows of a body as a frame with exact values; see :func:`~.shapes.parse`.

    :raises UnreadableBody: as ``parse`` does.
    :raises ImportError: pandas is not installed; the error names the extra.
    """
    require("pandas")
    import pandas as pd

    try:
        import pyarrow as pa
    except ImportError:
        return parse(payload, function, family, symbol=symbol).to_pandas()
    found = parse_columns(payload, function, family, symbol=symbol)
    extension, series = pd.arrays.ArrowExtensionArray, pd.Series
    arrays = [extension(v) if isinstance(v, pa.Array) else series(v, dtype=object) for v in found.values]
    frame = pd.DataFrame(dict(enumerate(arrays)), copy=False)
    frame.columns = _labels(*found.names).view()
    return frame


@lru_cache(maxsize=64)
def _labels(*names: str) -> pd.Index:
    """Making these takes as long as making the frame around them."""
    import pandas as pd

    return pd.Index(names, dtype=str)
