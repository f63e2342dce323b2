"""INCOME_STATEMENT, BALANCE_SHEET and CASH_FLOW: 20 years and 81 quarters, as far as they are filed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby

from include.sandbox.answers import Answer, nothing_known
from include.sandbox.clock import NEW_YORK
from include.sandbox.functions.companies.company import MILLION, Quarter, Style, reported, style_of
from include.sandbox.functions.companies.statement_fields import FIELDS
from include.sandbox.functions.question import Question, json_answer

ANNUAL, QUARTERLY = 20, 81
Figures = dict[str, int]


def statement(question: Question) -> Answer:
    """The reports of one kind, newest first; what is not simulated is ``None``, a text."""
    symbol = question.symbol()
    listing = question.market.listing(symbol, question.now)
    found = reported(question.market, listing, question.now) if listing else []
    today = question.now.astimezone(NEW_YORK).date()
    filed = [quarter for quarter in found if quarter.filed <= today]
    if not listing or not filed:
        return nothing_known(question.query)
    style = style_of(question.seed, listing)
    return json_answer({
        "symbol": symbol,
        "annualReports": _reports(question, style, years(filed)[:ANNUAL]),
        "quarterlyReports": _reports(question, style, filed[::-1][:QUARTERLY]),
    })


def years(found: list[Quarter]) -> list[Quarter]:
    """The years all four quarters of which are there, newest first: sums, and what stands at the end."""
    groups = (list(group) for _, group in groupby(found, key=lambda quarter: quarter.end.year))
    return [_year(group) for group in groups if len(group) == 4][::-1]


def _year(group: list[Quarter]) -> Quarter:
    return replace(
        group[-1],
        revenue=sum(quarter.revenue for quarter in group),
        net_income=sum(quarter.net_income for quarter in group),
        dividends=sum(quarter.dividends for quarter in group),
        equity_before=group[0].equity_before,
    )


def _reports(question: Question, style: Style, periods: list[Quarter]) -> list[dict[str, str]]:
    function = question.query.function
    return [_report(FIELDS[function], MAKERS[function](period, style), period) for period in periods]


def _report(fields: tuple[str, ...], figures: Figures, period: Quarter) -> dict[str, str]:
    head = {"fiscalDateEnding": period.end.isoformat(), "reportedCurrency": "USD"}
    return head | {name: str(figures.get(name, "None")) for name in fields}


def share(amount: int, part: float) -> int:
    """A part of an amount, in whole millions."""
    return round(amount * part / MILLION) * MILLION


def income(period: Quarter, style: Style) -> Figures:
    """From the revenue down to the net income, every line the difference of those above it."""
    net, revenue = period.net_income, period.revenue
    tax, interest, depreciation = share(net, 0.25), share(net, 0.12), share(revenue, 0.05)
    operating = net + tax + interest
    gross = operating + share(revenue, 0.2)
    expenses = gross - operating
    return {
        "grossProfit": gross,
        "totalRevenue": revenue,
        "costOfRevenue": revenue - gross,
        "costofGoodsAndServicesSold": revenue - gross,
        "operatingIncome": operating,
        "sellingGeneralAndAdministrative": expenses - share(expenses, 0.3),
        "researchAndDevelopment": share(expenses, 0.3),
        "operatingExpenses": expenses,
        "netInterestIncome": -interest,
        "interestIncome": 0,
        "interestExpense": interest,
        "depreciationAndAmortization": depreciation,
        "incomeBeforeTax": net + tax,
        "incomeTaxExpense": tax,
        "netIncomeFromContinuingOperations": net,
        "ebit": operating,
        "ebitda": operating + depreciation,
        "netIncome": net,
    }


def balance(period: Quarter, style: Style) -> Figures:
    """Assets are liabilities and equity."""
    equity, assets = period.equity, share(period.equity, style.leverage)
    debts, current = assets - equity, share(assets, 0.3)
    cash, receivables, stock = share(current, 0.4), share(current, 0.35), share(current, 0.1)
    due = share(debts, 0.4)
    payables, short = share(due, 0.3), share(due, 0.2)
    long = share(debts - due, 0.7)
    goodwill, plant = share(assets - current, 0.4), share(assets - current, 0.3)
    return {
        "totalAssets": assets,
        "totalCurrentAssets": current,
        "cashAndCashEquivalentsAtCarryingValue": cash,
        "cashAndShortTermInvestments": cash,
        "inventory": stock,
        "currentNetReceivables": receivables,
        "totalNonCurrentAssets": assets - current,
        "propertyPlantEquipment": plant,
        "goodwill": goodwill,
        "otherCurrentAssets": current - cash - receivables - stock,
        "totalLiabilities": debts,
        "totalCurrentLiabilities": due,
        "currentAccountsPayable": payables,
        "shortTermDebt": short,
        "totalNonCurrentLiabilities": debts - due,
        "longTermDebt": long,
        "shortLongTermDebtTotal": short + long,
        "otherCurrentLiabilities": due - payables - short,
        "otherNonCurrentLiabilities": debts - due - long,
        "totalShareholderEquity": equity,
        "retainedEarnings": share(equity, 0.7),
        "commonStock": equity - share(equity, 0.7),
        "commonStockSharesOutstanding": period.shares,
    }


def cash_flow(period: Quarter, style: Style) -> Figures:
    """What came in by business goes into equipment and to the shareholders; loans explain the rest.

    The change in cash is that of the balance sheets; it is left out where there is none before.
    """
    depreciation = share(period.revenue, 0.05)
    spent, bought = share(period.revenue, 0.06), share(period.net_income, 0.2)
    operating = period.net_income + depreciation
    change = None
    if period.equity_before is not None:
        change = _cash(period, style) - _cash(replace(period, equity=period.equity_before), style)
    kept = {} if change is None else {"changeInCashAndCashEquivalents": change}
    return {
        "operatingCashflow": operating,
        "depreciationDepletionAndAmortization": depreciation,
        "capitalExpenditures": spent,
        "cashflowFromInvestment": -spent,
        "cashflowFromFinancing": (change or 0) - operating + spent,
        "dividendPayout": period.dividends,
        "dividendPayoutCommonStock": period.dividends,
        "proceedsFromRepurchaseOfEquity": -bought,
        **kept,
        "netIncome": period.net_income,
    }


def _cash(period: Quarter, style: Style) -> int:
    return balance(period, style)["cashAndCashEquivalentsAtCarryingValue"]


MAKERS: dict[str, Callable[[Quarter, Style], Figures]] = {
    "INCOME_STATEMENT": income,
    "BALANCE_SHEET": balance,
    "CASH_FLOW": cash_flow,
}
