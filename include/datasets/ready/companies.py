"""Companies: what they are, what they report, and what is expected of them."""

from __future__ import annotations

from include.datasets.base import Dataset
from include.datasets.column import Column, dates, numbers, texts
from include.datasets.ready.base import Ready
from include.datasets.ready.reading import part, without_running_year
from include.datasets.rule import positive, present

_MONEY = "in reported_currency"

_INCOME = (
    "gross_profit total_revenue cost_of_revenue costof_goods_and_services_sold operating_income "
    "selling_general_and_administrative research_and_development operating_expenses investment_income_net "
    "net_interest_income interest_income interest_expense non_interest_income other_non_operating_income "
    "depreciation depreciation_and_amortization income_before_tax income_tax_expense "
    "interest_and_debt_expense net_income_from_continuing_operations comprehensive_income_net_of_tax ebit "
    "ebitda net_income"
)
_BALANCE = (
    "total_assets total_current_assets cash_and_cash_equivalents_at_carrying_value "
    "cash_and_short_term_investments inventory current_net_receivables total_non_current_assets "
    "property_plant_equipment accumulated_depreciation_amortization_ppe intangible_assets "
    "intangible_assets_excluding_goodwill goodwill investments long_term_investments "
    "short_term_investments other_current_assets other_non_current_assets total_liabilities "
    "total_current_liabilities current_accounts_payable deferred_revenue current_debt short_term_debt "
    "total_non_current_liabilities capital_lease_obligations long_term_debt current_long_term_debt "
    "long_term_debt_noncurrent short_long_term_debt_total other_current_liabilities "
    "other_non_current_liabilities total_shareholder_equity treasury_stock retained_earnings common_stock"
)
_CASH = (
    "operating_cashflow payments_for_operating_activities proceeds_from_operating_activities "
    "change_in_operating_liabilities change_in_operating_assets depreciation_depletion_and_amortization "
    "capital_expenditures change_in_receivables change_in_inventory profit_loss cashflow_from_investment "
    "cashflow_from_financing proceeds_from_repayments_of_short_term_debt "
    "payments_for_repurchase_of_common_stock payments_for_repurchase_of_equity "
    "payments_for_repurchase_of_preferred_stock dividend_payout dividend_payout_common_stock "
    "dividend_payout_preferred_stock proceeds_from_issuance_of_common_stock "
    "proceeds_from_issuance_of_long_term_debt_and_capital_securities "
    "proceeds_from_issuance_of_preferred_stock proceeds_from_repurchase_of_equity "
    "proceeds_from_sale_of_treasury_stock change_in_cash_and_cash_equivalents change_in_exchange_rate "
    "net_income"
)
_PROFILE = "net_assets net_expense_ratio portfolio_turnover dividend_yield inception_date leveraged".split()
_REPORT = (
    Column("period", "text", "Of which length the report is: annual or quarterly."),
    Column("fiscal_date_ending", "date", "The last day of the fiscal period."),
    *texts("reported_currency"),
)


def _statement(name: str, function: str, items: str, says: str) -> Ready:
    return Ready(
        Dataset(
            name,
            function,
            table=name,
            key=("symbol", "period", "fiscal_date_ending"),
            every_days=30,
            day="fiscal_date_ending",
            columns=("reported_currency",),
            typed=(*_REPORT, *numbers(items, _MONEY)),
        ),
        says,
    )


COMPANIES = (
    Ready(
        Dataset(
            "overview",
            "OVERVIEW",
            table="company_overview",
            key=("symbol", "latest_quarter"),
            every_days=7,
            day="latest_quarter",
            columns=("name",),
            typed=(
                *texts("asset_type name cik exchange currency country sector industry fiscal_year_end"),
                *numbers("market_capitalization ebitda revenue_ttm gross_profit_ttm", "in currency"),
                *numbers(
                    "book_value dividend_per_share eps diluted_eps_ttm revenue_per_share_ttm", "a share"
                ),
                *numbers("pe_ratio peg_ratio trailing_pe forward_pe price_to_sales_ratio_ttm", "a ratio"),
                *numbers("price_to_book_ratio ev_to_revenue ev_to_ebitda beta", "a ratio"),
                *numbers("profit_margin operating_margin_ttm dividend_yield", "a part of 1"),
                *numbers("return_on_assets_ttm return_on_equity_ttm", "a part of 1"),
                *numbers("shares_outstanding shares_float", "shares"),
                *dates("dividend_date ex_dividend_date"),
            ),
            rules=(present("name"),),
        ),
        "what a company is, its size and ratios",
    ),
    _statement("income_statement", "INCOME_STATEMENT", _INCOME, "income statements, annual and quarterly"),
    _statement("balance_sheet", "BALANCE_SHEET", _BALANCE, "balance sheets, annual and quarterly"),
    _statement("cash_flow", "CASH_FLOW", _CASH, "cash flow statements, annual and quarterly"),
    Ready(
        Dataset(
            "earnings",
            "EARNINGS",
            table="earnings",
            key=("symbol", "period", "fiscal_date_ending"),
            every_days=30,
            day="fiscal_date_ending",
            columns=("reported_eps",),
            typed=(
                *_REPORT[:2],
                Column("reported_date", "date", "The day it was reported; null of a year."),
                *numbers("reported_eps estimated_eps surprise", "in the currency of the reports, a share"),
                *numbers("surprise_percentage", "in percent of the estimate"),
                Column("report_time", "text", "Before or after the session: pre-market or post-market."),
            ),
            prepare=without_running_year,
        ),
        "earnings a share, reported and expected",
    ),
    Ready(
        Dataset(
            "estimates",
            "EARNINGS_ESTIMATES",
            table="earnings_estimate",
            key=("symbol", "horizon", "date"),
            every_days=7,
            day="date",
            ahead=True,
            columns=("eps_estimate_average",),
            typed=(
                *numbers("eps_estimate_average eps_estimate_high eps_estimate_low", "a share"),
                *numbers(
                    "revenue_estimate_average revenue_estimate_high revenue_estimate_low", "in currency"
                ),
                *numbers("eps_estimate_analyst_count revenue_estimate_analyst_count", "analysts"),
            ),
        ),
        "what analysts expect, as it was and as it is revised",
    ),
    Ready(
        Dataset(
            "shares",
            "SHARES_OUTSTANDING",
            table="shares_outstanding",
            key=("symbol", "date"),
            parameters={"datatype": "csv"},
            every_days=30,
            day="date",
            columns=("shares_outstanding_diluted", "shares_outstanding_basic"),
            typed=numbers("shares_outstanding_diluted shares_outstanding_basic", "shares"),
            rules=(positive("shares_outstanding_basic"),),
        ),
        "how many shares there are, by quarter",
    ),
    Ready(
        Dataset(
            "etf_profile",
            "ETF_PROFILE",
            table="etf_profile",
            key=("symbol",),
            every_days=30,
            columns=("net_assets",),
            typed=(
                *numbers("net_assets", "in dollars"),
                *numbers("net_expense_ratio portfolio_turnover dividend_yield", "a part of 1"),
                *dates("inception_date"),
                *texts("leveraged"),
            ),
            prepare=part("profile", _PROFILE),
        ),
        "a fund's assets, costs and age",
    ),
)
