"""EARNINGS, EARNINGS_ESTIMATES, EARNINGS_CALENDAR and SHARES_OUTSTANDING."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from include.sandbox.actions import generator
from include.sandbox.answers import CSV_HEADERS, Answer, nothing_known
from include.sandbox.clock import NEW_YORK
from include.sandbox.functions.companies.company import Quarter, report_day, reported
from include.sandbox.functions.companies.statements import years
from include.sandbox.functions.economy import next_month
from include.sandbox.functions.question import Question, csv_answer, json_answer
from include.sandbox.rows import plain

ESTIMATES = 40  # rows at the most, as recorded
HORIZONS = {"3month": 3, "6month": 6, "12month": 12}
SHARES_HEADER = "date,shares_outstanding_diluted,shares_outstanding_basic"


def earnings(question: Question) -> Answer:
    """Newest first. The first year is the running one, as the API has it: the sum of its quarters so far."""
    found = _reported(question)
    if not found:
        return nothing_known(question.query)
    annual = [
        (year.end, sum(one.eps for one in found if one.end.year == year.end.year)) for year in years(found)
    ]
    if found[-1].end.month != 12:
        running = (one.eps for one in found if one.end.year == found[-1].end.year)
        annual.insert(0, (found[-1].end, sum(running)))
    time_of_day = report_time(question.seed, question.symbol().upper()) or "pre-market"
    return json_answer({
        "symbol": question.symbol(),
        "annualEarnings": [
            {"fiscalDateEnding": str(end), "reportedEPS": plain(Decimal(eps))} for end, eps in annual
        ],
        "quarterlyEarnings": [_surprise(quarter, time_of_day) for quarter in reversed(found)],
    })


def shares_outstanding(question: Question) -> Answer:
    """At the end of every reported quarter, newest first; diluted ones are half a percent more."""
    rows = [(str(one.end), str(one.shares * 1005 // 1000), str(one.shares)) for one in _reported(question)][
        ::-1
    ]
    if question.query.wants_csv:
        return csv_answer(question, SHARES_HEADER, rows)
    names = SHARES_HEADER.split(",")
    data = [dict(zip(names, row, strict=True)) for row in rows]
    return json_answer({"symbol": question.symbol(), "status": "success", "data": data})


def estimates(question: Question) -> Answer:
    """Of two years and two quarters to come, then of what is reported; what no analyst did is null."""
    found = _reported(question)
    if not found:
        return json_answer({"symbol": question.symbol(), "estimates": []})
    latest = found[-1]
    coming = [next_month(latest.end, months) - timedelta(1) for months in (7, 4)]
    years_end = [date(coming[1].year + later, 12, 31) for later in (1, 0)]
    rows = [
        _estimate(question, end, "fiscal year", latest.expected * 4, latest.revenue * 4) for end in years_end
    ]
    rows += [_estimate(question, end, "fiscal quarter", latest.expected, latest.revenue) for end in coming]
    rows += [
        _estimate(question, one.end, "fiscal quarter", one.expected, one.revenue) for one in reversed(found)
    ]
    return json_answer({"symbol": question.symbol(), "estimates": rows[:ESTIMATES]})


def calendar(question: Question) -> Answer:
    """The earnings that are still to come within the horizon, by day."""
    months = HORIZONS[question.choice("horizon", tuple(HORIZONS), "3month")]
    today = question.now.astimezone(NEW_YORK).date()
    last, wanted = today + timedelta(30 * months + 1), question.query.symbol.upper()
    rows: list[tuple[date, str, str, date]] = []
    for listing in question.market.every_listing():
        if (
            listing.asset_type != "Stock"
            or not listing.is_active(today)
            or wanted not in {"", listing.symbol}
        ):
            continue
        end = next_month(today.replace(month=(today.month - 1) // 3 * 3 + 1), -3)
        for _ in range(months // 3 + 2):
            end = next_month(end, 3)
            closing = end - timedelta(1)
            day = report_day(question.seed, listing, closing)
            if today < day <= last:
                rows.append((day, listing.symbol, listing.name.upper().replace(",", ""), closing))
    listed = [
        (symbol, name, str(day), str(end), "", "USD", report_time(question.seed, symbol))
        for day, symbol, name, end in sorted(rows)
    ]
    return csv_answer(question, CSV_HEADERS["EARNINGS_CALENDAR"], listed)


def _reported(question: Question) -> list[Quarter]:
    listing = question.market.listing(question.symbol(), question.now)
    return reported(question.market, listing, question.now) if listing else []


def report_time(seed: int, symbol: str) -> str:
    """When a company reports, before the session or after it; empty, as the API has it, where it varies."""
    return generator(seed, symbol, "report time").choice(("pre-market", "post-market", "post-market", ""))


def _surprise(quarter: Quarter, time_of_day: str) -> dict[str, str]:
    surprise = quarter.eps - quarter.expected
    percent = surprise / quarter.expected * 100 if quarter.expected else Decimal(0)
    return {
        "fiscalDateEnding": str(quarter.end),
        "reportedDate": str(quarter.reported),
        "reportedEPS": plain(quarter.eps),
        "estimatedEPS": plain(quarter.expected),
        "surprise": plain(surprise),
        "surprisePercentage": plain(percent.quantize(Decimal("0.0001"))),
        "reportTime": time_of_day,
    }


def _estimate(
    question: Question, end: date, horizon: str, eps: Decimal, revenue: int
) -> dict[str, str | None]:
    random = generator(question.seed, question.symbol().upper(), f"estimate {horizon} {end}")
    ago = {
        f"eps_estimate_average_{days}_days_ago": f"{float(eps) * random.uniform(0.99, 1.01):.4f}"
        for days in (7, 30, 60, 90)
    }
    revised = {
        f"eps_estimate_revision_{way}_trailing_{days}_days": f"{random.randint(1, 9)}.0000"
        if random.random() < 0.7
        else None
        for days in (7, 30)
        for way in ("up", "down")
    }
    analysts = random.randint(5, 25)
    return {
        "date": str(end),
        "horizon": horizon,
        "eps_estimate_average": f"{eps:.4f}",
        "eps_estimate_high": f"{float(eps) * 1.06:.4f}",
        "eps_estimate_low": f"{float(eps) * 0.94:.4f}",
        "eps_estimate_analyst_count": f"{analysts}.0000",
        **ago,
        **revised,
        "revenue_estimate_average": f"{revenue}.00",
        "revenue_estimate_high": f"{revenue * 103 // 100}.00",
        "revenue_estimate_low": f"{revenue * 97 // 100}.00",
        "revenue_estimate_analyst_count": f"{analysts}.00",
    }
