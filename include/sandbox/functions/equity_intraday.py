"""TIME_SERIES_INTRADAY of closed sessions, 04:00 to 20:00 US/Eastern, newest first.

The bars of the regular hours make up the session's bar exactly: open, high, low, close, and volume as a sum.
By default prices are adjusted for splits and dividends; volumes are as traded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from include.sandbox.actions import generator
from include.sandbox.answers import Answer, data
from include.sandbox.clock import NEW_YORK
from include.sandbox.functions.question import InvalidParameters, Question
from include.sandbox.functions.rates.intraday import INTERVALS
from include.sandbox.listing import Listing
from include.sandbox.market import History
from include.sandbox.periods import adjusted_closes
from include.sandbox.series import Row, family_of, series_csv, series_json
from include.sandbox.walk import Bar

COMPACT = 100
FULL_SESSIONS = 21  # about thirty days
FIRST_MONTH = "2000-01"
EARLY, LATE = 4, 20  # the hours that extended trading begins and ends at
CENT = Decimal("0.01")
FOUR_PLACES = Decimal("0.0001")
BOOLEANS = ("true", "false")
# Time of the beginning, open, high, low, close, volume.
Minute = tuple[datetime, Decimal, Decimal, Decimal, Decimal, int]


def intraday_series(question: Question) -> Answer:
    """Only minutes that are over by now; a free or unentitled key has nothing of the running session."""
    interval = question.choice("interval", INTERVALS)
    full = question.choice("outputsize", ("compact", "full"), "compact") == "full"
    rows = _rows(question, int(interval.removesuffix("min")))[: None if full else COMPACT]
    family = family_of("TIME_SERIES_INTRADAY", interval)
    assert family is not None  # every interval has one
    if question.query.wants_csv:
        return data(question.query, series_csv(family, rows), name=family.file, csv=True)
    size, refreshed = "Full size" if full else "Compact", rows[0][0] if rows else ""
    symbol = question.symbol()
    return Answer(series_json(family, rows, symbol=symbol, refreshed=refreshed, size=size))


def _rows(question: Question, minutes: int) -> list[Row]:
    listing = question.market.listing(question.symbol(), question.now)
    if listing is None:
        raise InvalidParameters("symbol")
    extended = question.choice("extended_hours", BOOLEANS, "true") == "true"
    now = question.now.astimezone(NEW_YORK).replace(tzinfo=None)
    traded: list[Minute] = []
    for bar, factor in _sessions(question, listing):
        day = session_minutes(question, listing, bar, extended)
        traded += [_scaled(one, factor) for one in day if one[0] + timedelta(minutes=1) <= now]
    return [
        _row(start, list(group)) for start, group in groupby(traded, lambda one: _floor(one[0], minutes))
    ][::-1]


def _sessions(question: Question, listing: Listing) -> list[tuple[Bar, Decimal]]:
    """The sessions of ``month``, or the last; each with the factor that adjusts its prices."""
    history = question.market.truth(listing.symbol, question.now)
    month = question.query.get("month")
    factors = _factors(question, history)
    pairs = list(zip(history.bars, factors, strict=True))
    if not month:
        return pairs[-FULL_SESSIONS:]
    if month < FIRST_MONTH:
        raise InvalidParameters(f"month={month}")
    found = [(bar, factor) for bar, factor in pairs if f"{bar.session:%Y-%m}" == month]
    if not found:
        raise InvalidParameters(f"month={month}")
    return found


def _factors(question: Question, history: History) -> Sequence[Decimal]:
    if question.choice("adjusted", BOOLEANS, "true") == "false":
        return [Decimal(1)] * len(history.bars)
    closes = adjusted_closes(history.bars, history.splits, history.dividends)
    return [adjusted / bar.close for adjusted, bar in zip(closes, history.bars, strict=True)]


def session_minutes(question: Question, listing: Listing, bar: Bar, extended: bool) -> Iterator[Minute]:
    """Every minute with trades, oldest first, as traded."""
    sessions = question.market.sessions
    index = sessions.on_or_after(bar.session)
    opens, closes = (
        at.astimezone(NEW_YORK).replace(tzinfo=None) for at in (sessions.opens[index], sessions.closes[index])
    )
    name = f"{listing.drawn_as} {bar.session}"
    if extended:
        yield from _quiet(
            question.seed, f"{name} early", opens.replace(hour=EARLY, minute=0), opens, bar.open
        )
    yield from _regular(question.seed, name, opens, closes, bar)
    if extended:
        yield from _quiet(
            question.seed, f"{name} late", closes, closes.replace(hour=LATE, minute=0), bar.close
        )


def _regular(seed: int, name: str, opens: datetime, closes: datetime, bar: Bar) -> Iterator[Minute]:
    """A walk from the open to the close that touches the high and the low once at least."""
    count = int((closes - opens).total_seconds() // 60)
    random = generator(seed, name, "minutes")
    points = _bridge([random.gauss(0.0, 1.0) for _ in range(count)], bar)
    high, low = random.sample(range(1, count), 2)
    points[high], points[low] = bar.high, bar.low
    weights = [random.expovariate(1.0) for _ in range(count)]
    volumes = [int(bar.volume * weight / sum(weights)) for weight in weights]
    volumes[-1] += bar.volume - sum(volumes)
    for number, volume in enumerate(volumes):
        first, last = points[number : number + 2]
        yield opens + timedelta(minutes=number), first, max(first, last), min(first, last), last, volume


def _bridge(steps: list[float], bar: Bar) -> list[Decimal]:
    """Points one minute apart, within the session's range, with its open and close at their ends."""
    count, scale = len(steps), float(bar.high - bar.low) / 2 / len(steps) ** 0.5
    total, at, points = sum(steps), 0.0, [bar.open]
    for number, step in enumerate(steps, 1):
        at += step
        straight = float(bar.open) + float(bar.close - bar.open) * number / count
        point = Decimal(straight + scale * (at - total * number / count)).quantize(CENT).quantize(bar.close)
        points.append(min(max(point, bar.low), bar.high))
    points[-1] = bar.close
    return points


def _quiet(seed: int, name: str, start: datetime, end: datetime, price: Decimal) -> Iterator[Minute]:
    """Hours with few trades, close to the price of the session's beginning or end."""
    random = generator(seed, name, "quiet")
    for number in range(int((end - start).total_seconds() // 60)):
        if random.random() < 0.3:
            traded = (price * Decimal(1 + random.gauss(0.0, 0.0008))).quantize(CENT).quantize(price)
            yield start + timedelta(minutes=number), traded, traded, traded, traded, random.randint(1, 400)


def _scaled(minute: Minute, factor: Decimal) -> Minute:
    if factor == 1:
        return minute
    start, *prices, volume = minute[0], *minute[1:5], minute[5]
    opens, high, low, closes = ((price * factor).quantize(FOUR_PLACES) for price in prices)
    return start, opens, high, low, closes, volume


def _floor(start: datetime, minutes: int) -> datetime:
    return start.replace(minute=start.minute // minutes * minutes)


def _row(start: datetime, group: list[Minute]) -> Row:
    prices = group[0][1], max(one[2] for one in group), min(one[3] for one in group), group[-1][4]
    volume = sum(one[5] for one in group)
    return f"{start:%Y-%m-%d %H:%M:%S}", (*map(str, prices), str(volume))
