"""OVERVIEW of a company: what follows from its price, its reports and its actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from include.sandbox.actions import generator
from include.sandbox.functions.companies.company import Quarter, style_of
from include.sandbox.functions.companies.statement_fields import OVERVIEW
from include.sandbox.functions.companies.statements import income
from include.sandbox.listing import Listing
from include.sandbox.published import Published
from include.sandbox.rows import plain

SECTORS = ("TECHNOLOGY", "HEALTHCARE", "FINANCIAL SERVICES", "INDUSTRIALS", "CONSUMER CYCLICAL", "ENERGY")


def company_overview(
    seed: int, listing: Listing, published: Published, found: list[Quarter], basics: Mapping[str, str]
) -> dict[str, str]:
    """All fields of the API over ``basics``; without four reported quarters ``basics`` alone."""
    if len(found) < 4:
        return dict(basics)
    fields = {**_drawn(seed, listing), **_figures(seed, listing, published, found), **basics}
    return {name: fields.get(name, "None") for name in OVERVIEW}


def _figures(seed: int, listing: Listing, published: Published, found: list[Quarter]) -> dict[str, str]:
    """Market value is price times shares; every ratio is made of figures that the statements have too."""
    year, price, shares = found[-4:], published.bars[-1].close, found[-1].shares
    style, value = style_of(seed, listing), price * shares
    eps = sum((quarter.eps for quarter in year), Decimal(0))
    revenue, net = sum(one.revenue for one in year), sum(one.net_income for one in year)
    lines = [income(one, style) for one in year]
    total = {name: sum(line[name] for line in lines) for name in ("grossProfit", "operatingIncome", "ebitda")}
    equity = found[-1].equity
    return {
        "FiscalYearEnd": "December",
        "LatestQuarter": str(found[-1].end),
        "MarketCapitalization": str(int(value)),
        "EBITDA": str(total["ebitda"]),
        "PERatio": _ratio(price, eps, 2),
        "TrailingPE": _ratio(price, eps, 2),
        "ForwardPE": _ratio(price, year[-1].expected * 4, 2),
        "BookValue": _ratio(equity, shares, 2),
        "DividendYield": _ratio(_dividends(published), price, 4) if _dividends(published) else "None",
        "EPS": str(eps),
        "DilutedEPSTTM": str(eps),
        "RevenuePerShareTTM": _ratio(revenue, shares, 2),
        "ProfitMargin": _ratio(net, revenue, 3),
        "OperatingMarginTTM": _ratio(total["operatingIncome"], revenue, 3),
        "ReturnOnEquityTTM": _ratio(net, equity, 3),
        "RevenueTTM": str(revenue),
        "GrossProfitTTM": str(total["grossProfit"]),
        "PriceToSalesRatioTTM": _ratio(value, revenue, 3),
        "PriceToBookRatio": _ratio(value, equity, 2),
        "SharesOutstanding": str(shares),
        "SharesFloat": str(shares * 99 // 100),
        "50DayMovingAverage": _average(published, 50),
        "200DayMovingAverage": _average(published, 200),
        "AnalystTargetPrice": plain((price * Decimal("1.08")).quantize(Decimal("0.01"))),
    }


def _drawn(seed: int, listing: Listing) -> dict[str, str]:
    random = generator(seed, listing.drawn_as, "overview")
    ratings = ("StrongBuy", "Buy", "Hold", "Sell", "StrongSell")
    return {
        "CIK": str(random.randint(10000, 1999999)),
        "Sector": SECTORS[random.randrange(len(SECTORS))],
        "Industry": "SIMULATED INDUSTRY",
        "Address": "1 SANDBOX STREET, NEW YORK, NY, UNITED STATES, 10001",
        "OfficialSite": f"https://{listing.symbol.lower()}.example.com",
        "Beta": f"{random.uniform(0.4, 1.8):.3f}",
        "PercentInsiders": f"{random.uniform(0.05, 5):.3f}",
        "PercentInstitutions": f"{random.uniform(40, 85):.3f}",
        **{f"AnalystRating{name}": str(random.randint(0, 12)) for name in ratings},
        "PEGRatio": "-",
    }


def _ratio(above: Decimal | int, below: Decimal | int, places: int) -> str:
    return f"{Decimal(above) / Decimal(below):.{places}f}" if below else "None"


def _dividends(published: Published) -> Decimal:
    today: date = published.bars[-1].session
    paid = [one.amount for one in published.dividends if one.ex_date <= today]
    return sum(paid[-4:], Decimal(0))


def _average(published: Published, days: int) -> str:
    closes = [bar.close for bar in published.bars[-days:]]
    return f"{sum(closes) / len(closes):.2f}"
