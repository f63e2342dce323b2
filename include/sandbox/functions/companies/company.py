"""A company's quarters, made from its prices: what it earned is what its price at the quarter's end implies.

Amounts are whole US dollars in millions. Shares are counted in today's shares, so a split rewrites all that
came before it; the net income of a quarter divided by its shares is its earnings a share.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from include.sandbox.actions import generator
from include.sandbox.clock import NEW_YORK
from include.sandbox.functions.economy import next_month
from include.sandbox.listing import Listing
from include.sandbox.market import History, Market

MILLION = 1_000_000
CENT = Decimal("0.01")
RESTATED_AFTER = 200  # days


@dataclass(frozen=True)
class Quarter:
    """Amounts in US dollars; ``reported`` is the day of the earnings, ``filed`` that of the statements.

    ``equity_before`` is the equity at the beginning; None in a company's first quarter.
    """

    end: date
    reported: date
    filed: date
    revenue: int
    net_income: int
    equity: int
    dividends: int
    shares: int
    expected: Decimal
    equity_before: int | None = None

    @property
    def eps(self) -> Decimal:
        return (Decimal(self.net_income) / self.shares).quantize(CENT)


@dataclass(frozen=True)
class Style:
    """What makes one company unlike another: shares at its listing, price over earnings, profit margin."""

    shares: int
    multiple: float
    margin: float
    leverage: float
    buyback: float


def style_of(seed: int, listing: Listing) -> Style:
    random = generator(seed, listing.drawn_as, "company")
    return Style(
        shares=MILLION * random.randint(120, 900),
        multiple=random.uniform(12, 32),
        margin=random.uniform(0.06, 0.26),
        leverage=random.uniform(1.6, 3.2),
        buyback=random.uniform(-0.004, 0.002),
    )


def reported(market: Market, listing: Listing, now: datetime) -> list[Quarter]:
    """The quarters whose earnings are out, oldest first; none of a fund."""
    today = now.astimezone(NEW_YORK).date()
    return [quarter for quarter in quarters(market, listing, now) if quarter.reported <= today]


def quarters(market: Market, listing: Listing, now: datetime) -> list[Quarter]:
    """Every quarter that is over, also before it is reported, oldest first; none of a fund."""
    if listing.asset_type != "Stock":
        return []
    history, today = market.truth(listing.symbol, now), now.astimezone(NEW_YORK).date()
    sessions = [bar.session for bar in history.bars]
    style = style_of(market.seed, listing)
    found = []
    for number, end in enumerate(_ends(listing.first_listed, today)):
        closed = bisect_right(sessions, end)
        if closed:
            price = history.bars[closed - 1].close
            found.append(_quarter(market.seed, listing, style, number, end, price, history, today))
    return found[:1] + [replace(one, equity_before=before.equity) for before, one in pairwise(found)]


def report_day(seed: int, listing: Listing, end: date) -> date:
    """Three to six weeks after the quarter's end, one in ten a month later; never on a weekend."""
    random = generator(seed, listing.drawn_as, f"report {end}")
    day = end + timedelta(random.randint(20, 42) + 30 * (random.random() < 0.1))
    return day + timedelta({5: 2, 6: 1}.get(day.weekday(), 0))


def _ends(first: date, today: date) -> Iterable[date]:
    start = date(max(first.year, 1999), 1, 1)
    end = next_month(start, 3) - timedelta(1)
    while end <= today:
        yield end
        end = next_month(end, 4) - timedelta(1)


def _quarter(
    seed: int,
    listing: Listing,
    style: Style,
    number: int,
    end: date,
    price: Decimal,
    history: History,
    today: date,
) -> Quarter:
    random = generator(seed, listing.drawn_as, f"quarter {end}")
    since = Decimal(style.shares) * Decimal((1 + style.buyback) ** number)
    # A split of this morning counts with its first session: until then the newest price is one before it.
    traded, todays = _split(since, history, end), _split(since, history, history.bars[-1].session)
    capital = float(traded * price)
    net = round(capital / style.multiple / 4 * random.uniform(0.85, 1.15) / MILLION) or 1
    out = report_day(seed, listing, end)
    filed = out + timedelta(random.randint(1, 6))
    # One quarter of a dozen is restated: its profit turns out to be three percent less.
    if random.random() < 1 / 12 and today >= filed + timedelta(RESTATED_AFTER):
        net = round(net * 0.97)
    paid = sum((one.amount for one in history.dividends if _begin(end) <= one.ex_date <= end), Decimal(0))
    shares = round(todays / 1000) * 1000
    eps = Decimal(net * MILLION) / shares
    return Quarter(
        end,
        out,
        filed,
        revenue=round(net / style.margin) * MILLION,
        net_income=net * MILLION,
        equity=round(capital * 0.22 / MILLION) * MILLION,
        dividends=round(paid * traded / MILLION) * MILLION,
        shares=shares,
        expected=(eps * Decimal(random.uniform(0.94, 1.04))).quantize(CENT),
    )


def _begin(end: date) -> date:
    return next_month(end, -2)


def _split(shares: Decimal, history: History, day: date) -> Decimal:
    for split in history.splits:
        if split.effective <= day:
            shares *= split.factor
    return shares
