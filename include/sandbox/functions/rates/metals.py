"""GOLD_SILVER_SPOT and GOLD_SILVER_HISTORY, in dollars an ounce; the shapes are documented, not recorded."""

from __future__ import annotations

from itertools import groupby

from include.sandbox.answers import Answer
from include.sandbox.functions.economy import moment_text
from include.sandbox.functions.question import Question, csv_answer, json_answer
from include.sandbox.functions.rates.assets import CURRENCIES
from include.sandbox.functions.rates.path import Asset, Pair
from include.sandbox.functions.rates.price_rows import PERIODS

GOLD, SILVER = Asset("XAU", "Gold", 3300.0, 0.009), Asset("XAG", "Silver", 38.0, 0.016)
METALS = {"GOLD": GOLD, "XAU": GOLD, "SILVER": SILVER, "XAG": SILVER}
DAYS = 5000


def metal_spot(question: Question) -> Answer:
    price = _pair(question).rate(question.now)
    symbol = question.query.symbol
    return json_answer({
        "nominal": METALS[symbol].code,
        "timestamp": moment_text(question.now),
        "price": f"{price:.4f}",
    })


def metal_history(question: Question) -> Answer:
    """The last price of each day, week or month, newest first."""
    interval = question.choice("interval", ("daily", "weekly", "monthly"), "monthly")
    groups = groupby(
        _pair(question).spans(question.now, DAYS), key=lambda span: PERIODS[interval.upper()](span.day)
    )
    ends = [list(group)[-1] for _, group in groups][::-1]
    rows = [(span.day.isoformat(), f"{span.values[-1]:.4f}") for span in ends]
    if question.query.wants_csv:
        return csv_answer(question, "timestamp,value", rows)
    data = [{"date": day, "price": price} for day, price in rows]
    return json_answer({"nominal": METALS[question.query.symbol].code, "interval": interval, "data": data})


def _pair(question: Question) -> Pair:
    symbol = question.choice("symbol", tuple(METALS))
    return Pair(question.seed, METALS[symbol], CURRENCIES["USD"])
