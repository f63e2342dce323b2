"""What the API said to one query, and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from airflow_provider_alphavantage.functions import find
from airflow_provider_alphavantage.parsing import (
    FAMILIES,
    Family,
    OddRow,
    Records,
    parse,
    parse_frame,
    parse_table,
)
from airflow_provider_alphavantage.responses import Payload

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Answer:
    """What the API said to one query.

    :param payload: the body, known to be data.
    :param fetched_at: when it arrived (UTC).
    :param origin: the name of the stand-in that answered, or None for the real API.
    :param function: the function that was asked, and ``symbol`` the symbol as it was sent, if there was one.
    :param seconds: how long the API took to answer.
    """

    payload: Payload
    fetched_at: datetime
    origin: str | None
    function: str
    symbol: str | None = None
    seconds: float = 0.0

    def records(self) -> Records:
        """Return the rows of the body, exact and typed.

        :raises UnreadableBody: it has not the shape the function answers in, or is of another symbol.
        """
        return parse(self.payload, self.function, _family(self.function), symbol=self.symbol)

    def table(self, odd: list[OddRow] | None = None) -> pa.Table:
        """Return the rows as an Arrow table with exact values (needs the extra ``[arrow]``).

        :param odd: a list to which rows that cannot be read are added; without it, one makes all unreadable.

        :raises UnreadableBody: as :meth:`records` does, or a number has more digits than an Arrow decimal.
        """
        return parse_table(self.payload, self.function, _family(self.function), symbol=self.symbol, odd=odd)

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame with exact values (needs the extra ``[pandas]``)."""
        return parse_frame(self.payload, self.function, _family(self.function), symbol=self.symbol)


def _family(function: str) -> Family | None:
    """The shape the catalogue expects; None where nobody knows it, and it is recognised from the body."""
    known = find(function)
    return cast("Family", known.family) if known and known.family in FAMILIES else None
