"""SMA, EMA, RSI, BBANDS and MACD over adjusted closes, newest first; daily, weekly and monthly.

A dividend or split rewrites every value before it, as it does with the API.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from statistics import fmean, pstdev
from typing import Any

from include.sandbox.answers import Answer
from include.sandbox.functions.question import InvalidParameters, Question, csv_answer, json_answer
from include.sandbox.functions.rates.price_rows import PERIODS
from include.sandbox.periods import adjusted_closes

Values = list[dict[str, float] | None]
NAMES = {
    "SMA": "Simple Moving Average (SMA)",
    "EMA": "Exponential Moving Average (EMA)",
    "RSI": "RSI",
    "BBANDS": "Bollinger Bands (BBANDS)",
    "MACD": "Moving Average Convergence/Divergence (MACD)",
}


def indicator(question: Question) -> Answer:
    """A row for each bar that has enough before it."""
    function = question.query.function
    interval = question.choice("interval", ("daily", "weekly", "monthly"))
    question.choice("series_type", ("close",))  # the only adjusted price there is
    days, closes = _closes(question, interval)
    computed = MAKERS[function](question, closes)
    rows = [(day, value) for day, value in zip(days, computed, strict=True) if value][::-1]
    printed = {day: {name: f"{one:.4f}" for name, one in value.items()} for day, value in rows}
    if question.query.wants_csv:
        columns = sorted(rows[0][1]) if rows else [function]
        lines = [[day, *(value[name] for name in columns)] for day, value in printed.items()]
        return csv_answer(question, ",".join(("time", *columns)), lines)
    meta = {"1: Symbol": question.symbol(), "2: Indicator": NAMES[function], "3: Last Refreshed": days[-1]}
    meta |= {"4: Interval": interval, **_settings(question)}
    return json_answer({"Meta Data": meta, f"Technical Analysis: {function}": printed})


def _closes(question: Question, interval: str) -> tuple[list[str], list[float]]:
    """The last adjusted close of each period, oldest first."""
    listing = question.market.listing(question.symbol(), question.now)
    if listing is None:
        raise InvalidParameters("symbol")
    truth = question.market.truth(listing.symbol, question.now)
    adjusted = adjusted_closes(truth.bars, truth.splits, truth.dividends)
    pairs = zip((bar.session for bar in truth.bars), adjusted, strict=True)
    groups = groupby(pairs, key=lambda pair: PERIODS[interval.upper()](pair[0]))
    ends = [list(group)[-1] for _, group in groups]
    return [str(day) for day, _ in ends], [float(close) for _, close in ends]


def _settings(question: Question) -> dict[str, Any]:
    match question.query.function:
        case "MACD":
            first: dict[str, Any] = {"5.1: Fast Period": 12, "5.2: Slow Period": 26, "5.3: Signal Period": 9}
            return first | {"6: Series Type": "close", "7: Time Zone": "US/Eastern"}
        case "BBANDS":
            upper = {"6.1: Deviation multiplier for upper band": 2}
            lower = {"6.2: Deviation multiplier for lower band": 2, "6.3: MA Type": 0}
            last = {"7: Series Type": "close", "8: Time Zone": "US/Eastern Time"}
            return {"5: Time Period": _period(question), **upper, **lower, **last}
        case _:
            last = {"6: Series Type": "close", "7: Time Zone": "US/Eastern"}
            return {"5: Time Period": _period(question), **last}


def _period(question: Question) -> int:
    text = question.query.get("time_period")
    if not text.isdigit() or int(text) < 2:
        raise InvalidParameters(f"time_period={text}")
    return int(text)


def _sma(question: Question, closes: Sequence[float]) -> Values:
    return [one and {"SMA": fmean(one)} for one in _windows(closes, _period(question))]


def _bands(question: Question, closes: Sequence[float]) -> Values:
    return [one and _band(one) for one in _windows(closes, _period(question))]


def _band(window: Sequence[float]) -> dict[str, float]:
    middle, width = fmean(window), 2 * pstdev(window)
    return {
        "Real Upper Band": middle + width,
        "Real Lower Band": middle - width,
        "Real Middle Band": middle,
    }


def _windows(closes: Sequence[float], period: int) -> list[Any]:
    """The last ``period`` values at each, or None where there are fewer."""
    return [closes[at - period : at] if at >= period else None for at in range(1, len(closes) + 1)]


def smoothed(values: Sequence[float], period: int, weight: float) -> list[float | None]:
    """Begins with the mean of the first ``period`` values; each later one counts with ``weight``."""
    if len(values) < period:
        return [None] * len(values)
    mean = fmean(values[:period])
    found: list[float | None] = [None] * (period - 1) + [mean]
    for value in values[period:]:
        mean += weight * (value - mean)
        found.append(mean)
    return found


def _ema(question: Question, closes: Sequence[float]) -> Values:
    period = _period(question)
    return [None if one is None else {"EMA": one} for one in smoothed(closes, period, 2 / (period + 1))]


def _rsi(question: Question, closes: Sequence[float]) -> Values:
    period = _period(question)
    steps = [after - before for before, after in pairwise(closes)]
    gains = smoothed([max(step, 0.0) for step in steps], period, 1 / period)
    losses = smoothed([max(-step, 0.0) for step in steps], period, 1 / period)
    pairs = zip(gains, losses, strict=True)
    return [
        None,
        *(None if up is None or down is None else {"RSI": _strength(up, down)} for up, down in pairs),
    ]


def _strength(up: float, down: float) -> float:
    return 100 * up / (up + down) if up + down else 50.0


def _macd(question: Question, closes: Sequence[float]) -> Values:
    fast, slow = smoothed(closes, 12, 2 / 13), smoothed(closes, 26, 2 / 27)
    lines = [a - b for a, b in zip(fast, slow, strict=True) if a is not None and b is not None]
    signals = smoothed(lines, 9, 2 / 10)
    rows: Values = [
        None if signal is None else {"MACD_Signal": signal, "MACD": line, "MACD_Hist": line - signal}
        for line, signal in zip(lines, signals, strict=True)
    ]
    return [*([None] * (len(closes) - len(rows))), *rows]


MAKERS: dict[str, Callable[[Question, Sequence[float]], Values]] = {
    "SMA": _sma,
    "EMA": _ema,
    "RSI": _rsi,
    "BBANDS": _bands,
    "MACD": _macd,
}
