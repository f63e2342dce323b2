"""What is about the whole market or a fund: TOP_GAINERS_LOSERS, IPO_CALENDAR, ETF_PROFILE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from include.sandbox.actions import generator
from include.sandbox.answers import CSV_HEADERS, Answer, nothing_known
from include.sandbox.clock import NEW_YORK
from include.sandbox.functions.companies.overview import SECTORS
from include.sandbox.functions.question import Question, csv_answer, json_answer
from include.sandbox.listing import read_listings
from include.sandbox.periods import close_before
from include.sandbox.rows import plain

LISTED = 20
WATCHED = 44  # symbols of those it began with: more take seconds to draw, fewer gain and lose at once
FOUR_PLACES = Decimal("0.0001")


def movers(question: Question) -> Answer:
    """Of the last closed session: the 20 that rose and fell most, and the most traded; a split is no fall."""
    sessions = question.market.sessions
    day = sessions.dates[sessions.closed_by(question.now) - 1]
    moved = [_move(question, symbol) for symbol in _watched(question, day)]
    risen = sorted(moved, key=lambda one: (-one.percent, one.symbol))
    traded = sorted(moved, key=lambda one: (-one.volume, one.symbol))
    return json_answer({
        "metadata": "Top gainers, losers, and most actively traded US tickers",
        "last_updated": f"{day} 16:16:00 US/Eastern",
        "top_gainers": [_mover(one) for one in risen[:LISTED]],
        "top_losers": [_mover(one) for one in risen[::-1][:LISTED]],
        "most_actively_traded": [_mover(one) for one in traded[:LISTED]],
    })


def ipo_calendar(question: Question) -> Answer:
    """The listings of the next three months by day, and offerings of names that never come to trade."""
    today = question.now.astimezone(NEW_YORK).date()
    monday = today - timedelta(today.weekday())
    weeks = (monday + timedelta(weeks=number) for number in range(14))
    rows = [row for week in weeks for row in _offerings(question.seed, week)]
    rows += [
        (one.listed, one.symbol, one.name.replace(",", ""), "0", "0", one.exchange)
        for one in question.market.every_listing()
    ]
    coming = sorted(row for row in rows if today < row[0] <= today + timedelta(90))
    return csv_answer(
        question,
        CSV_HEADERS["IPO_CALENDAR"],
        [(symbol, name, str(day), low, high, "USD", at) for day, symbol, name, low, high, at in coming],
    )


def _offerings(seed: int, week: date) -> Iterator[tuple[date, str, str, str, str, str]]:
    """None to three of a week; of some the price is not known yet, which is 0."""
    random = generator(seed, week.isoformat(), "offerings")
    for _ in range(random.randrange(4)):
        symbol = "Z" + "".join(random.choices("BCDFGHKLMNPRSTVWX", k=3))
        low = random.choice((0, 10, 14, 18, 25))
        day = week + timedelta(random.randrange(5))
        yield day, symbol, f"{symbol.title()} Holdings (simulated)", str(low), str(low and low + 2), "NASDAQ"


def etf_profile(question: Question) -> Answer:
    """Weights are shares of one with four decimals; what is not known is ``n/a``."""
    listing = question.market.listing(question.symbol(), question.now)
    if not listing or listing.asset_type != "ETF":
        return nothing_known(question.query)
    random = generator(question.seed, listing.symbol, "profile")
    today = question.now.astimezone(NEW_YORK).date()
    price = question.market.truth(listing.symbol, question.now).bars[-1].close
    held = [
        one for one in question.market.every_listing() if one.asset_type == "Stock" and one.is_active(today)
    ]
    holdings = zip(held, _weights([random.expovariate(1) for _ in held]), strict=True)
    sectors = zip(SECTORS, _weights([random.random() for _ in SECTORS]), strict=True)
    return json_answer({
        "net_assets": str(int(price * random.randint(100, 1500)) * 10**6),
        "net_expense_ratio": f"{random.uniform(0.0003, 0.003):.4f}",
        "portfolio_turnover": "n/a",
        "dividend_yield": f"{random.uniform(0.004, 0.02):.4f}",
        "inception_date": str(listing.listed),
        "leveraged": "NO",
        "sectors": [{"sector": name, "weight": str(weight)} for name, weight in _falling(sectors)],
        "holdings": [
            {"symbol": one.symbol, "description": one.name.upper(), "weight": str(weight)}
            for one, weight in _falling(holdings)
        ],
    })


def _falling(pairs: Iterable[tuple[Any, Decimal]]) -> list[tuple[Any, Decimal]]:
    return sorted(pairs, key=lambda pair: -pair[1])


def _weights(parts: list[float]) -> list[Decimal]:
    """Shares of one; what rounding leaves goes to the largest."""
    weights = [Decimal(part / sum(parts)).quantize(FOUR_PLACES) for part in parts]
    largest = weights.index(max(weights))
    return [weight + (1 - sum(weights)) * (place == largest) for place, weight in enumerate(weights)]


@dataclass(frozen=True)
class Move:
    """A symbol's newest close, and what it is above the one before."""

    symbol: str
    price: Decimal
    change: Decimal
    percent: Decimal
    volume: int


def _watched(question: Question, day: date) -> list[str]:
    """Symbols that are listed on a day and were so on the session before."""
    found = (question.market.listing(symbol, question.now) for symbol in read_listings())
    return [one.symbol for one in found if one and one.first_listed < day and one.is_active(day)][:WATCHED]


def _move(question: Question, symbol: str) -> Move:
    history = question.market.truth(symbol, question.now)
    newest, before = history.bars[-1], close_before(history.bars, history.splits)
    change = newest.close - before
    percent = (change / before * 100).quantize(FOUR_PLACES)
    return Move(symbol, newest.close, change, percent, newest.volume)


def _mover(move: Move) -> dict[str, str]:
    return {
        "ticker": move.symbol,
        "price": plain(move.price),
        "change_amount": plain(move.change),
        "change_percentage": f"{plain(move.percent)}%",
        "volume": str(move.volume),
    }
