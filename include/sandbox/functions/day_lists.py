"""What is about the whole market or a fund: TOP_GAINERS_LOSERS, IPO_CALENDAR, ETF_PROFILE."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from include.sandbox.actions import generator
from include.sandbox.answers import CSV_HEADERS, Answer, nothing_known
from include.sandbox.clock import NEW_YORK
from include.sandbox.functions.companies.overview import SECTORS
from include.sandbox.functions.question import Question, csv_answer, json_answer
from include.sandbox.market import Market
from include.sandbox.rows import plain
from include.sandbox.walk import Bar

LISTED = 20
FOUR_PLACES = Decimal("0.0001")


def movers(question: Question) -> Answer:
    """Of the last closed session: the 20 that rose and fell most, and the most traded."""
    market, now = question.market, question.now
    day = market.sessions.dates[market.sessions.closed_by(now) - 1]
    pairs = [(symbol, bars) for symbol, bars in _last_two(question) if bars[-1].session == day]
    risen = sorted(pairs, key=lambda pair: -_change(pair[1]))
    traded = sorted(pairs, key=lambda pair: -pair[1][-1].volume)
    return json_answer({
        "metadata": "Top gainers, losers, and most actively traded US tickers",
        "last_updated": f"{day} 16:16:00 US/Eastern",
        "top_gainers": [_mover(*pair) for pair in risen[:LISTED]],
        "top_losers": [_mover(*pair) for pair in risen[::-1][:LISTED]],
        "most_actively_traded": [_mover(*pair) for pair in traded[:LISTED]],
    })


def ipo_calendar(question: Question) -> Answer:
    """The listings of the next three months."""
    today = question.now.astimezone(NEW_YORK).date()
    coming = [one for one in question.market.every_listing() if today < one.listed <= today + timedelta(90)]
    rows = [
        (one.symbol, one.name.replace(",", ""), str(one.listed), "0", "0", "USD", one.exchange)
        for one in sorted(coming, key=lambda one: (one.listed, one.symbol))
    ]
    return csv_answer(question, CSV_HEADERS["IPO_CALENDAR"], rows)


def etf_profile(question: Question) -> Answer:
    """Weights are shares of one with four decimals; what is not known is ``n/a``."""
    listing = question.market.listing(question.symbol(), question.now)
    if not listing or listing.asset_type != "ETF":
        return nothing_known(question.query)
    random = generator(question.seed, listing.symbol, "profile")
    today = question.now.astimezone(NEW_YORK).date()
    held = [
        one for one in question.market.every_listing() if one.asset_type == "Stock" and one.is_active(today)
    ]
    holdings = zip(held, _weights([random.expovariate(1) for _ in held]), strict=True)
    sectors = zip(SECTORS, _weights([random.random() for _ in SECTORS]), strict=True)
    return json_answer({
        "net_assets": str(random.randint(20, 600) * 10**9),
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
    return [Decimal(part / sum(parts)).quantize(FOUR_PLACES) for part in parts]


def _last_two(question: Question) -> list[tuple[str, tuple[Bar, ...]]]:
    market: Market = question.market
    symbols = dict.fromkeys(one.symbol for one in market.every_listing())
    known = [symbol for symbol in symbols if market.listing(symbol, question.now)]
    pairs = ((symbol, market.truth(symbol, question.now).bars[-2:]) for symbol in known)
    return [(symbol, bars) for symbol, bars in pairs if len(bars) == 2]


def _change(bars: tuple[Bar, ...]) -> Decimal:
    return (bars[-1].close - bars[-2].close) / bars[-2].close


def _mover(symbol: str, bars: tuple[Bar, ...]) -> dict[str, str]:
    return {
        "ticker": symbol,
        "price": plain(bars[-1].close),
        "change_amount": plain(bars[-1].close - bars[-2].close),
        "change_percentage": f"{plain((_change(bars) * 100).quantize(FOUR_PLACES))}%",
        "volume": str(bars[-1].volume),
    }
