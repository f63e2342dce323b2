"""What splits and dividends have to keep beside the prices around them, and the frame that says so.

The frame has the columns of every list (:func:`include.datasets.rows.frame_of`) and these; null where it
cannot be known, which breaks nothing. The prices are those held and those of the run, as traded.

=================== ===================================================================================
``held_again``      the action is held with the same value: it was judged when it came
``close_before``    the close before it takes effect; of an action to come, the newest
``share``           a dividend as a part of that close, in shares after a split of that day
``step``            the open with which a split takes effect against the close before
``expected_step``   what the split would make it
``seen``            the first over the second: 1 where the price moved by the split alone
``other``           what else takes effect on the day, in words
``before_first``    on the newest of them: how many actions are no later than ``first``, the first bar
=================== ===================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.datasets.base import Batch
from include.datasets.daily_bars.rules import USUAL_STEP
from include.datasets.prices_around import Prices, prices_around
from include.datasets.rows import frame_of, written
from include.datasets.rule import Rule

if TYPE_CHECKING:
    import pandas as pd

    from include.datasets.corporate_actions import KnownActions

USUAL_SHARE = 0.5
"""The most a dividend usually is, as a part of the close before its ex-date."""

USUAL_DIVIDEND = Rule(
    "at_most_half_the_close",
    f"A dividend is at most {USUAL_SHARE:.0%} of the close before its ex-date.",
    "ExpectColumnValuesToBeBetween",
    {"column": "share", "max_value": USUAL_SHARE},
    severity="warning",
    tells="{value} is {share:.0%} of {close_before}, the close before it: another unit than the price's?",
)

SEEN_SPLIT = Rule(
    "shows_in_the_prices",
    "The price steps by what the split says, up to what a session usually opens at.",
    "ExpectColumnValuesToBeBetween",
    {"column": "seen", "min_value": USUAL_STEP[0], "max_value": USUAL_STEP[1]},
    severity="warning",
    tells="it opens at {step:.3f} of the close before, and the split would make it {expected_step:.3f}",
)

ONE_KIND = Rule(
    "one_kind_a_day",
    "A day has a split or a dividend, not both.",
    "ExpectColumnValuesToBeNull",
    {"column": "other"},
    severity="info",
    tells="{other} takes effect on the same day; the dividend is one of the new shares",
)

WITHIN_BARS = Rule(
    "after_the_first_bar",
    "It takes effect after the first bar, so that it adjusts one.",
    "ExpectColumnValuesToBeBetween",
    {"column": "before_first", "max_value": 0},
    severity="info",
    tells="{before_first:.0f} of the list take effect by {first}, the first bar, and adjust none",
)


def frame_of_actions(
    connection: Connection[Any], batches: Sequence[Batch], brought: Sequence[Batch], now: datetime
) -> pd.DataFrame:
    """Return the frame of lists of splits or of dividends, with what prices say of each."""
    from include.datasets.daily_bars.known import actions_with, known_actions

    frame = frame_of(batches)
    symbols = [batch.request.symbol for batch in batches]
    held = known_actions(connection, symbols)
    known = actions_with(dict(held), brought)
    rows = [row for batch in batches for row in batch.rows.select(_ROW).to_pylist()]
    dated = {(row["symbol"], row["effective_date"]) for row in rows if row["effective_date"]}
    prices = prices_around(connection, dated, brought)
    frame["held_again"] = [_is_held(row, held) for row in rows]
    for row in rows:
        row |= _beside_prices(row, known, prices)
    _count_before_first(rows, prices)
    for name in _COMPUTED:
        frame[name] = [row.get(name) for row in rows]
    for name in ("share", "step", "expected_step", "seen", "before_first"):
        frame[name] = frame[name].astype("float64")
    return frame


_ROW = ["symbol", "kind", "effective_date", "value"]
_COMPUTED = ("close_before", "share", "step", "expected_step", "seen", "other", "before_first", "first")


def _is_held(row: Mapping[str, Any], held: Mapping[str, KnownActions]) -> bool:
    own = held.get(row["symbol"])
    value = own and own.of_kind(row["kind"]).get(row["effective_date"])
    return value is not None and bool(value == row["value"])


def _beside_prices(
    row: Mapping[str, Any], known: Mapping[str, KnownActions], prices: Prices
) -> dict[str, Any]:
    """What the prices say of an action; nothing of one without its day or a value that can be."""
    symbol, kind, day, value = (row[name] for name in _ROW)
    if day is None or value is None or value <= 0:
        return {}
    other = "dividend" if kind == "split" else "split"
    beside = known[symbol].of_kind(other).get(day) if symbol in known else None
    around = prices.around(symbol, day)
    said: dict[str, Any] = {"other": beside and f"a {other} of {written(beside)}"}
    if not around.close:
        return said
    said["close_before"] = written(around.close)
    if kind == "dividend":
        return said | {"share": float(value * (beside or Decimal(1)) / around.close)}
    if around.open is None:
        return said
    step, expected = around.open / around.close, 1 / value
    return said | {"step": float(step), "expected_step": float(expected), "seen": float(step * value)}


def _count_before_first(rows: Sequence[dict[str, Any]], prices: Prices) -> None:
    """Say on the newest action of each symbol that no bar comes before how many such there are."""
    early: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        first: date | None = prices.firsts.get(row["symbol"])
        if first and row["effective_date"] and row["effective_date"] <= first:
            early.setdefault(row["symbol"], []).append(row)
    for symbol, own in early.items():
        newest = max(own, key=lambda row: row["effective_date"])
        newest |= {"before_first": len(own), "first": prices.firsts[symbol]}
