"""Companies and funds: profiles, statements, events, calendars."""

from __future__ import annotations

from airflow_provider_alphavantage.catalogue.entries import (
    BOTH,
    CSV,
    JSON,
    SYMBOL,
    Function,
    Parameter,
    one_of,
)

_LISTING = (
    Parameter("date", "date", earliest="2010-01-02"),  # "any date later than 2010-01-01"
    one_of("state", "active", "delisted", default="active"),
)
_CALENDAR = (Parameter("symbol"), one_of("horizon", "3month", "6month", "12month", default="3month"))

FUNDAMENTALS = (
    Function("OVERVIEW", (SYMBOL,), "free", JSON, "record", "company-overview", may_be_empty=True),
    Function("ETF_PROFILE", (SYMBOL,), "free", JSON, "profile", "etf-profile", may_be_empty=True),
    Function("DIVIDENDS", (SYMBOL,), "free", BOTH, "list", "dividends"),
    Function("SPLITS", (SYMBOL,), "free", BOTH, "list", "splits"),
    Function("INCOME_STATEMENT", (SYMBOL,), "free", JSON, "reports", "income-statement", may_be_empty=True),
    Function("BALANCE_SHEET", (SYMBOL,), "free", JSON, "reports", "balance-sheet", may_be_empty=True),
    Function("CASH_FLOW", (SYMBOL,), "free", JSON, "reports", "cash-flow", may_be_empty=True),
    Function("SHARES_OUTSTANDING", (SYMBOL,), "free", BOTH, "list", "shares-outstanding"),
    Function("EARNINGS", (SYMBOL,), "free", JSON, "reports", "earnings", may_be_empty=True),
    Function("EARNINGS_ESTIMATES", (SYMBOL,), "free", JSON, "list", "earnings-estimates"),
    Function("LISTING_STATUS", _LISTING, "free", CSV, "table", "listing-status"),
    Function("EARNINGS_CALENDAR", _CALENDAR, "free", CSV, "table", "earnings-calendar"),
    Function("IPO_CALENDAR", (), "free", CSV, "table", "ipo-calendar"),
    Function("COMPANY_LOGO", (SYMBOL,), "free", JSON, "unknown"),
)
