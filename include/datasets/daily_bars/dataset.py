"""Daily bars, declared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.datasets.base import Batch, Dataset
from include.datasets.daily_bars.reading import read_bars
from include.datasets.daily_bars.rules import DAILY_BAR_RULES
from include.datasets.rule import PRICES
from include.settings import DAILY

if TYPE_CHECKING:
    import pandas as pd
    from psycopg import Connection


def frame_of_bars(
    connection: Connection[Any], batches: Sequence[Batch], brought: Sequence[Batch], now: datetime
) -> pd.DataFrame:
    """Return the frame of bars, with what the warehouse knows of them: ``rules`` describes its columns."""
    from include.datasets.daily_bars.frame import bar_frame
    from include.datasets.daily_bars.known import known_of

    return bar_frame(batches, known_of(connection, batches, brought), now)


DAILY_BARS = Dataset(
    "daily_bars",
    DAILY,
    table="stock_data",
    key=("symbol", "data_date"),
    subjects="watchlist",
    day="data_date",
    columns=(*PRICES, "volume"),
    final="session",
    rules=DAILY_BAR_RULES,
    frame=frame_of_bars,
    vouches=True,
    read=read_bars,
)
