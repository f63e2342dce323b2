"""The simulated market: what truly happened, from which everything the sandbox publishes is made.

A symbol's whole history is drawn at once, from its first session to the last one the calendar holds, so that
no bar depends on when or in which order it was asked for. The clock only decides how much of it is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import exp, log
from random import Random

from include.sandbox.actions import Dividend, Split, dividend, draw_ex_dates, draw_splits, generator
from include.sandbox.clock import NEW_YORK
from include.sandbox.listing import Listing, read_listings
from include.sandbox.sessions import Sessions

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
class History:
    """Bars, splits and dividends of one symbol, oldest first."""

    bars: tuple[Bar, ...]
    splits: tuple[Split, ...]
    dividends: tuple[Dividend, ...]

    def known(self, day: date, bars: int) -> History:
        """What is known on ``day``, when ``bars`` sessions of this symbol have closed."""
        return History(
            self.bars[:bars],
            tuple(split for split in self.splits if split.effective <= day),
            tuple(paid for paid in self.dividends if paid.known_from <= day),
        )


@dataclass(frozen=True)
class Character:
    """What makes one symbol's chart unlike another's."""

    start_cents: float
    growth: float
    volatility: float
    log_volume: float
    dividend_yield: float
    tenth_of_cents: bool


class Market:
    """Every listed symbol's history, drawn when it is first asked for."""

    def __init__(self, seed: int, sessions: Sessions) -> None:
        self.listings = read_listings()
        self.sessions = sessions
        self._seed = seed
        self._histories: dict[str, History] = {}

    def listing(self, symbol: str, now: datetime) -> Listing | None:
        """The listing of a symbol that has traded by ``now``."""
        found = self.listings.get(symbol.upper())
        return found if found and self._closed(found, now) else None

    def truth(self, symbol: str, now: datetime) -> History:
        """What truly happened in every session that has closed."""
        listing = self.listings[symbol.upper()]
        return self.history(listing).known(now.astimezone(NEW_YORK).date(), self._closed(listing, now))

    def running_bar(self, symbol: str, now: datetime) -> tuple[Bar, float] | None:
        """The bar of the session that is open and how much of it has passed, from 0 to 1."""
        index = self.sessions.running(now)
        listing = self.listings[symbol.upper()]
        if index is None or not listing.is_active(self.sessions.dates[index]):
            return None
        opened, closes = self.sessions.opens[index], self.sessions.closes[index]
        bar = self.history(listing).bars[index - self._first(listing)]
        return bar, (now - opened) / (closes - opened)

    def history(self, listing: Listing) -> History:
        """The symbol's whole life, the part that has not happened yet included."""
        if listing.symbol not in self._histories:
            self._histories[listing.symbol] = draw_history(
                listing, self._days(listing), self.sessions, self._seed
            )
        return self._histories[listing.symbol]

    def _closed(self, listing: Listing, now: datetime) -> int:
        closed = self.sessions.closed_by(now) - self._first(listing)
        return max(0, min(closed, len(self._days(listing))))

    def _first(self, listing: Listing) -> int:
        return self.sessions.on_or_after(listing.listed)

    def _days(self, listing: Listing) -> tuple[date, ...]:
        end = self.sessions.on_or_after(listing.delisted) if listing.delisted else None
        return self.sessions.dates[self._first(listing) : end]


def draw_history(listing: Listing, days: tuple[date, ...], sessions: Sessions, seed: int) -> History:
    """The walk of one symbol over its sessions, through its splits and dividends."""
    symbol = listing.symbol
    splits = draw_splits(seed, symbol, days)
    ex_dates = draw_ex_dates(seed, symbol, sessions, days)
    walk = Walk(generator(seed, symbol, "prices"), draw_character(generator(seed, symbol, "character")))
    factors = {split.effective: float(split.factor) for split in splits}
    bars = tuple(walk.bars(days, factors, frozenset(ex_dates)))
    return History(bars, splits, tuple(dividend(sessions, day, walk.amounts[day]) for day in ex_dates))


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
    """A random walk of log prices in cents; ``amounts`` fills with each ex-date's dividend."""

    def __init__(self, random: Random, character: Character) -> None:
        self._gauss = random.gauss
        self._chance = random.random
        self._character = character
        self._price = self._trend = log(character.start_cents)
        self._amount = Decimal(0)
        self.amounts: dict[date, Decimal] = {}

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
        """A company sets its dividend with the year's first payment and keeps it."""
        if not self._amount or day.month <= 3:
            quarter = exp(self._price) * self._character.dividend_yield / 4
            places = Decimal("0.001") if self._character.tenth_of_cents else Decimal("0.01")
            self._amount = max(places, (Decimal(quarter) / 100).quantize(places))
        self.amounts[day] = self._amount
        self._price = log(max(exp(self._price) - float(self._amount) * 100, FLOOR_CENTS))

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
