"""What happens around the market: calendars, insiders, news, rankings, and what a premium key opens."""

from __future__ import annotations

from include.datasets.base import Dataset
from include.datasets.column import Column, dates, numbers, texts
from include.datasets.ready.base import Ready, Symbols
from include.datasets.ready.reading import of_holdings, of_insiders, of_session
from include.datasets.rule import PRICE_RULES, PRICES, between, not_negative

MARKETS = (
    Ready(
        Dataset(
            "etf_holdings",
            "ETF_PROFILE",
            table="etf_holding",
            key=("symbol", "holding"),
            every_days=30,
            columns=("weight",),
            renamed={"symbol": "holding"},
            typed=(
                Column("holding", "text", "The ticker of what is held, or what it is where it has none."),
                *texts("description"),
                *numbers("weight", "a part of 1"),
            ),
            prepare=of_holdings,
            keeps_out="row",
            with_body_of="etf_profile",
        ),
        "what a fund holds",
    ),
    Ready(
        Dataset(
            "earnings_calendar",
            "EARNINGS_CALENDAR",
            table="earnings_calendar",
            key=("symbol", "fiscal_date_ending"),
            every_days=7,
            day="report_date",
            ahead=True,
            columns=("estimate",),
            typed=(*texts("name currency time_of_the_day"), *numbers("estimate", "in currency, a share")),
        ),
        "who reports in the next three months",
        None,
    ),
    Ready(
        Dataset(
            "ipo_calendar",
            "IPO_CALENDAR",
            table="ipo_calendar",
            key=("symbol", "ipo_date"),
            every_days=7,
            day="ipo_date",
            ahead=True,
            columns=("name",),
            typed=(
                *texts("name currency exchange"),
                *numbers("price_range_low price_range_high", "in currency"),
            ),
        ),
        "who goes public in the next three months",
        None,
    ),
    Ready(
        Dataset(
            "insiders",
            "INSIDER_TRANSACTIONS",
            table="insider_transaction",
            key=(
                "ticker",
                "transaction_date",
                "executive",
                "security_type",
                "acquisition_or_disposal",
                "shares",
                "line",
            ),
            every_days=7,
            day="transaction_date",
            columns=("share_price",),
            typed=(
                Column("executive", "text", "Who bought or sold, or the firm."),
                Column("executive_title", "text", "What he or she is in the company."),
                Column("security_type", "text", "What was bought or sold."),
                Column("acquisition_or_disposal", "text", "A: acquired, D: disposed of."),
                *numbers("shares", "shares"),
                *numbers("share_price", "in dollars"),
            ),
            prepare=of_insiders,
            keeps_out="row",
            rules=(not_negative("shares"),),
        ),
        "what insiders bought and sold",
    ),
    Ready(
        Dataset(
            "news",
            "NEWS_SENTIMENT",
            table="news_sentiment",
            key=("url", "ticker"),
            parameters={"limit": "1000"},
            day="time_published",
            columns=("title", "relevance_score"),
            typed=(
                *texts("title source overall_sentiment_label ticker_sentiment_label topics authors summary"),
                *numbers("overall_sentiment_score ticker_sentiment_score", "from -1, bearish, to 1, bullish"),
                *numbers("relevance_score", "from 0 to 1"),
            ),
            keeps_out="row",
            rules=(between("relevance_score", 0, 1), between("ticker_sentiment_score", -1, 1)),
        ),
        "articles, a row for each ticker they are about, with sentiment",
        Symbols("tickers"),
    ),
    Ready(
        Dataset(
            "movers",
            "TOP_GAINERS_LOSERS",
            table="top_mover",
            key=("date", "ranking", "ticker"),
            day="date",
            columns=("price", "change_percentage"),
            typed=(
                *numbers("price change_amount", "in dollars"),
                *numbers("change_percentage", "in percent"),
                *numbers("volume", "shares"),
            ),
            prepare=of_session,
            rules=(not_negative("price"),),
        ),
        "the day's gainers, losers and most traded",
        None,
    ),
    Ready(
        Dataset(
            "intraday",
            "TIME_SERIES_INTRADAY",
            table="intraday_bar",
            key=("symbol", "interval", "timestamp"),
            parameters={"interval": "5min", "outputsize": "full", "datatype": "csv"},
            day="timestamp",
            columns=(*PRICES, "volume"),
            final="day",
            typed=(
                *numbers(" ".join(PRICES), "in the currency of the exchange"),
                *numbers("volume", "shares"),
            ),
            rules=PRICE_RULES,
        ),
        "bars of five minutes, before and after hours too",
    ),
    Ready(
        Dataset(
            "daily_adjusted",
            "TIME_SERIES_DAILY_ADJUSTED",
            table="stock_data_vendor_adjusted",
            key=("symbol", "timestamp"),
            parameters={"datatype": "csv"},
            every_days=7,
            day="timestamp",
            columns=("close", "adjusted_close", "split_coefficient"),
            typed=(
                *numbers(
                    "open high low close adjusted_close dividend_amount", "in the currency of the exchange"
                ),
                *numbers("volume", "shares"),
                *numbers("split_coefficient", "new shares for an old one"),
            ),
        ),
        "the vendor's own adjusted prices, to check ours",
    ),
    Ready(
        Dataset(
            "options",
            "HISTORICAL_OPTIONS",
            table="option_quote",
            key=("contract_id", "date"),
            parameters={"datatype": "csv"},
            day="date",
            columns=("expiration", "strike", "type"),
            typed=(
                *texts("symbol type"),
                *dates("expiration"),
                *numbers("strike last mark bid ask", "in dollars"),
                *numbers("volume open_interest bid_size ask_size", "contracts"),
                *numbers("implied_volatility delta gamma theta vega rho", "as the vendor computes it"),
            ),
            keeps_out="row",
            rules=(not_negative("bid"), not_negative("ask")),
        ),
        "option chains with Greeks, of the last session",
    ),
)
