"""The simulated market: what truly happened, from which everything the sandbox publishes is made.

A symbol's history is one walk from its first session on, drawn as far as it is asked for, so that no bar
depends on when or in which order it was asked for. The clock only decides how much of it is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from include.sandbox.actions import Actions, Dividend, Split, dividend, draw_actions, generator
from include.sandbox.clock import NEW_YORK
from include.sandbox.listing import Listing, read_listings
from include.sandbox.sessions import Sessions
from include.sandbox.walk import Bar, Walk, draw_character

DECLARED_AHEAD = 12  # sessions: a dividend is declared eleven before its ex-date, at the price of the ex-date


@dataclass(frozen=True)
class History:
    """Bars, splits and dividends of one symbol, oldest first."""

    bars: tuple[Bar, ...]
    splits: tuple[Split, ...]
    dividends: tuple[Dividend, ...]


class Chart:
    """One listing's walk over its sessions, drawn as far as it was asked for."""

    def __init__(self, walk: Walk, days: tuple[date, ...], actions: Actions, sessions: Sessions) -> None:
        self._actions = actions
        self._sessions = sessions
        self._amounts = walk.amounts
        self._bars: list[Bar] = []
        factors = {split.effective: float(split.factor) for split in actions.splits}
        self._rest = walk.bars(days, factors, frozenset(actions.ex_dates))

    def known(self, day: date, bars: int) -> History:
        """What is known on ``day``, when ``bars`` sessions have closed."""
        self._bars += islice(self._rest, max(0, bars + DECLARED_AHEAD - len(self._bars)))
        paid = (
            dividend(self._sessions, ex_date, self._amounts[ex_date])
            for ex_date in self._actions.ex_dates
            if ex_date in self._amounts
        )
        return History(
            tuple(self._bars[:bars]),
            tuple(split for split in self._actions.splits if split.effective <= day),
            tuple(one for one in paid if one.known_from <= day),
        )


class Market:
    """Every listed symbol's history, drawn when it is first asked for."""

    def __init__(self, seed: int, sessions: Sessions) -> None:
        self.sessions = sessions
        self.seed = seed
        self._listings = {symbol: [listing] for symbol, listing in read_listings().items()}
        self._charts: dict[Listing, Chart] = {}

    def add(self, listings: list[Listing]) -> None:
        """Admit symbols; a symbol may come again for another company once the one before is delisted.

        :raises ValueError: two companies would have one symbol on the same day; none is admitted then.
        """
        admitted = {symbol: list(held) for symbol, held in self._listings.items()}
        for listing in listings:
            held = admitted.setdefault(listing.symbol, [])
            if any(one.overlaps(listing) for one in held):
                raise ValueError(f"{listing.symbol} is another company's symbol on {listing.listed} or later")
            held.append(listing)
            held.sort(key=lambda one: one.listed)
        self._listings = admitted

    def every_listing(self) -> Iterator[Listing]:
        """All there are, of the past and the future too."""
        return (listing for held in self._listings.values() for listing in held)

    def listing(self, symbol: str, now: datetime) -> Listing | None:
        """The listing of a symbol that has traded by ``now``; of several companies', the latest."""
        held = self._listings.get(symbol.upper(), [])
        return next((one for one in reversed(held) if self._has_traded(one, now)), None)

    def listed(self, symbol: str, now: datetime) -> Listing:
        """What :meth:`listing` tells, of a symbol that is known to have one."""
        listing = self.listing(symbol, now)
        if listing is None:
            raise LookupError(f"{symbol} has not traded by {now}")
        return listing

    def truth(self, symbol: str, now: datetime) -> History:
        """What truly happened in every session that has closed."""
        listing = self.listed(symbol, now)
        return self._chart(listing).known(now.astimezone(NEW_YORK).date(), self._closed(listing, now))

    def running_bar(self, symbol: str, now: datetime) -> tuple[Bar, float] | None:
        """The bar of the session that is open and how much of it has passed, from 0 to 1."""
        index = self.sessions.running(now)
        listing = self.listed(symbol, now)
        if index is None or not listing.is_active(self.sessions.dates[index]):
            return None
        opened, closes = self.sessions.opens[index], self.sessions.closes[index]
        day = self.sessions.dates[index]
        bar = self._chart(listing).known(day, index - self._first(listing) + 1).bars[-1]
        return bar, (now - opened) / (closes - opened)

    def _chart(self, listing: Listing) -> Chart:
        if listing not in self._charts:
            self._charts[listing] = draw_chart(listing, self._days(listing), self.sessions, self.seed)
        return self._charts[listing]

    def _has_traded(self, listing: Listing, now: datetime) -> bool:
        return self.sessions.closed_by(now) > self.sessions.on_or_after(listing.listed)

    def _closed(self, listing: Listing, now: datetime) -> int:
        closed = self.sessions.closed_by(now) - self._first(listing)
        return max(0, min(closed, len(self._days(listing))))

    def _first(self, listing: Listing) -> int:
        return self.sessions.on_or_after(listing.first_listed)

    def _days(self, listing: Listing) -> tuple[date, ...]:
        end = self.sessions.on_or_after(listing.delisted) if listing.delisted else None
        return self.sessions.dates[self._first(listing) : end]


def draw_chart(listing: Listing, days: tuple[date, ...], sessions: Sessions, seed: int) -> Chart:
    """The walk of one listing, through the splits and dividends it was given or else drawn ones."""
    name = listing.drawn_as
    actions = listing.all_actions or draw_actions(seed, name, sessions, days)
    character = draw_character(generator(seed, name, "character"))
    walk = Walk(generator(seed, name, "prices"), character, dict(actions.amounts))
    return Chart(walk, days, actions, sessions)
