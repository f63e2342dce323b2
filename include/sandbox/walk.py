"""The walk of one symbol's prices, session by session, through its splits and dividends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import exp, log
from random import Random

PULL = 0.001  # towards the trend, a day: keeps four decades of a random walk within plausible prices
FLOOR_CENTS = 50


@dataclass(frozen=True, slots=True)
class Bar:
    """One session as traded; prices have four decimals."""

    session: date
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int


@dataclass(frozen=True)
class Character:
    """What makes one symbol's chart unlike another's."""

    start_cents: float
    growth: float
    volatility: float
    log_volume: float
    dividend_yield: float
    tenth_of_cents: bool


def draw_character(random: Random) -> Character:
    return Character(
        start_cents=100 * exp(3.2 + 1.3 * random.random()),
        growth=(0.05 + 0.05 * random.random()) / 252,
        volatility=0.009 + 0.016 * random.random(),
        log_volume=14.0 + 3.0 * random.random(),
        dividend_yield=0.006 + 0.03 * random.random(),
        tenth_of_cents=random.random() < 0.4,
    )


class Walk:
    """A random walk of log prices in cents; ``amounts`` fills with the dividends that are not given."""

    def __init__(self, random: Random, character: Character, amounts: Mapping[date, Decimal]) -> None:
        self._gauss = random.gauss
        self._chance = random.random
        self._character = character
        self._price = self._trend = log(character.start_cents)
        self._amount = Decimal(0)
        self.amounts = dict(amounts)

    def bars(
        self, days: tuple[date, ...], factors: dict[date, float], ex_dates: frozenset[date]
    ) -> Iterator[Bar]:
        for day in days:
            if day in factors:
                self._split(factors[day])
            if day in ex_dates:
                self._pay(day)
            yield self._bar(day)

    def _split(self, factor: float) -> None:
        self._price -= log(factor)
        self._trend -= log(factor)
        self._amount = Decimal(0)  # set anew, by the price after the split

    def _pay(self, day: date) -> None:
        if day not in self.amounts:
            self.amounts[day] = self._usual_amount(day)
        self._price = log(max(exp(self._price) - float(self.amounts[day]) * 100, FLOOR_CENTS))

    def _usual_amount(self, day: date) -> Decimal:
        """A company sets its dividend with the year's first payment and keeps it."""
        if not self._amount or day.month <= 3:
            quarter = exp(self._price) * self._character.dividend_yield / 4
            places = Decimal("0.001") if self._character.tenth_of_cents else Decimal("0.01")
            self._amount = max(places, (Decimal(quarter) / 100).quantize(places))
        return self._amount

    def _bar(self, day: date) -> Bar:
        gauss, volatility = self._gauss, self._character.volatility
        opens = self._price + gauss(0.0, 0.4 * volatility)
        closes = opens + gauss(0.0, 0.9 * volatility) + PULL * (self._trend - opens)
        self._price, self._trend = closes, self._trend + self._character.growth
        first, last = _ticks(opens), _ticks(closes)
        high = _reach(max(first, last), 1 + 0.5 * volatility * abs(gauss(0.0, 1.0)))
        low = _reach(min(first, last), 1 - 0.5 * volatility * abs(gauss(0.0, 1.0)))
        low -= 50 * (self._chance() < 0.15)  # half a cent, as real lows have it
        volume = int(exp(gauss(self._character.log_volume, 0.35)))
        return Bar(day, _price(first), _price(high), _price(low), _price(last), volume)


def _ticks(log_cents: float) -> int:
    """A price in whole cents, counted in hundredths of a cent."""
    return max(FLOOR_CENTS, round(exp(log_cents))) * 100


def _reach(ticks: int, factor: float) -> int:
    return round(ticks * factor / 100) * 100


def _price(ticks: int) -> Decimal:
    return Decimal(ticks).scaleb(-4)
