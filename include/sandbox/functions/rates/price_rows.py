"""Bars of currencies and coins out of spans of values: days, weeks, months, and how the API prints them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from include.sandbox.answers import Answer
from include.sandbox.functions.question import Question, csv_answer, json_answer
from include.sandbox.functions.rates.path import Span
from include.sandbox.periods import month, week

PERIODS: dict[str, Callable[[date], Any]] = {"DAILY": lambda day: day, "WEEKLY": week, "MONTHLY": month}


@dataclass(frozen=True)
class PriceRow:
    """``stamp`` is the last day of the period, or the beginning of an intraday bar."""

    stamp: str
    prices: tuple[float, float, float, float]
    volume: Any = None

    def printed(self, places: int) -> list[Any]:
        texts: list[Any] = [f"{price:.{places}f}" for price in self.prices]
        return texts if self.volume is None else [*texts, self.volume]


def merged(spans: Sequence[Span], period: str) -> list[PriceRow]:
    """One row a period, oldest first, dated by its last day."""
    groups = groupby(spans, key=lambda span: PERIODS[period](span.day))
    return [_row(list(group)) for _, group in groups]


def _row(group: list[Span]) -> PriceRow:
    return PriceRow(group[-1].day.isoformat(), bar_of([value for span in group for value in span.values]))


def bar_of(values: Sequence[float]) -> tuple[float, float, float, float]:
    return values[0], max(values), min(values), values[-1]


def series_answer(
    question: Question, meta: dict[str, str], block: str, rows: list[PriceRow], places: int
) -> Answer:
    """JSON under the numbered names, or CSV; ``rows`` newest first."""
    columns = ["open", "high", "low", "close"] + ["volume"] * bool(rows and rows[0].volume is not None)
    if question.query.wants_csv:
        lines = [[row.stamp, *map(str, row.printed(places))] for row in rows]
        return csv_answer(question, ",".join(("timestamp", *columns)), lines)
    names = [f"{number}. {column}" for number, column in enumerate(columns, 1)]
    series = {row.stamp: dict(zip(names, row.printed(places), strict=True)) for row in rows}
    return json_answer({"Meta Data": numbered(meta), block: series})


def numbered(meta: dict[str, str]) -> dict[str, str]:
    return {f"{number}. {name}": value for number, (name, value) in enumerate(meta.items(), 1)}
