"""The value of a currency, a coin or a metal in US dollars: a line through one point an hour, in UTC.

Between two points the value moves in a straight line, so the extremes of any span are among its points and
its ends, and bars of every length agree with each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import exp, log

from include.sandbox.actions import generator

HOURS = 24
FIRST_DAY = date(1999, 1, 1)
LAST_DAY = date(2036, 1, 1)
PULL = 0.0015  # towards the start value, a day: a euro stays within some 10 % of it, a bitcoin within 50 %


@dataclass(frozen=True)
class Asset:
    """``start`` is its usual value in US dollars, ``volatility`` its change of a day: 0.005 is 0.5 %."""

    code: str
    name: str
    start: float
    volatility: float
    weekends: bool = False


@dataclass(frozen=True)
class Span:
    """Values of a stretch of time, oldest first."""

    day: date
    values: tuple[float, ...]


@lru_cache(maxsize=64)
def path(seed: int, asset: Asset) -> dict[date, tuple[float, ...]]:
    """Every day's 25 values, from 00:00 to 24:00."""
    random = generator(seed, asset.code, "path")
    level = middle = log(asset.start)
    step = asset.volatility / HOURS**0.5
    days: dict[date, tuple[float, ...]] = {}
    for day in _days(asset.weekends):
        level += PULL * (middle - level) + random.gauss(0.0, step / 4 if asset.volatility else 0.0)
        logs = [level]
        for _ in range(HOURS):
            logs.append(logs[-1] + random.gauss(0.0, step))
        level = logs[-1]
        days[day] = tuple(map(exp, logs)) if asset.volatility else (asset.start,) * (HOURS + 1)
    return days


def _days(weekends: bool) -> Iterator[date]:
    every = (FIRST_DAY + timedelta(number) for number in range((LAST_DAY - FIRST_DAY).days))
    return (day for day in every if weekends or day.weekday() < 5)


def value_at(values: tuple[float, ...], hours: float) -> float:
    """The value ``hours`` after midnight."""
    before = min(int(hours), HOURS - 1)
    return values[before] + (values[before + 1] - values[before]) * (hours - before)


@dataclass(frozen=True)
class Pair:
    """What one unit of ``base`` costs in ``quote``; the weekends count where both trade on them."""

    seed: int
    base: Asset
    quote: Asset

    def days(self, now: datetime, count: int) -> list[Span]:
        """The last ``count`` days up to that of ``now``, oldest first, the running one to its end."""
        base, quote = path(self.seed, self.base), path(self.seed, self.quote)
        found: list[Span] = []
        day = now.astimezone(UTC).date()
        while len(found) < count and day >= FIRST_DAY:
            if day in base:
                found.append(Span(day, _ratios(base[day], self._quoted(quote, day))))
            day -= timedelta(1)
        return found[::-1]

    def spans(self, now: datetime, count: int) -> list[Span]:
        """The same, the running day as far as it has come."""
        moment, days = now.astimezone(UTC), self.days(now, count)
        if days and days[-1].day == moment.date():
            days[-1] = Span(days[-1].day, until(days[-1].values, hour_of(moment)))
        return days

    def rate(self, now: datetime) -> float:
        """The value at ``now``, or the last before it."""
        return self.spans(now, 1)[-1].values[-1]

    def _quoted(self, quote: dict[date, tuple[float, ...]], day: date) -> tuple[float, ...]:
        """Over a weekend a currency stays where Friday left it."""
        if day in quote:
            return quote[day]
        friday = day - timedelta(day.weekday() - 4)
        return (quote.get(friday, (self.quote.start,))[-1],) * (HOURS + 1)


def _ratios(base: tuple[float, ...], quote: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(one / other for one, other in zip(base, quote, strict=True))


def hour_of(moment: datetime) -> float:
    return moment.hour + moment.minute / 60 + moment.second / 3600


def until(values: tuple[float, ...], hours: float) -> tuple[float, ...]:
    return (*values[: int(hours) + 1], value_at(values, hours))
