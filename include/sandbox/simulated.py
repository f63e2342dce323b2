"""Answers out of the simulated market.

Served: the six equity series, SPLITS, DIVIDENDS, GLOBAL_QUOTE, SYMBOL_SEARCH, OVERVIEW, LISTING_STATUS and
MARKET_STATUS, and what ``functions.table`` names. Any other function that the API knows is refused in the
sandbox's own words, as an ``Information`` that resembles none of the vendor's: a client that reads refusals
well reports it as it stands. An empty answer would be taken for "there are none", and a 404 for a broken
connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from include.sandbox import catalogue, refusals
from include.sandbox.answers import CSV_HEADERS, Answer, csv_body, data, json_body, nothing_known, refused
from include.sandbox.bad_rows import break_rule, cut_short
from include.sandbox.facts import actions_of, listing_status, market_status, overview, quote, read_day, search
from include.sandbox.faults import Fault
from include.sandbox.functions.companies.company import reported
from include.sandbox.functions.companies.overview import company_overview
from include.sandbox.functions.question import InvalidParameters, Question
from include.sandbox.functions.table import FUNCTIONS
from include.sandbox.market import Market
from include.sandbox.published import Published, publish
from include.sandbox.query import Query
from include.sandbox.refusals import Refusal
from include.sandbox.rows import series_rows
from include.sandbox.series import FAMILIES, series_csv, series_json

COMPACT = 100
OTHERS = frozenset(
    "SPLITS DIVIDENDS GLOBAL_QUOTE SYMBOL_SEARCH OVERVIEW LISTING_STATUS MARKET_STATUS".split()
)
WITHOUT_SYMBOL = frozenset({"LISTING_STATUS", "MARKET_STATUS", "SYMBOL_SEARCH"})


class SimulatedSource:
    """Whatever the market's truth is, told as the API tells it."""

    origin = "sandbox"
    notice = "simulated data, not market prices"
    mode = "simulated"

    def __init__(self, market: Market) -> None:
        self.market = market

    def refusal(self, query: Query, now: datetime) -> Refusal | None:
        """Why these parameters are not answered (E13), or that the sandbox does not serve the function."""
        function = query.function
        if function in FUNCTIONS:
            return None  # its maker reads the parameters
        if function not in FAMILIES and function not in OTHERS:
            return refusals.not_served(function, "this function is not simulated")
        missing = function not in WITHOUT_SYMBOL and not query.symbol
        unknown = function in FAMILIES and not self.market.listing(query.symbol, now)
        odd = query.get("outputsize", "compact") not in {"compact", "full"}
        silent = function == "SYMBOL_SEARCH" and not query.get("keywords")
        undated = bool(query.get("date")) and read_day(query.get("date")) is None
        wrong = missing or unknown or odd or silent or undated
        return refusals.invalid_call(function) if wrong else None

    def answer(self, query: Query, now: datetime, events: Iterable[Fault] = ()) -> Answer:
        """The data, with what was asked to go wrong in it."""
        function = query.function
        now = min([now, *(event.as_of for event in events if event.as_of)])
        kinds = {event.kind for event in events}
        if function in FUNCTIONS:
            mixed_up = "wrong_symbol" in kinds and self.market.listing(query.symbol, now)
            return self._made(self._neighbour(query, now) if mixed_up else query, now)
        if function in WITHOUT_SYMBOL:
            return self._without_symbol(query, now, events)
        if not self.market.listing(query.symbol, now):
            return nothing_known(query)
        told = self._neighbour(query, now) if "wrong_symbol" in kinds else query
        published = publish(self.market, told.symbol, now, events)
        if function in FAMILIES:
            return self._series(told, published, events)
        listing = self.market.listed(told.symbol, now)
        if function == "OVERVIEW":
            found = reported(self.market, listing, now)
            basics = overview(listing, published)
            fields = company_overview(self.market.seed, listing, published, found, basics)
            return Answer(json_body(fields))
        return self._facts(told, published, events)

    def _made(self, query: Query, now: datetime) -> Answer:
        try:
            return FUNCTIONS[query.function](Question(query, now, self.market))
        except InvalidParameters:
            return refused(refusals.invalid_call(query.function))

    def _series(self, query: Query, published: Published, events: Iterable[Fault]) -> Answer:
        family, rows = FAMILIES[query.function], series_rows(query.function, published)
        full = not family.sized or query.full
        rows = rows if full else rows[:COMPACT]
        for event in events:
            rows = break_rule(rows, event.rule, family.columns) if event.rule else rows
        if query.wants_csv:
            return data(query, series_csv(family, rows), name=family.file, csv=True)
        size = "Full size" if full else "Compact"
        body = series_json(family, rows, symbol=query.symbol, refreshed=published.refreshed, size=size)
        return Answer(body)

    def _facts(self, query: Query, published: Published, events: Iterable[Fault]) -> Answer:
        if query.function == "GLOBAL_QUOTE":
            return self._table(
                query, [quote(published)], lambda rows: {"Global Quote": numbered(rows[0], width=2)}
            )
        rows = cut_short(actions_of(query.function, published), events)
        return self._table(query, rows, lambda rows: {"symbol": query.symbol, "data": rows})

    def _without_symbol(self, query: Query, now: datetime, events: Iterable[Fault]) -> Answer:
        if query.function == "MARKET_STATUS":
            return Answer(json_body(market_status(self.market.sessions.running(now) is not None)))
        if query.function == "LISTING_STATUS":
            listed = cut_short(listing_status(self.market, query, now), events)
            return self._table(query, listed, lambda rows: rows)
        rows = search(self.market.every_listing(), query.get("keywords"))
        return self._table(
            query, rows, lambda rows: {"bestMatches": [numbered(row, width=1) for row in rows]}
        )

    def _table(
        self, query: Query, rows: list[dict[str, str]], envelope: Callable[[list[dict[str, str]]], Any]
    ) -> Answer:
        """One row a line, or whatever the function wraps around them in JSON."""
        function = query.function
        if not rows and function != "LISTING_STATUS":
            return nothing_known(query)
        if not catalogue.answers_csv(function, query.wants_csv):
            return Answer(json_body(envelope(rows)))
        body = csv_body(CSV_HEADERS[function], [",".join(row.values()) for row in rows])
        return data(query, body, name=function.lower(), csv=True)

    def _neighbour(self, query: Query, now: datetime) -> Query:
        """The question about the next listed symbol: what a mixed-up answer is about."""
        every = dict.fromkeys(listing.symbol for listing in self.market.every_listing())
        listed = [symbol for symbol in every if self.market.listing(symbol, now)]
        return query.about(listed[(listed.index(query.symbol.upper()) + 1) % len(listed)])


# The JSON names of a quote and of a search match; the CSV's own are in CSV_HEADERS.
JSON_NAMES = {
    "latestDay": "latest trading day",
    "previousClose": "previous close",
    "changePercent": "change percent",
}


def numbered(row: dict[str, str], width: int) -> dict[str, str]:
    """A row under the API's numbered names: ``01. symbol`` in a quote, ``1. symbol`` in a search."""
    named = enumerate(row.items(), 1)
    return {f"{number:0{width}}. {JSON_NAMES.get(name, name)}": value for number, (name, value) in named}
