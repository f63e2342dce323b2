"""Economic series: recorded names and units, what is out by when, what is missing, what is revised."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

RECORDED = (
    "CPI DURABLES FEDERAL_FUNDS_RATE INFLATION NONFARM_PAYROLL RETAIL_SALES TREASURY_YIELD UNEMPLOYMENT"
)
GOODS = "COPPER ALUMINUM WHEAT CORN COTTON SUGAR COFFEE ALL_COMMODITIES WTI BRENT NATURAL_GAS".split()


def values(sandbox, function, **parameters):
    return {row[0]: row[1] for row in sandbox.rows(function, None, **parameters)}


@pytest.mark.parametrize("function", RECORDED.split())
def test_the_head_of_a_series_is_as_recorded(sandbox, recordings, function):
    recorded = json.loads((recordings / f"{function}__none__cg1.json").read_bytes())
    served = sandbox.get(function, None).json()
    assert list(served) == list(recorded)
    assert [served[name] for name in ("name", "interval", "unit")] == [
        recorded[name] for name in ("name", "interval", "unit")
    ]
    assert list(served["data"][0]) == list(recorded["data"][0])


@pytest.mark.parametrize("function", GOODS)
def test_goods_have_a_month_a_row_newest_first(sandbox, function):
    days = list(values(sandbox, function))
    assert days[0] == "2026-04-01" if function in {"WTI", "BRENT", "NATURAL_GAS"} else "2026-03-01"
    assert days == sorted(set(days), reverse=True)
    assert all(day.endswith("-01") for day in days)


def test_goods_have_no_price_in_their_first_years(sandbox):
    copper = values(sandbox, "COPPER")
    assert copper["1980-01-01"] == "."
    assert Decimal(copper["2000-01-01"]) > 0


@pytest.mark.parametrize("function", ["CPI", "UNEMPLOYMENT"])
def test_the_month_of_the_shutdown_was_never_counted(sandbox, function):
    assert values(sandbox, function)["2025-10-01"] == "."


def test_a_holiday_has_no_price(sandbox):
    oil = values(sandbox, "WTI", interval="daily")
    assert oil["2025-12-25"] == "."
    assert oil["2025-12-24"] != "."
    assert "2025-12-27" not in oil


def test_a_value_is_out_only_after_its_month(sandbox):
    sandbox.set_clock("2026-05-05T12:00:00Z")
    assert next(iter(values(sandbox, "UNEMPLOYMENT"))) == "2026-03-01"
    sandbox.set_clock("2026-05-06T12:00:00Z")
    assert next(iter(values(sandbox, "UNEMPLOYMENT"))) == "2026-04-01"


def test_a_first_estimate_is_revised_and_stays_then(sandbox):
    first = values(sandbox, "NONFARM_PAYROLL")
    sandbox.set_clock("2026-08-16T06:00:00Z")
    later = values(sandbox, "NONFARM_PAYROLL")
    sandbox.set_clock("2026-11-16T06:00:00Z")
    last = values(sandbox, "NONFARM_PAYROLL")
    assert first["2026-04-01"] != later["2026-04-01"] == last["2026-04-01"]
    assert first["2026-01-01"] == later["2026-01-01"]


def test_longer_maturities_yield_more(sandbox):
    short, long = (values(sandbox, "TREASURY_YIELD", maturity=one) for one in ("3month", "30year"))
    assert all(Decimal(long[day]) > Decimal(short[day]) for day in short)


def test_a_year_of_output_is_its_four_quarters(sandbox):
    year, quarters = (values(sandbox, "REAL_GDP", interval=one) for one in ("annual", "quarterly"))
    total = sum(Decimal(quarters[f"2020-{month}-01"]) for month in ("01", "04", "07", "10"))
    assert abs(Decimal(year["2020-01-01"]) - total) < Decimal("0.01")


def test_gold_has_a_spot_price_and_a_history(sandbox):
    spot = sandbox.get("GOLD_SILVER_SPOT", "XAU").json()
    history = sandbox.get("GOLD_SILVER_HISTORY", "GOLD", interval="daily").json()["data"]
    assert history[0] == {"date": "2026-05-15", "price": spot["price"]}


@pytest.mark.parametrize(("function", "interval"), [("COPPER", "daily"), ("CPI", "annual")])
def test_an_interval_that_is_not_offered_is_an_invalid_call(sandbox, function, interval):
    assert list(sandbox.get(function, None, interval=interval).json()) == ["Error Message"]


MONTHLY = "ALL_COMMODITIES ALUMINUM BRENT COFFEE CORN COTTON CPI FEDERAL_FUNDS_RATE NATURAL_GAS SUGAR WHEAT"
OF_ONE_INTERVAL = "INFLATION NONFARM_PAYROLL REAL_GDP_PER_CAPITA RETAIL_SALES UNEMPLOYMENT"
BODIES = [f"{name}__none_monthly__pt1" for name in MONTHLY.split()]
BODIES += [f"{name}__none__pt1" for name in OF_ONE_INTERVAL.split()]


@pytest.mark.parametrize("body", BODIES)
def test_periods_and_gaps_are_those_that_were_recorded(sandbox, recordings, body):
    """Recorded on 2026-05-17: every period from the first to the newest, and which of them have no value."""
    recorded = [line.split(",") for line in (recordings / f"{body}.csv").read_text().split()[1:]]
    served = values(sandbox, body.split("__")[0])
    assert [(day, value == ".") for day, value in served.items()] == [
        (day, value == ".") for day, value in recorded
    ]


def test_inflation_is_that_of_the_consumer_prices(sandbox):
    months = values(sandbox, "CPI")
    before, year = (
        sum(float(months[f"{year}-{month:02}-01"]) for month in range(1, 13)) / 12 for year in (2023, 2024)
    )
    inflation = float(values(sandbox, "INFLATION")["2024-01-01"])
    assert inflation == pytest.approx(100 * (year / before - 1), abs=0.001)


def test_a_month_of_oil_is_the_mean_of_the_days_it_was_traded_on(sandbox):
    days = values(sandbox, "WTI", interval="daily")
    april = [float(value) for day, value in days.items() if day.startswith("2026-04") and value != "."]
    assert len(april) == 21
    assert float(values(sandbox, "WTI")["2026-04-01"]) == pytest.approx(sum(april) / 21, abs=0.01)


@pytest.mark.parametrize(
    ("function", "pattern"),
    [
        ("RETAIL_SALES", r"\d{6}\.0"),
        ("DURABLES", r"\d{6}\.0"),
        ("REAL_GDP_PER_CAPITA", r"\d{5}\.0"),
        ("NONFARM_PAYROLL", r"\d{6}"),
        ("UNEMPLOYMENT", r"\d\.\d"),
        ("FEDERAL_FUNDS_RATE", r"\d\.\d\d"),
        ("CPI", r"\d{3}\.\d{3}"),
        ("WTI", r"\d\d\.(\d|\d[1-9])"),
    ],
)
def test_figures_are_printed_as_recorded(sandbox, function, pattern):
    newest = [value for value in list(values(sandbox, function).values())[:12] if value != "."]
    assert all(re.fullmatch(pattern, value) for value in newest), newest
