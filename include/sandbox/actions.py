"""Splits and dividends of a simulated symbol: drawn from its seed before a single price is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random

from include.sandbox.sessions import Sessions

# The five symbols of a first run: their latest split is long past, so the first chart has no cliff in it.
CALM_SYMBOLS = frozenset({"AAPL", "AMZN", "GOOGL", "MSFT", "TSLA"})
CALM_SINCE = date(2025, 1, 1)

# The API gives "None" for what it does not know about old dividends.
DETAILS_SINCE = 2004
SAME_DAY_RECORD_SINCE = date(2024, 5, 28)  # US settlement went from two days to one


@dataclass(frozen=True)
class Split:
    effective: date
    factor: Decimal


@dataclass(frozen=True)
class Dividend:
    ex_date: date
    declared: date | None
    recorded: date | None
    paid: date | None
    amount: Decimal

    @property
    def known_from(self) -> date:
        """The first day on which the API can list it."""
        return self.declared or self.ex_date


@dataclass(frozen=True)
class Actions:
    """A listing's splits and ex-dates, oldest first; an amount that is not given is drawn with the price."""

    splits: tuple[Split, ...] = ()
    ex_dates: tuple[date, ...] = ()
    amounts: tuple[tuple[date, Decimal], ...] = ()

    def __add__(self, later: Actions) -> Actions:
        return Actions(
            self.splits + later.splits, self.ex_dates + later.ex_dates, self.amounts + later.amounts
        )


def draw_actions(seed: int, symbol: str, sessions: Sessions, days: tuple[date, ...]) -> Actions:
    """The splits and ex-dates of a symbol's whole life."""
    return Actions(draw_splits(seed, symbol, days), draw_ex_dates(seed, symbol, sessions, days))


def generator(seed: int, symbol: str, purpose: str) -> Random:
    """The same numbers for the same seed, symbol and purpose on every machine and in every process."""
    return Random(int.from_bytes(sha256(f"{seed}:{symbol}:{purpose}".encode()).digest()))


def draw_splits(seed: int, symbol: str, days: tuple[date, ...]) -> tuple[Split, ...]:
    """None to three splits over the symbol's life, oldest first."""
    random = generator(seed, symbol, "splits")
    count = sum(random.random() < chance for chance in (0.7, 0.5, 0.4))
    drawn: dict[date, Split] = {}
    for _ in range(count):
        day = days[int(random.random() * (len(days) - 1)) + 1]
        factor = ("2.0000", "2.0000", "3.0000", "1.5000", "4.0000")[int(random.random() * 5)]
        drawn[day] = Split(day, Decimal(factor))
    calm = symbol in CALM_SYMBOLS
    return tuple(drawn[day] for day in sorted(drawn) if not (calm and day >= CALM_SINCE))


def draw_ex_dates(seed: int, symbol: str, sessions: Sessions, days: tuple[date, ...]) -> tuple[date, ...]:
    """Four ex-dates a year for three symbols of four; for the others none."""
    random = generator(seed, symbol, "dividends")
    if random.random() > 0.75:
        return ()
    first_month, day_of_month = 1 + int(random.random() * 3), 4 + int(random.random() * 20)
    wanted = [
        date(year, month, day_of_month)
        for year in range(days[0].year, days[-1].year + 1)
        for month in range(first_month, 13, 3)
    ]
    found = (sessions.dates[sessions.on_or_after(day)] for day in wanted if day <= days[-1])
    return tuple(day for day in found if days[0] < day <= days[-1])


def dividend(sessions: Sessions, ex_date: date, amount: Decimal) -> Dividend:
    """A dividend with the dates that belong to its ex-date."""
    if ex_date.year < DETAILS_SINCE:
        return Dividend(ex_date, None, None, None, amount)
    index = sessions.on_or_after(ex_date)
    record = sessions.dates[index if ex_date >= SAME_DAY_RECORD_SINCE else index + 1]
    return Dividend(ex_date, sessions.dates[index - 11], record, ex_date + timedelta(days=30), amount)
