"""HISTORICAL_OPTIONS: the chain of a session, priced after Black and Scholes, so calls and puts agree."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil, erf, exp, floor, log, pi, sqrt

from include.sandbox.actions import generator
from include.sandbox.answers import Answer
from include.sandbox.facts import read_day
from include.sandbox.functions.economy import next_month
from include.sandbox.functions.question import InvalidParameters, Question, csv_answer, json_answer
from include.sandbox.sessions import Sessions
from include.sandbox.walk import Bar

FIRST = date(2008, 1, 1)
RATE = 0.04
EXPIRATIONS = 4
STEPS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)  # dollars between two strikes
MOST_STEPS = 16  # between four fifths and six fifths of the price


def option_chain(question: Question) -> Answer:
    """Four monthly expirations, of strikes that are the same every day; empty on a day without a session."""
    rows = [
        _contract(question, bar, expires, strike, kind)
        for bar in _bars(question)
        for expires in expirations(bar.session, question.market.sessions)
        for strike in strikes(float(bar.close))
        for kind in ("call", "put")
    ]
    wanted = {
        name: question.query.get(name) for name in ("contract", "expiration") if question.query.get(name)
    }
    names = {"contract": "contractID", "expiration": "expiration"}
    rows = [row for row in rows if all(row[names[name]] == value for name, value in wanted.items())]
    if question.query.wants_csv:
        return csv_answer(question, ",".join(HEADER), [list(row.values()) for row in rows])
    return json_answer({"endpoint": "Historical Options", "message": "success", "data": rows})


HEADER = (
    "contractID symbol expiration strike type last mark bid bid_size ask ask_size volume open_interest date "
    "implied_volatility delta gamma theta vega rho"
).split()


def _bars(question: Question) -> tuple[Bar, ...]:
    """The bar of ``date``, or of the last session that has closed."""
    listing = question.market.listing(question.symbol(), question.now)
    text = question.query.get("date")
    day = read_day(text)
    if listing is None or (text and (day is None or day < FIRST)):
        raise InvalidParameters("symbol or date")
    bars = question.market.truth(listing.symbol, question.now).bars
    return tuple(bar for bar in bars if bar.session == day) if text else bars[-1:]


def expirations(day: date, sessions: Sessions) -> list[date]:
    """The next third Fridays after ``day``, or the session before where the exchange is closed on one."""
    firsts = (next_month(day, number) for number in range(EXPIRATIONS + 1))
    fridays = (first + timedelta((4 - first.weekday()) % 7 + 14) for first in firsts)
    open_on = [sessions.dates[sessions.on_or_after(friday + timedelta(1)) - 1] for friday in fridays]
    return [one for one in open_on if one > day][:EXPIRATIONS]


def strikes(price: float) -> list[int]:
    """Whole dollars around a price, on steps that do not move with it."""
    step = next((step for step in STEPS if 0.4 * price / step <= MOST_STEPS), STEPS[-1])
    lowest, highest = max(1, ceil(0.8 * price / step)), max(1, floor(1.2 * price / step))
    return [number * step for number in range(lowest, highest + 1)]


def _contract(question: Question, bar: Bar, expires: date, strike: int, kind: str) -> dict[str, str]:
    symbol, years = question.symbol().upper(), (expires - bar.session).days / 365
    random = generator(question.seed, symbol, f"option {bar.session} {expires} {strike} {kind}")
    smile = generator(question.seed, symbol, f"volatility {bar.session}").uniform(0.18, 0.4)
    volatility = smile + 0.3 * abs(log(strike / float(bar.close)))
    mark, greeks = priced(float(bar.close), strike, years, volatility, kind)
    half = max(0.01, round(mark * 0.02, 2))
    return {
        "contractID": f"{symbol}{expires:%y%m%d}{kind[0].upper()}{strike * 1000:08d}",
        "symbol": symbol,
        "expiration": str(expires),
        "strike": f"{strike:.2f}",
        "type": kind,
        "last": f"{mark:.2f}",
        "mark": f"{mark:.2f}",
        "bid": f"{max(0.0, mark - half):.2f}",
        "bid_size": str(random.randint(0, 100)),
        "ask": f"{mark + half:.2f}",
        "ask_size": str(random.randint(1, 100)),
        "volume": str(random.randint(0, 900)),
        "open_interest": str(random.randint(0, 5000)),
        "date": str(bar.session),
        "implied_volatility": f"{volatility:.5f}",
        **{name: f"{value:.5f}" for name, value in greeks.items()},
    }


def priced(
    spot: float, strike: float, years: float, volatility: float, kind: str
) -> tuple[float, dict[str, float]]:
    """The price and its greeks: theta a day, vega and rho a percentage point."""
    spread = volatility * sqrt(years)
    first = (log(spot / strike) + (RATE + volatility**2 / 2) * years) / spread
    second, sign = first - spread, 1 if kind == "call" else -1
    discounted, density = strike * exp(-RATE * years), exp(-(first**2) / 2) / sqrt(2 * pi)
    price = sign * (spot * _normal(sign * first) - discounted * _normal(sign * second))
    decay = -spot * density * volatility / (2 * sqrt(years)) - sign * RATE * discounted * _normal(
        sign * second
    )
    return max(price, 0.0), {
        "delta": sign * _normal(sign * first),
        "gamma": density / (spot * spread),
        "theta": decay / 365,
        "vega": spot * density * sqrt(years) / 100,
        "rho": sign * discounted * years * _normal(sign * second) / 100,
    }


def _normal(value: float) -> float:
    return (1 + erf(value / sqrt(2))) / 2
