"""Each bar against the bars of its symbol before it: known splits and dividends are taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from include.datasets.corporate_actions import KnownActions
from include.datasets.daily_bars.rules import LEAST_SESSIONS, TRAILING_SESSIONS, USUAL_STEP
from include.datasets.prices_around import STILL_NEAR

if TYPE_CHECKING:
    import pandas as pd

_NORMAL_IQR = 1.349
"""The distance of the quartiles of a normal distribution, in standard deviations."""

_LEAST_SPREAD = {"return": 0.0025, "log_volume": 0.2}
"""What hardly moves is not unusual as soon as it does: no spread is taken to be less than this."""


def add_steps(frame: pd.DataFrame, actions: Mapping[str, KnownActions]) -> pd.DataFrame:
    """Add to each bar its step from the bar before and how unusual its return and its volume are."""
    import numpy as np

    ordered = frame.sort_values(["symbol", "data_date"], kind="stable")
    before = ordered.groupby("symbol")["close"].shift(1)
    known = _between(ordered, actions)
    close = before.where((before > 0) & known["near"])
    step = ordered["open"] / close
    total = (ordered["close"] + known["dividend"]) * known["split"] / close
    is_split = known["split"] != 1
    out = ordered.assign(
        step=step.where(~known["asked"] & ~is_split),
        undeclared_step=step.where(known["asked"] & ~is_split),
        split=known["split"],
        split_step=step.where(is_split),
        split_seen=(step * known["split"]).where(is_split & ~known["came"]),
        change=total - 1,
        log_volume=np.log(
            ordered["volume"].clip(lower=1) / known["split"].groupby(ordered["symbol"]).cumprod()
        ),
    )
    out["return"] = np.log(total.where(total > 0))
    out["return_score"] = _score(out, "return").where(~_tells_a_split(step * known["split"]))
    out["volume_score"] = _score(out, "log_volume")
    out["volume_ratio"] = np.exp(out["log_volume"] - _trailing(out, "log_volume", 0.5))
    return out.drop(columns=["return", "log_volume"]).sort_index()


def _between(ordered: pd.DataFrame, actions: Mapping[str, KnownActions]) -> pd.DataFrame:
    """What is known to have happened to the shares between the bar before and each bar."""
    import numpy as np
    import pandas as pd

    days = pd.to_datetime(ordered["data_date"], format="ISO8601")
    near = days.groupby(ordered["symbol"]).shift(1) >= days - STILL_NEAR
    count = len(ordered)
    asked, came = np.zeros(count, bool), np.zeros(count, bool)
    split, dividend = np.ones(count), np.zeros(count)
    all_days = days.to_numpy("datetime64[D]")
    for symbol, rows in _spans(ordered["symbol"].tolist()):
        known = actions.get(symbol, KnownActions())
        own = all_days[rows]
        if known.splits_through:
            asked[rows] = own <= np.datetime64(known.splits_through)
        came[rows] = known.splits_came
        for row, factor in _first_with(own, known.splits):
            split[rows.start + row] *= factor
        for row, paid in _first_with(own, known.dividends):
            dividend[rows.start + row] += paid
    found = {"near": near, "asked": asked, "came": came, "split": split, "dividend": dividend}
    return pd.DataFrame(found, index=ordered.index)


def _spans(symbols: Sequence[str]) -> Iterator[tuple[str, slice]]:
    """Each symbol of rows that are ordered by it, and where its rows are."""
    start = 0
    for symbol, own in groupby(symbols):
        end = start + sum(1 for _ in own)
        yield symbol, slice(start, end)
        start = end


def _first_with(days: Any, values: Mapping[date, Decimal]) -> Iterator[tuple[int, float]]:
    """The row of the first bar that trades with each action, if one before it does not, and its value."""
    import numpy as np

    places = days.searchsorted(np.array(list(values), "datetime64[D]"))
    for place, value in zip(places.tolist(), values.values(), strict=True):
        if 0 < place < len(days):
            yield place, float(value)


def _tells_a_split(step: pd.Series[float]) -> pd.Series[bool]:
    return step.notna() & ~step.between(*USUAL_STEP)


def _score(ordered: pd.DataFrame, column: str) -> pd.Series[float]:
    """How far a value is from the median of those before it, in robust standard deviations."""
    middle = _trailing(ordered, column, 0.5)
    spread = (_trailing(ordered, column, 0.75) - _trailing(ordered, column, 0.25)) / _NORMAL_IQR
    return (ordered[column] - middle) / spread.clip(lower=_LEAST_SPREAD[column])


def _trailing(ordered: pd.DataFrame, column: str, quantile: float) -> pd.Series[float]:
    """A quantile of the sessions before each, of its symbol; null where there are too few."""
    by_symbol = ordered.groupby("symbol")[column]
    rolling = by_symbol.rolling(TRAILING_SESSIONS, min_periods=LEAST_SESSIONS).quantile(quantile)
    quantiles: pd.Series[float] = rolling.droplevel(0).groupby(ordered["symbol"]).shift(1)
    return quantiles
