"""What plans are made from: how every symbol of a run stands, and what it needs then and later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from include.datasets.daily_bars.rules import USUAL_STEP
from include.market.exchanges import NEW_YORK
from include.market.lifecycle import lives_of, not_to_ask
from include.market.listing import ACTIVE_LIST, asked_at
from include.market.sessions import window_at
from include.plan.needs import Held, Need, PlannedRequest, listing_needs, needs_of
from include.settings import DAILY, DIVIDENDS, LISTING, SPLITS
from include.warehouse.runs import Request
from include.warehouse.statements import statement


@dataclass(frozen=True)
class Coverage:
    """What is held of the symbols that may be asked for.

    :param held: by exchange, in the order of the watchlist.
    :param only_bars: the symbols of which nothing else is asked, as they are suspect or delisted.
    :param listing: when each of the lists that are held was asked for.
    :param missing: symbols that are held and not on the active list.
    """

    held: Mapping[str, Sequence[Held]]
    only_bars: frozenset[str] = frozenset()
    listing: Mapping[str, datetime] = field(default_factory=dict)
    missing: Sequence[str] = ()

    def needs(self, now: datetime, *, premium: bool, force: bool = False) -> list[Need]:
        """Return what is needed at a moment."""
        found: list[Need] = []
        for exchange, members in self.held.items():
            window = window_at(exchange, now)
            for held in members:
                needs = needs_of(held, window, now=now, premium=premium, force=force)
                only_bars = held.symbol in self.only_bars
                found += [need for need in needs if need.request.function == DAILY or not only_bars]
        if NEW_YORK in self.held:  # the listing knows no other exchange's
            found += listing_needs(self.listing, now, self.missing)
        return found

    def after(self, requests: Iterable[PlannedRequest], now: datetime) -> Coverage:
        """Return how they stand once these requests have brought what they ask for."""
        asked = {request.key for request in requests}
        held: dict[str, Sequence[Held]] = {}
        for exchange, members in self.held.items():
            newest = window_at(exchange, now).sessions[-1]
            held[exchange] = [_after(one, asked, newest, now) for one in members]
        lists = {symbol: now for symbol, function in asked if function == LISTING}
        return replace(self, held=held, listing={**self.listing, **lists})


def coverage_of(
    connection: Connection[Any], symbols: Mapping[str, Sequence[str]], now: datetime, *, force: bool = False
) -> tuple[Coverage, list[Request]]:
    """Return how these symbols stand, and the outcome of each that is not to be asked for at all.

    :param symbols: by exchange.
    :param force: a person wants suspects, and what is not listed, asked for all the same.
    """
    listing = asked_at(connection)
    held: dict[str, Sequence[Held]] = {}
    left_out: dict[str, Request] = {}
    only_bars: set[str] = set()
    missing: list[str] = []
    for exchange, members in symbols.items():
        window = window_at(exchange, now)
        lives = lives_of(connection, members)
        left_out |= not_to_ask(connection, lives, window, listing.get(ACTIVE_LIST), force=force)
        asked = [symbol for symbol in members if symbol not in left_out]
        held[exchange] = held_of(connection, asked, window.sessions[0])
        only_bars |= {life.symbol for life in lives if life.state != "active"}
        missing += [life.symbol for life in lives if life.left_the_listing]
    return Coverage(held, frozenset(only_bars), listing, missing), list(left_out.values())


def _after(held: Held, asked: set[tuple[str, str]], newest: date, now: datetime) -> Held:
    if (held.symbol, DAILY) in asked:
        held = replace(held, newest=newest, has_provisional=False, body_through=newest, asked_at=now)
    if (held.symbol, SPLITS) in asked:
        held = replace(held, splits_through=newest)
    if (held.symbol, DIVIDENDS) in asked:
        held = replace(held, dividends_through=newest)
    return held


def held_of(connection: Connection[Any], symbols: Sequence[str], since: date) -> list[Held]:
    """Return what is held of each of these symbols, in their order.

    :param since: the session from which on steps like a split's are looked for.
    """
    lowest, highest = USUAL_STEP
    about = {"symbols": list(symbols), "since": since, "lowest": lowest, "highest": highest}
    with connection.cursor(row_factory=class_row(Held)) as cursor:
        return cursor.execute(statement("plan/held_of_symbols"), about).fetchall()
