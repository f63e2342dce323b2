"""REALTIME_BULK_QUOTES of a premium key; the sample rows that other keys are sent are in ``samples``."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from include.sandbox.answers import Answer
from include.sandbox.clock import NEW_YORK
from include.sandbox.functions.equity_intraday import session_minutes
from include.sandbox.functions.question import Question, csv_answer, json_answer
from include.sandbox.listing import Listing
from include.sandbox.periods import close_before
from include.sandbox.published import partial
from include.sandbox.rows import FOUR_PLACES, plain
from include.sandbox.samples import NAMES

MOST = 100
FIVE_PLACES = Decimal("0.00001")


def bulk_quotes(question: Question) -> Answer:
    """The first hundred symbols asked for; unknown ones are left out. Times are New York's."""
    symbols = [symbol.strip() for symbol in question.symbol().split(",")][:MOST]
    found = [question.market.listing(symbol, question.now) for symbol in symbols]
    rows = [_quote(question, listing) for listing in found if listing]
    if question.query.wants_csv:
        return csv_answer(question, ",".join(NAMES), rows)
    quotes = [dict(zip(NAMES, row, strict=True)) for row in rows]
    return json_answer({"endpoint": "Realtime Bulk Quotes", "message": "success", "data": quotes})


def _quote(question: Question, listing: Listing) -> tuple[str, ...]:
    """The session that is open, as far as it has come, or else the newest one."""
    history = question.market.truth(listing.symbol, question.now)
    running = question.market.running_bar(listing.symbol, question.now)
    bars = [*history.bars[-2:], *([partial(*running)] if running else [])]
    bar, previous = bars[-1], close_before(bars, history.splits)
    traded, last = _last_trade(question, listing) if not running else (question.now, bar.close)
    change, extended = bar.close - previous, last - bar.close
    prices = (bar.open, bar.high, bar.low, bar.close)
    return (
        listing.symbol,
        f"{traded.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S}.000",
        *map(plain, prices),
        str(bar.volume),
        plain(previous),
        plain(change),
        plain((change / previous * 100).quantize(FOUR_PLACES)),
        plain(last),
        plain(extended),
        plain((extended / bar.close * 100).quantize(FIVE_PLACES)),
    )


def _last_trade(question: Question, listing: Listing) -> tuple[datetime, Decimal]:
    """When the newest session was traded last, and at what price: after its hours, until eight."""
    bar = question.market.truth(listing.symbol, question.now).bars[-1]
    minutes = session_minutes(question, listing, bar, extended=True)
    passed = [one for one in minutes if one[0].replace(tzinfo=NEW_YORK) < question.now]
    return passed[-1][0].replace(tzinfo=NEW_YORK), passed[-1][4]
