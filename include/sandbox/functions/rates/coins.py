"""Coins: DIGITAL_CURRENCY_DAILY, WEEKLY, MONTHLY and CRYPTO_INTRADAY.

Weekends count, and the newest row is partial. Time zone: UTC.
Prices and volumes have eight decimals; the volume is in coins.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from include.sandbox.actions import generator
from include.sandbox.answers import Answer
from include.sandbox.functions.question import Question
from include.sandbox.functions.rates.assets import COINS, CURRENCIES, asset_of
from include.sandbox.functions.rates.intraday import INTERVALS, intraday_rows
from include.sandbox.functions.rates.path import HOURS, Pair, Span, hour_of
from include.sandbox.functions.rates.price_rows import PERIODS, PriceRow, merged, series_answer

WINDOWS = {"DAILY": 350, "WEEKLY": 49, "MONTHLY": 12}
DAYS = 385  # enough for twelve months


def coin_series(question: Question) -> Answer:
    period = question.query.function.removeprefix("DIGITAL_CURRENCY_")
    coin, market = asset_of(question, "symbol", COINS), asset_of(question, "market", CURRENCIES)
    pair = Pair(question.seed, coin, market)
    spans = pair.spans(question.now, DAYS)
    rows = [
        PriceRow(row.stamp, row.prices, f"{volume:.8f}")
        for row, volume in zip(merged(spans, period), _volumes(question, pair, spans, period), strict=True)
    ][::-1][: WINDOWS[period]]
    word = period.capitalize()
    meta = _meta(f"{word} Prices and Volumes for Digital Currency", pair)
    meta |= {"Last Refreshed": f"{rows[0].stamp} 00:00:00", "Time Zone": "UTC"}
    return series_answer(question, meta, f"Time Series (Digital Currency {word})", rows, places=8)


def coin_intraday(question: Question) -> Answer:
    """The volume is a whole number here, and in JSON no text."""
    interval = question.choice("interval", INTERVALS)
    full = question.choice("outputsize", ("compact", "full"), "compact") == "full"
    coin, market = asset_of(question, "symbol", COINS), asset_of(question, "market", CURRENCIES)
    pair = Pair(question.seed, coin, market)
    rows = [
        replace(
            row, volume=int(500 * generator(question.seed, coin.code, row.stamp).lognormvariate(0.0, 0.8))
        )
        for row in intraday_rows(pair, question.now, interval, full)
    ]
    meta = _meta(f"Crypto Intraday ({interval}) Time Series", pair)
    meta |= {"Last Refreshed": rows[0].stamp, "Interval": interval}
    meta |= {"Output Size": "Full size" if full else "Compact", "Time Zone": "UTC"}
    return series_answer(question, meta, f"Time Series Crypto ({interval})", rows, places=5)


def _meta(information: str, pair: Pair) -> dict[str, str]:
    return {
        "Information": information,
        "Digital Currency Code": pair.base.code,
        "Digital Currency Name": pair.base.name,
        "Market Code": pair.quote.code,
        "Market Name": pair.quote.name,
    }


def _volumes(question: Question, pair: Pair, spans: list[Span], period: str) -> list[float]:
    """The coins traded in each period: the sum of its days, the running one as far as it has come."""
    moment = question.now.astimezone(UTC)
    traded: dict[object, float] = {}
    for span in spans:
        random = generator(question.seed, f"{pair.base.code}{pair.quote.code}", f"volume {span.day}")
        share = hour_of(moment) / HOURS if span.day == moment.date() else 1.0
        key = PERIODS[period](span.day)
        turnover = 2e7 * random.lognormvariate(0.0, 0.4) / pair.base.start
        traded[key] = traded.get(key, 0.0) + round(turnover * share, 8)
    return list(traded.values())
