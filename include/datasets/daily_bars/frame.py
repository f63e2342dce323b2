"""The frame that the rules of daily bars are checked on: the bars of a run, and what is computed for each.

Its columns are described in :mod:`include.datasets.daily_bars.rules`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any

from include.datasets.base import Batch
from include.datasets.daily_bars.calendar import (
    Sessions,
    add_calendar,
    add_lateness,
    add_missing,
    rows_by_day,
)
from include.datasets.daily_bars.known import Known, held_schema
from include.datasets.daily_bars.steps import add_steps
from include.datasets.rows import numbers_and_texts, written
from include.datasets.rule import PRICES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_COLUMNS = ["symbol", "data_date", *PRICES, "volume"]


def bar_frame(batches: Sequence[Batch], known: Known, now: datetime) -> pd.DataFrame:
    """Return one row for each bar, in the order of the batches: ``row`` is its number.

    :param now: the run's time, by which a session has begun at its exchange or not.
    """
    import pandas as pd
    import pyarrow as pa

    bars = pa.concat_tables([batch.rows for batch in batches], promote_options="permissive").combine_chunks()
    held = held_schema().empty_table() if known.held is None else known.held.combine_chunks()
    held_rows = _held_rows(bars, held)
    others = _others(bars, held, held_rows)
    both = pd.concat([numbers_and_texts(rows.select(_COLUMNS)) for rows in (bars, others)], ignore_index=True)
    both.insert(0, "row", range(len(both)))
    frame = add_steps(both, known.actions).iloc[: len(bars)].copy()
    held_of_each = held.take(held_rows)
    _add_held(frame, bars, held_of_each)
    _add_stale(frame, batches, bars, held_of_each)
    frame["is_storable"] = _is_storable(bars)
    days: list[date] = bars["data_date"].to_pylist()
    by_symbol = rows_by_day(frame, days)
    add_calendar(frame, days, by_symbol, now)
    add_missing(frame, by_symbol, _days_by_symbol(others), known.missing)
    add_lateness(frame, by_symbol, known.missing, now)
    return frame


def _held_rows(bars: pa.Table, held: pa.Table) -> pa.Array:
    """Of each bar the row that is held of its session; null where none is."""
    import pandas as pd
    import pyarrow as pa

    came, there = (
        pd.MultiIndex.from_arrays([rows["symbol"].to_numpy(), rows["data_date"].to_numpy()])
        for rows in (bars, held)
    )
    found = there.get_indexer(came)
    return pa.array(found, mask=found < 0)


def _others(bars: pa.Table, held: pa.Table, held_rows: pa.Array) -> pa.Table:
    """What is held of the symbols and did not come."""
    import pyarrow as pa
    import pyarrow.compute as pc

    came = pc.is_in(pa.array(range(held.num_rows), held_rows.type), held_rows)
    return held.filter(pc.and_(pc.invert(came), pc.is_in(held["symbol"], bars["symbol"].unique())))


def _add_held(frame: pd.DataFrame, bars: pa.Table, held: pa.Table) -> None:
    """Say of each bar what is held of its session, and whether it comes as it is held.

    :param held: the bar that is held of each, null where there is none.
    """
    import pyarrow.compute as pc

    is_final = pc.fill_null(held["is_final"], False)
    closes = pc.if_else(is_final, held["close"], None).cast("string").cast("float64")
    frame["held_close"] = closes.to_numpy()
    frame["revision"] = (frame["close"] / frame["held_close"].where(frame["held_close"] > 0) - 1).abs()
    pairs = [pc.fill_null(_same(bars[name], held[name]), False) for name in (*PRICES, "volume")]
    again = frame.assign(same=reduce(pc.and_, pairs).to_numpy())
    # A second bar of a session was not judged, whatever it says.
    first = ~again[again["same"]].duplicated(["symbol", "data_date"])
    frame["held_again"] = first.reindex(frame.index, fill_value=False)


def _same(came: pa.ChunkedArray, held: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether numbers are the same, of whatever type: not every two decimal types have a common one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if came.type == held.type:
        return pc.equal(came, held)
    pairs = zip(came.to_pylist(), held.to_pylist(), strict=True)
    return pa.chunked_array([pa.array([one == other for one, other in pairs], pa.bool_())])


def _add_stale(frame: pd.DataFrame, batches: Sequence[Batch], bars: pa.Table, held: pa.Table) -> None:
    """Say of each bar in words why it does not replace what is held of its session; null where it may."""
    import pyarrow as pa
    import pyarrow.compute as pc

    fetched = [moment for batch in batches for moment in [_plain(batch)] * batch.rows.num_rows]
    moving = pc.and_(held["is_final"], pc.invert(bars["is_final"]))
    older = pc.less(pa.array(fetched, pa.timestamp("us")), held["fetched_at"])
    other = pc.and_(pc.is_valid(held["close"]), pa.chunked_array([pa.array(~frame["held_again"])]))
    stale = pc.and_(pc.fill_null(pc.or_(moving, older), False), other)
    said: list[str | None] = [None] * len(frame)
    for row in pc.indices_nonzero(stale).to_pylist():
        said[row] = _kept(bars.slice(row, 1).to_pylist()[0], held.slice(row, 1).to_pylist()[0])
    frame["stale"] = said


def _plain(batch: Batch) -> datetime:
    return batch.request.answered_at.astimezone(UTC).replace(tzinfo=None)


def _kept(bar: Mapping[str, Any], held: Mapping[str, Any]) -> str:
    """What came and what stays, in the values that differ."""
    names = [name for name in (*PRICES, "volume") if bar[name] != held[name]]
    came = ", ".join(f"{name} {written(bar[name])}" for name in names)
    stays = ", ".join(f"{name} {written(held[name])}" for name in names)
    why = "from an older response" if bar["is_final"] or not held["is_final"] else "and it is not final"
    return f"{came} came {why}; {stays} stays{' as final' if held['is_final'] else ''}"


def _is_storable(bars: pa.Table) -> Any:
    """Whether the exact values fit their columns: one that does not would stop the whole load."""
    import numpy as np

    fits = np.ones(bars.num_rows, bool)
    for name, (usual, largest, places) in _storable().items():
        if bars[name].type != usual:  # Arrow needed more digits for one of them
            fits &= [_fits(value, largest, places) for value in bars[name].to_pylist()]
    volume = bars["volume"].cast("float64").to_numpy()
    return fits & ~(abs(volume) >= 10**18)


def _storable() -> dict[str, tuple[pa.DataType, int, int]]:
    """Of each column its usual type, the first number too large for it, and its decimal places."""
    import pyarrow as pa

    price = (pa.decimal128(18, 6), 10**12, 6)
    return dict.fromkeys(PRICES, price) | {"volume": (pa.int64(), 10**18, 6)}


def _fits(value: Decimal | None, largest: int, places: int) -> bool:
    return value is None or (abs(value) < largest and value == round(value, places))


def _days_by_symbol(rows: pa.Table) -> Sessions:
    found: dict[str, set[date]] = {}
    for symbol, day in zip(rows["symbol"].to_pylist(), rows["data_date"].to_pylist(), strict=True):
        found.setdefault(symbol, set()).add(day)
    return {symbol: frozenset(days) for symbol, days in found.items()}
