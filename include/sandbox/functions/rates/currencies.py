"""Exchange rates: FX_DAILY, FX_WEEKLY, FX_MONTHLY, FX_INTRADAY and CURRENCY_EXCHANGE_RATE.

Each currency has one value in US dollars, so any triangle of rates closes up to rounding. Time zone: UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime

from include.sandbox.answers import Answer
from include.sandbox.functions.question import Question, json_answer
from include.sandbox.functions.rates.assets import COINS, CURRENCIES, asset_of
from include.sandbox.functions.rates.intraday import INTERVALS, intraday_rows
from include.sandbox.functions.rates.path import Pair
from include.sandbox.functions.rates.price_rows import merged, series_answer

COMPACT = 100
# What the API keeps: its windows of 999 weeks and 230 months are what 5000 days make.
WINDOWS = {"DAILY": 5000, "WEEKLY": 999, "MONTHLY": 230}
SPREAD = 0.00002
UNQUOTED = frozenset({"KRW", "TRY"})  # their bid and ask are "-", as those of some pairs were recorded


def fx_series(question: Question) -> Answer:
    """A row for each weekday, week or month; the newest is what has passed of it."""
    period = question.query.function.removeprefix("FX_")
    size = question.choice("outputsize", ("compact", "full"), "compact")
    kept = COMPACT if period == "DAILY" and size == "compact" else WINDOWS[period]
    spans = _pair(question).spans(question.now, WINDOWS["DAILY"] + 25 if period != "DAILY" else kept)
    rows = merged(spans, period)[::-1][:kept]
    meta = _meta(question, f"Forex {period.capitalize()} Prices (open, high, low, close)")
    if period != "MONTHLY":
        meta["Output Size"] = "Full size" if kept != COMPACT else "Compact"
    meta |= {"Last Refreshed": refreshed(question.now, rows[0].stamp), "Time Zone": "UTC"}
    return series_answer(question, meta, f"Time Series FX ({period.capitalize()})", rows, places=5)


def fx_intraday(question: Question) -> Answer:
    interval = question.choice("interval", INTERVALS)
    size = question.choice("outputsize", ("compact", "full"), "compact")
    rows = intraday_rows(_pair(question), question.now, interval, size == "full")
    meta = _meta(question, f"FX Intraday ({interval}) Time Series")
    meta |= {
        "Last Refreshed": rows[0].stamp,
        "Interval": interval,
        "Output Size": "Full size" if size == "full" else "Compact",
        "Time Zone": "UTC",
    }
    return series_answer(question, meta, f"Time Series FX ({interval})", rows, places=5)


def exchange_rate(question: Question) -> Answer:
    """The rate of the moment, of currencies and coins; bid and ask lie around it, where there are any."""
    offered = {**CURRENCIES, **COINS}
    base, quote = (asset_of(question, name, offered) for name in ("from_currency", "to_currency"))
    dollar = CURRENCIES["USD"]
    rate = Pair(question.seed, base, dollar).rate(question.now)
    rate /= Pair(question.seed, quote, dollar).rate(question.now)
    unquoted = bool({base.code, quote.code} & UNQUOTED)
    named = {
        "1. From_Currency Code": base.code,
        "2. From_Currency Name": base.name,
        "3. To_Currency Code": quote.code,
        "4. To_Currency Name": quote.name,
        "5. Exchange Rate": f"{rate:.8f}",
        "6. Last Refreshed": f"{question.now.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "7. Time Zone": "UTC",
        "8. Bid Price": "-" if unquoted else f"{rate * (1 - SPREAD):.8f}",
        "9. Ask Price": "-" if unquoted else f"{rate * (1 + SPREAD):.8f}",
    }
    return json_answer({"Realtime Currency Exchange Rate": named})


def refreshed(now: datetime, newest: str) -> str:
    """The present moment if the newest row is of today, else the end of its day."""
    moment = now.astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}" if f"{moment:%Y-%m-%d}" == newest else f"{newest} 21:55:00"


def _pair(question: Question) -> Pair:
    base, quote = (asset_of(question, name, CURRENCIES) for name in ("from_symbol", "to_symbol"))
    return Pair(question.seed, base, quote)


def _meta(question: Question, information: str) -> dict[str, str]:
    return {
        "Information": information,
        "From Symbol": question.query.get("from_symbol").upper(),
        "To Symbol": question.query.get("to_symbol").upper(),
    }
