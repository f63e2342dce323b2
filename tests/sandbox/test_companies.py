"""Companies: recorded lines, statements that add up, earnings that agree with them, filing by the clock."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise

import pytest

STATEMENTS = {
    "INCOME_STATEMENT": "INCOME_STATEMENT__IBM__pt1.json",
    "BALANCE_SHEET": "BALANCE_SHEET__IBM__pt1.json",
    "CASH_FLOW": "CASH_FLOW__IBM__pt2.json",
}


@pytest.mark.parametrize("function", STATEMENTS)
def test_statements_have_the_recorded_lines(sandbox, recordings, function):
    recorded = json.loads((recordings / STATEMENTS[function]).read_bytes())
    served = sandbox.get(function).json()
    assert list(served) == list(recorded)
    for part in ("annualReports", "quarterlyReports"):
        assert list(served[part][0]) == list(recorded[part][0])
        assert len(served[part]) == len(recorded[part])


@pytest.mark.parametrize("function", ["EARNINGS", "EARNINGS_ESTIMATES"])
def test_earnings_have_the_recorded_fields(sandbox, recordings, function):
    recorded = json.loads((recordings / f"{function}__IBM__pt1.json").read_bytes())
    served = sandbox.get(function).json()
    assert list(served) == list(recorded)
    for part in list(recorded)[1:]:
        assert list(served[part][0]) == list(recorded[part][0])


def test_an_income_statement_adds_up(sandbox):
    for report in sandbox.get("INCOME_STATEMENT").json()["quarterlyReports"]:
        line = {name: int(text) for name, text in report.items() if text.lstrip("-").isdigit()}
        assert line["totalRevenue"] - line["costOfRevenue"] == line["grossProfit"]
        assert line["grossProfit"] - line["operatingExpenses"] == line["operatingIncome"]
        assert line["incomeBeforeTax"] - line["incomeTaxExpense"] == line["netIncome"]


def test_a_balance_sheet_balances(sandbox):
    for report in sandbox.get("BALANCE_SHEET").json()["annualReports"]:
        line = {name: int(text) for name, text in report.items() if text.isdigit()}
        assert line["totalAssets"] == line["totalLiabilities"] + line["totalShareholderEquity"]
        assert line["totalAssets"] == line["totalCurrentAssets"] + line["totalNonCurrentAssets"]


def test_earnings_a_share_are_net_income_over_shares(sandbox):
    shares = {row[0]: int(row[2]) for row in sandbox.rows("SHARES_OUTSTANDING")}
    eps = {one["fiscalDateEnding"]: one for one in sandbox.get("EARNINGS").json()["quarterlyEarnings"]}
    reports = sandbox.get("INCOME_STATEMENT").json()["quarterlyReports"]
    assert len(reports) == 81
    for report in reports:
        day = report["fiscalDateEnding"]
        exact = Decimal(report["netIncome"]) / shares[day]
        assert abs(Decimal(eps[day]["reportedEPS"]) - exact) <= Decimal("0.005")


def test_the_first_year_of_earnings_is_the_running_one(sandbox):
    served = sandbox.get("EARNINGS").json()
    first, second = served["annualEarnings"][:2]
    assert (first["fiscalDateEnding"], second["fiscalDateEnding"]) == ("2026-03-31", "2025-12-31")
    quarters = {one["fiscalDateEnding"]: Decimal(one["reportedEPS"]) for one in served["quarterlyEarnings"]}
    assert Decimal(first["reportedEPS"]) == quarters["2026-03-31"]
    ends = ("2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31")
    assert Decimal(second["reportedEPS"]) == sum(quarters[end] for end in ends)


def test_a_report_is_out_on_its_day_as_the_calendar_announced_it(sandbox):
    sandbox.set_clock("2026-04-02T12:00:00Z")
    (row,) = [one for one in sandbox.rows("EARNINGS_CALENDAR", "IBM") if one[3] == "2026-03-31"]
    assert sandbox.get("EARNINGS").json()["quarterlyEarnings"][0]["fiscalDateEnding"] == "2025-12-31"
    sandbox.set_clock(f"{row[2]}T18:00:00Z")
    newest = sandbox.get("EARNINGS").json()["quarterlyEarnings"][0]
    assert (newest["fiscalDateEnding"], newest["reportedDate"]) == ("2026-03-31", row[2])


def test_a_filed_report_changes_only_where_it_is_restated(sandbox):
    def incomes() -> dict[str, str]:
        reports = sandbox.get("INCOME_STATEMENT").json()["quarterlyReports"]
        return {one["fiscalDateEnding"]: one["netIncome"] for one in reports}

    before = incomes()
    sandbox.set_clock("2027-05-16T06:00:00Z")
    after = incomes()
    common = before.keys() & after.keys()
    assert len(common) == 77
    assert all(int(after[day]) <= int(before[day]) for day in common)
    assert all(before[day] == after[day] for day in common if day < "2025-01-01")


@pytest.mark.parametrize("symbol", ["NOSUCH", "SPY"])
def test_what_is_no_company_has_no_statements(sandbox, symbol):
    assert sandbox.get("INCOME_STATEMENT", symbol).text == "{}"


def test_an_overview_has_the_recorded_fields_and_agrees_with_the_quote(sandbox, recordings):
    served = sandbox.get("OVERVIEW").json()
    assert list(served) == list(json.loads((recordings / "OVERVIEW__IBM__pt1.json").read_bytes()))
    price = Decimal(sandbox.get("GLOBAL_QUOTE").json()["Global Quote"]["05. price"])
    assert int(served["MarketCapitalization"]) == int(price * int(served["SharesOutstanding"]))
    assert abs(Decimal(served["PERatio"]) - price / Decimal(served["EPS"])) <= Decimal("0.005")
    reports = sandbox.get("INCOME_STATEMENT").json()["quarterlyReports"]
    assert int(served["RevenueTTM"]) == sum(int(one["totalRevenue"]) for one in reports[:4])


def test_the_truth_has_the_quarters_before_they_are_reported(sandbox):
    sandbox.set_clock("2026-04-02T12:00:00Z")
    newest = sandbox.admin("GET", "truth/IBM/quarters")[-1]
    assert newest["end"] == "2026-03-31"
    sandbox.set_clock("2026-07-16T12:00:00Z")
    reports = sandbox.get("INCOME_STATEMENT").json()["quarterlyReports"]
    assert (reports[0]["fiscalDateEnding"], reports[0]["netIncome"]) == ("2026-03-31", newest["net_income"])


def test_the_running_year_comes_first_with_its_quarters_so_far(sandbox):
    """As recorded of IBM on 2025-11-08: 7.05 = 1.6 + 2.8 + 2.65 for the year to 2025-09-30."""
    sandbox.set_clock("2025-12-15T06:00:00Z")
    body = sandbox.get("EARNINGS").json()
    running, last = body["annualEarnings"][:2]
    quarters = [Decimal(one["reportedEPS"]) for one in body["quarterlyEarnings"]]
    assert (running["fiscalDateEnding"], last["fiscalDateEnding"]) == ("2025-09-30", "2024-12-31")
    assert Decimal(running["reportedEPS"]) == sum(quarters[:3])
    assert Decimal(last["reportedEPS"]) == sum(quarters[3:7])


@pytest.mark.parametrize("kind", ["quarterlyReports", "annualReports"])
def test_the_cash_flows_are_the_change_in_the_balances_cash(sandbox, kind):
    sheets, flows = (sandbox.get(one).json()[kind] for one in ("BALANCE_SHEET", "CASH_FLOW"))
    held = [int(one["cashAndCashEquivalentsAtCarryingValue"]) for one in sheets]
    for (after, before), flow in zip(pairwise(held), flows, strict=False):
        assert int(flow["changeInCashAndCashEquivalents"]) == after - before
        parts = ("operatingCashflow", "cashflowFromInvestment", "cashflowFromFinancing")
        assert sum(int(flow[part]) for part in parts) == after - before


def test_on_the_morning_of_a_split_the_market_value_is_that_of_the_evening_before(sandbox):
    """Three shares of DIS for one on Monday 2026-05-04."""
    sandbox.set_clock("2026-05-02T12:00:00Z")
    before = sandbox.get("OVERVIEW", "DIS").json()
    sandbox.set_clock("2026-05-04T12:00:00Z")
    morning = sandbox.get("OVERVIEW", "DIS").json()
    sandbox.set_clock("2026-05-04T23:00:00Z")
    evening = sandbox.get("OVERVIEW", "DIS").json()
    assert morning["MarketCapitalization"] == before["MarketCapitalization"]
    shares = [int(one["SharesOutstanding"]) for one in (before, evening)]
    assert shares[1] == pytest.approx(3 * shares[0], abs=2000)  # counted in thousands


def test_estimates_are_of_the_recorded_periods(sandbox, recordings):
    """Recorded on 2026-05-17: two years and two quarters to come, then what was reported, 40 in all."""
    recorded = json.loads((recordings / "EARNINGS_ESTIMATES__IBM__pt1.json").read_bytes())["estimates"]
    sandbox.set_clock("2026-05-17T12:00:00Z")
    served = sandbox.get("EARNINGS_ESTIMATES").json()["estimates"]
    assert [(one["date"], one["horizon"]) for one in served[:20]] == [
        (one["date"], one["horizon"]) for one in recorded[:20]
    ]
    assert len(served) == len(recorded)
    assert any(value is None for one in served for value in one.values())


def test_a_report_comes_at_the_time_of_day_that_was_announced(sandbox):
    announced = {row[0]: row[6] for row in sandbox.rows("EARNINGS_CALENDAR", None, horizon="6month")}
    assert set(announced.values()) == {"pre-market", "post-market", ""}
    for symbol in ("IBM", "AAPL", "MSFT"):
        times = {one["reportTime"] for one in sandbox.get("EARNINGS", symbol).json()["quarterlyEarnings"]}
        assert times == {announced[symbol] or "pre-market"}
