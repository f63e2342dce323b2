"""Prices of stocks and funds."""

from __future__ import annotations

from dataclasses import replace

from airflow_provider_alphavantage.catalogue.entries import (
    BOTH,
    ENTITLEMENT,
    INTRADAY,
    JSON,
    OUTPUTSIZE,
    SYMBOL,
    SYMBOLS,
    Function,
    Parameter,
    one_of,
    text,
)

_INTRADAY = (
    SYMBOL,
    one_of("interval", *INTRADAY),
    Parameter("adjusted", "boolean", default="true"),
    Parameter("extended_hours", "boolean", default="true"),
    Parameter("month", "month", earliest="2000-01"),
    OUTPUTSIZE,
    ENTITLEMENT,
)
_DAILY = (SYMBOL, replace(OUTPUTSIZE, premium=("full",)), ENTITLEMENT)
_ADJUSTED = (SYMBOL, OUTPUTSIZE, ENTITLEMENT)
_PLAIN = (SYMBOL, ENTITLEMENT)

STOCKS = (
    Function("TIME_SERIES_INTRADAY", _INTRADAY, "premium", BOTH, "series", "intraday"),
    Function("TIME_SERIES_DAILY", _DAILY, "free", BOTH, "series", "daily"),
    Function("TIME_SERIES_DAILY_ADJUSTED", _ADJUSTED, "premium", BOTH, "series", "dailyadj"),
    Function("TIME_SERIES_WEEKLY", _PLAIN, "free", BOTH, "series", "weekly"),
    Function("TIME_SERIES_WEEKLY_ADJUSTED", _PLAIN, "free", BOTH, "series", "weeklyadj"),
    Function("TIME_SERIES_MONTHLY", _PLAIN, "free", BOTH, "series", "monthly"),
    Function("TIME_SERIES_MONTHLY_ADJUSTED", _PLAIN, "free", BOTH, "series", "monthlyadj"),
    Function("GLOBAL_QUOTE", _PLAIN, "free", BOTH, "record", "latestprice"),
    Function("REALTIME_BULK_QUOTES", (SYMBOLS,), "premium", BOTH, "list", "realtime-bulk-quotes"),
    Function("REALTIME_BULK_BID_ASK_PRICES", (SYMBOLS,), "premium", BOTH, "list"),
    Function("SYMBOL_SEARCH", (text("keywords"),), "free", BOTH, "list", "symbolsearch"),
    Function("MARKET_STATUS", (), "free", JSON, "list", "market-status"),
)
