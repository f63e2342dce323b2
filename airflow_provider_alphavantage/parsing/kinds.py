"""Which kind of value a column holds, by its name: one small table for all functions.

A column not declared here holds numbers if every value it has is a plain number, else text; so a
column the vendor adds does no harm.
"""

from __future__ import annotations

from typing import Literal

Declared = Literal["verbatim", "text", "date", "time", "number", "whole", "guess"]

TICKERS = frozenset({"symbol", "ticker"})
"""Columns in which ``NA``, ``NAN`` and ``NONE`` are names of companies, not missing values."""

_PROSE = frozenset("title summary content description url address other_symbol".split())

_TEXT = frozenset(
    "name type region market_open market_close timezone time_zone currency exchange asset_type status cik "
    "cusip isin fiscal_year_end industry country official_site report_time time_of_the_day executive "
    "security_type acquisition_or_disposal speaker authors topics source source_domain banner_image horizon "
    "sector last_split_factor leveraged market_type primary_exchanges local_open local_close notes "
    "current_status category_within_source period part ranking block calculation item text quarter interval "
    "unit fcas_rating contract_id".split()
)
_TEXT_ENDINGS = ("_name", "_code", "_currency", "_label", "_title", "_type", "_id", "_url")

_DATES = frozenset(
    "date expiration latest_trading_day fiscal_date_ending latest_quarter window_start".split()
)
_TIMES = frozenset({"timestamp", "time_published", "last_refreshed"})

_WHOLE = frozenset("volume bid_size ask_size open_interest".split())
_WHOLE_ENDINGS = ("_analyst_count", "shares_outstanding_basic", "shares_outstanding_diluted")

_NUMBERS = frozenset(
    "open high low close price adjusted_close dividend_amount split_coefficient split_factor amount value "
    "previous_close change change_amount change_percent change_percentage strike last mark bid ask "
    "implied_volatility delta gamma theta vega rho weight shares share_price exchange_rate bid_price "
    "ask_price reported_eps estimated_eps surprise surprise_percentage estimate price_range_low "
    "price_range_high match_score sentiment relevance_score ticker_sentiment_score "
    "overall_sentiment_score".split()
)


def declared(name: str, family: str) -> Declared:
    """Return what a column of that name must hold in that family of bodies, or ``guess``."""
    if name in TICKERS or name in _PROSE:
        return "verbatim"
    if name in _DATES or name.endswith("_date"):
        return "date"
    if name in _TIMES:
        return "time"
    return "number" if family == "indicator" else _of_other(name)


def _of_other(name: str) -> Declared:
    if name in _WHOLE or name.endswith(_WHOLE_ENDINGS):
        return "whole"
    if name in _NUMBERS:
        return "number"
    if name in _TEXT or name.endswith(_TEXT_ENDINGS):
        return "text"
    return "guess"
