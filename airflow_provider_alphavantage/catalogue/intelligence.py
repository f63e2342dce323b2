"""News, transcripts, movers, insiders, politicians, and analytics computed by the vendor."""

from __future__ import annotations

from dataclasses import replace

from airflow_provider_alphavantage.catalogue.entries import (
    BOTH,
    ENTITLEMENT,
    INTRADAY,
    JSON,
    SYMBOL,
    Function,
    Parameter,
    integer,
    one_of,
    text,
)

_NEWS = (
    Parameter("tickers", "list"),
    Parameter("topics", "list"),
    Parameter("time_from", "timestamp"),
    Parameter("time_to", "timestamp"),
    one_of("sort", "LATEST", "EARLIEST", "RELEVANCE", default="LATEST"),
    integer("limit", 50, maximum=1000),
)
_QUARTER = text("quarter", pattern=r"\d{4}Q[1-4]", example="2024Q1")
_WINDOW = (
    Parameter("SYMBOLS", "list", required=True, maximum=50, free_items=5),
    Parameter("RANGE", required=True, maximum=2, repeated=True),  # two of them: from and to
    one_of("INTERVAL", *INTRADAY, "DAILY", "WEEKLY", "MONTHLY"),
    one_of("OHLC", "open", "high", "low", "close", default="close"),
)
_METRICS = Parameter("CALCULATIONS", "list", required=True)
_SLIDING = (*_WINDOW, integer("WINDOW_SIZE", minimum=10), replace(_METRICS, free_items=1))
_POLITICS = (Parameter("symbol"), Parameter("bioguide_id"))

INTELLIGENCE = (
    Function("NEWS_SENTIMENT", _NEWS, "free", JSON, "feed", "news-sentiment"),
    Function("EARNINGS_CALL_TRANSCRIPT", (SYMBOL, _QUARTER), "free", JSON, "transcript", "transcript"),
    Function("TOP_GAINERS_LOSERS", (ENTITLEMENT,), "free", JSON, "movers", "gainer-loser"),
    Function(
        "INSIDER_TRANSACTIONS", (SYMBOL, Parameter("from")), "free", JSON, "list", "insider-transactions"
    ),
    Function("INSTITUTIONAL_HOLDINGS", (SYMBOL,), "unsettled", JSON, "unknown"),
    Function(
        "ANALYTICS_FIXED_WINDOW", (*_WINDOW, _METRICS), "free", JSON, "analytics", "analytics-fixed-window"
    ),
    Function("ANALYTICS_SLIDING_WINDOW", _SLIDING, "free", JSON, "analytics", "analytics-sliding-window"),
    Function("CONGRESS_TRADES", _POLITICS, "unsettled", BOTH, "unknown", any_of=("symbol", "bioguide_id")),
    Function("POLITICIAN_METADATA", (), "unsettled", JSON, "unknown"),
)
