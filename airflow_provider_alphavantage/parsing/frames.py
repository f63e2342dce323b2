"""A body straight to a pandas frame: what ``parse(...).to_pandas()`` gives, several times faster."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from airflow_provider_alphavantage.parsing.arrow import plain_table
from airflow_provider_alphavantage.parsing.shapes import UNREADABLE, Family, parse
from airflow_provider_alphavantage.responses import Payload, read, refuse_echo

if TYPE_CHECKING:
    import pandas as pd

_SHORTEST = 10_000  # bytes; below, the ordinary way takes a millisecond or two


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

    It does the work of :func:`~airflow_provider_alphavantage.responses.read` and :func:`parse_frame`, but
    does not decode a long JSON series it can prove to be one.

    :raises AlphaVantageError: as ``read`` and ``parse`` do.
    """
    frame = _plain_frame(content, function, family) if status == 200 else None
    if frame is not None:
        refuse_echo(content, key, function=function, symbol=symbol)
        return frame
    payload = read(content, status=status, function=function, symbol=symbol, key=key)
    return parse(payload, function, family, symbol=symbol).to_pandas()


def parse_frame(
    payload: Payload, function: str, family: Family | None = None, *, symbol: str | None = None
) -> pd.DataFrame:
    """Return the rows of a body as a frame with exact values; see :func:`~.shapes.parse`.

    It is fast where the family is given and is ``series`` or ``indicator``.

    :raises UnreadableBody: as ``parse`` does.
    """
    frame = _plain_frame(payload.content, function, family)
    return parse(payload, function, family, symbol=symbol).to_pandas() if frame is None else frame


def _plain_frame(content: bytes, function: str, family: str | None) -> pd.DataFrame | None:
    """The frame of a long plain series; None for any other body, or where pyarrow is missing."""
    if family not in {"series", "indicator"} or len(content) < _SHORTEST:
        return None
    try:
        import pandas as pd
        import pyarrow as pa
    except ImportError:
        return None
    try:
        table = plain_table(content, function, str(family))
    except (*UNREADABLE, pa.ArrowException):
        return None
    columns = map(pd.arrays.ArrowExtensionArray, table.columns)
    frame = pd.DataFrame(dict(enumerate(columns)), copy=False)
    frame.columns = _labels(*table.column_names).view()
    return frame


@lru_cache(maxsize=64)
def _labels(*names: str) -> pd.Index:
    """Making these takes as long as making the frame around them."""
    import pandas as pd

    return pd.Index(names, dtype=str)
