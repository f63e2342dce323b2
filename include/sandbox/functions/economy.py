"""Commodities, economic series, TREASURY_YIELD, and gold and silver.

A value appears some days after its period ends. A revised series is printed with a first estimate that
becomes the final value when the next but one period is out. ``.`` stands for a value that is missing:
a holiday in a daily series, the years before a good's first price, a month that was never counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from math import exp, log

from include.sandbox.actions import generator
from include.sandbox.answers import Answer
from include.sandbox.functions.economy_table import (
    ENERGY,
    MATURITIES,
    MONTHS_OF,
    SERIES,
    TREASURY,
    Series,
    treasury_name,
)
from include.sandbox.functions.question import Question, csv_answer, json_answer
from include.sandbox.rows import plain

LAST_DAY = date(2036, 1, 1)
BASE_DAY = date(2026, 1, 1)
REVISED_AFTER = 45  # days
MISSING_BEFORE = date(1992, 1, 1)  # goods: the list begins in 1980, the prices later
Values = list[tuple[date, float | None]]


def economic_series(question: Question) -> Answer:
    """Any function of the table, newest first."""
    function = question.query.function
    series = SERIES[function]
    interval = question.choice("interval", series.intervals, series.default)
    return _answer(question, series.name, interval, series, known(question, function, series, interval))


def treasury_yield(question: Question) -> Answer:
    """One level for all maturities and a premium for the longer ones."""
    interval = question.choice("interval", ENERGY, "monthly")
    maturity = question.choice("maturity", tuple(MATURITIES), "10year")
    values = known(question, "TREASURY_YIELD", TREASURY, interval)
    raised = [(day, None if value is None else value + MATURITIES[maturity]) for day, value in values]
    return _answer(question, treasury_name(maturity), interval, TREASURY, raised)


def known(question: Question, function: str, series: Series, interval: str) -> Values:
    """The values that are out by now, oldest first."""
    today = question.now.astimezone(UTC).date()
    if function == "INFLATION":
        return list(_inflation(question, series, today))
    if "daily" in series.intervals:
        holidays = frozenset(question.market.sessions.dates)
        return list(_of_days(question.seed, function, series, interval, today, holidays))
    return list(_of_months(question.seed, function, series, interval, today))


def _answer(question: Question, name: str, interval: str, series: Series, values: Values) -> Answer:
    rows = [(day.isoformat(), printed(series, value)) for day, value in reversed(values)]
    if question.query.wants_csv:
        return csv_answer(question, "timestamp,value", rows)
    data = [{"date": day, "value": value} for day, value in rows]
    return json_answer({"name": name, "interval": interval, "unit": series.unit, "data": data})


def printed(series: Series, value: float | None) -> str:
    """As recorded: some series pad their figures, some do not, and some print whole numbers with ``.0``."""
    if value is None:
        return "."
    if series.whole:
        return f"{value:.0f}.0"
    text = f"{value:.{series.places}f}"
    return text if series.padded else plain(Decimal(text))


@lru_cache(maxsize=64)
def _walk(seed: int, function: str, series: Series, step: int) -> dict[date, float]:
    """Every value until the last day; ``step`` is a number of months, or 0 for weekdays."""
    days = list(_weekdays(series.first) if step == 0 else _months(series.first, step))
    random = generator(seed, function, "economy")
    noise, found = 0.0, {}
    for day in days:
        noise = 0.985 * noise + random.gauss(0.0, series.volatility)
        years = (day - BASE_DAY).days / 365.25
        found[day] = exp(log(series.base) + series.growth * years + noise)
    return found


def _of_days(
    seed: int, function: str, series: Series, interval: str, today: date, sessions: frozenset[date]
) -> Iterator[tuple[date, float | None]]:
    walk = _walk(seed, function, series, 0)
    last = today - timedelta(series.lag)
    first = min(sessions)
    if interval == "daily":
        for day, value in walk.items():
            if day <= last:
                yield day, None if day >= first and day not in sessions else value
        return
    begin = _week_end if interval == "weekly" else (lambda day: day.replace(day=1))
    for stamp, group in groupby((day for day in walk if day <= last), key=begin):
        days = [day for day in group if day < first or day in sessions]
        if days and _is_over(interval, stamp, last):
            yield stamp, sum(walk[day] for day in days) / len(days)


def _week_end(day: date) -> date:
    return day + timedelta(4 - day.weekday())


def _is_over(interval: str, stamp: date, last: date) -> bool:
    end = stamp if interval == "weekly" else next_month(stamp, 1) - timedelta(3)
    return end <= last


def _of_months(
    seed: int, function: str, series: Series, interval: str, today: date
) -> Iterator[tuple[date, float | None]]:
    step = min(MONTHS_OF[name] for name in series.intervals)
    walk = _walk(seed, function, series, step)
    wanted = MONTHS_OF[interval]
    for start in _months(series.first, wanted):
        end = next_month(start, wanted)
        if end + timedelta(series.lag) > today:
            return
        parts = [
            day for day in (next_month(start, number) for number in range(0, wanted, step)) if day in walk
        ]
        absent = start in series.missing and wanted == 1
        early = series.places == 12 and start < MISSING_BEFORE
        value = sum(walk[day] for day in parts) / len(parts)
        if function == "REAL_GDP" and interval == "annual":
            value *= 4  # quarters are not annualized
        yield (
            start,
            None if absent or early else value * (1 + _error(seed, function, series, start, end, today)),
        )


def _error(seed: int, function: str, series: Series, start: date, end: date, today: date) -> float:
    """How far the first estimate is off, until it is revised."""
    if not series.revised or today >= end + timedelta(series.lag + REVISED_AFTER):
        return 0.0
    return generator(seed, function, f"estimate {start}").uniform(-series.revised, series.revised)


def _inflation(question: Question, series: Series, today: date) -> Iterator[tuple[date, float]]:
    """How much the mean of a year's consumer prices is above that of the year before, in percent."""
    months = known(question, "CPI", SERIES["CPI"], "monthly")
    years = {
        year: [value for _, value in group if value is not None]
        for year, group in groupby(months, key=lambda month: month[0].year)
    }
    means = {year: sum(values) / len(values) for year, values in years.items()}
    for year in range(series.first.year, today.year):
        if date(year + 1, 1, 1) + timedelta(series.lag) <= today:
            yield date(year, 1, 1), 100 * (means[year] / means[year - 1] - 1)


def _weekdays(first: date) -> Iterator[date]:
    every = (first + timedelta(number) for number in range((LAST_DAY - first).days))
    return (day for day in every if day.weekday() < 5)


def _months(first: date, step: int) -> Iterator[date]:
    day = first.replace(day=1)
    while day < LAST_DAY:
        yield day
        day = next_month(day, step)


def next_month(day: date, number: int) -> date:
    """The first of the month ``number`` months later."""
    months = day.year * 12 + day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)


def moment_text(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
