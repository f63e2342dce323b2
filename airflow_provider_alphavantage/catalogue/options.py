"""Indices and US options."""

from __future__ import annotations

from airflow_provider_alphavantage.catalogue.entries import (
    BOTH,
    CALENDAR,
    JSON,
    SYMBOL,
    Function,
    Parameter,
    one_of,
)

_DATE = Parameter("date", "date", earliest="2008-01-01")
_CONTRACTS = (Parameter("contract"), Parameter("expiration", "date"))
_REALTIME = (SYMBOL, Parameter("require_greeks", "boolean", default="false"), *_CONTRACTS)
_INDEX = (SYMBOL, one_of("interval", *CALENDAR))

OPTIONS = (
    Function("INDEX_DATA", _INDEX, "premium", BOTH, "list"),
    Function("INDEX_CATALOG", (), "free", BOTH, "list"),
    Function("REALTIME_OPTIONS", _REALTIME, "premium", BOTH, "list", "realtime-options"),
    Function("REALTIME_OPTIONS_FMV", _REALTIME, "premium", BOTH, "list"),
    Function(
        "HISTORICAL_OPTIONS", (SYMBOL, _DATE, *_CONTRACTS), "premium", BOTH, "list", "historical-options"
    ),
    Function("REALTIME_PUT_CALL_RATIO", (SYMBOL,), "premium", JSON, "unknown"),
    Function("HISTORICAL_PUT_CALL_RATIO", (SYMBOL, _DATE), "premium", JSON, "unknown"),
    Function("REALTIME_VOLUME_OPEN_INTEREST_RATIO", (SYMBOL,), "premium", JSON, "unknown"),
    Function("HISTORICAL_VOLUME_OPEN_INTEREST_RATIO", (SYMBOL, _DATE), "premium", JSON, "unknown"),
)
