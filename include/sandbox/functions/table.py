"""Which maker answers which function; adding a function is one entry."""

from __future__ import annotations

from include.sandbox.functions import indicators
from include.sandbox.functions.bulk_quotes import bulk_quotes
from include.sandbox.functions.companies.earnings import calendar, earnings, estimates, shares_outstanding
from include.sandbox.functions.companies.statements import MAKERS, statement
from include.sandbox.functions.day_lists import etf_profile, ipo_calendar, movers
from include.sandbox.functions.economy import economic_series, treasury_yield
from include.sandbox.functions.economy_table import SERIES
from include.sandbox.functions.equity_intraday import intraday_series
from include.sandbox.functions.news import insiders, news, transcript
from include.sandbox.functions.options import option_chain
from include.sandbox.functions.question import Maker
from include.sandbox.functions.rates.coins import coin_intraday, coin_series
from include.sandbox.functions.rates.currencies import exchange_rate, fx_intraday, fx_series
from include.sandbox.functions.rates.metals import metal_history, metal_spot

FUNCTIONS: dict[str, Maker] = {
    "CRYPTO_INTRADAY": coin_intraday,
    "CURRENCY_EXCHANGE_RATE": exchange_rate,
    "FX_DAILY": fx_series,
    "FX_WEEKLY": fx_series,
    "FX_MONTHLY": fx_series,
    "FX_INTRADAY": fx_intraday,
    "DIGITAL_CURRENCY_DAILY": coin_series,
    "DIGITAL_CURRENCY_WEEKLY": coin_series,
    "DIGITAL_CURRENCY_MONTHLY": coin_series,
    **dict.fromkeys(SERIES, economic_series),
    **dict.fromkeys(MAKERS, statement),
    "EARNINGS": earnings,
    "EARNINGS_CALENDAR": calendar,
    "EARNINGS_ESTIMATES": estimates,
    "EARNINGS_CALL_TRANSCRIPT": transcript,
    "ETF_PROFILE": etf_profile,
    "INSIDER_TRANSACTIONS": insiders,
    "IPO_CALENDAR": ipo_calendar,
    "NEWS_SENTIMENT": news,
    "TOP_GAINERS_LOSERS": movers,
    "SHARES_OUTSTANDING": shares_outstanding,
    "TIME_SERIES_INTRADAY": intraday_series,
    **dict.fromkeys(indicators.MAKERS, indicators.indicator),
    "HISTORICAL_OPTIONS": option_chain,
    "REALTIME_BULK_QUOTES": bulk_quotes,
    "TREASURY_YIELD": treasury_yield,
    "GOLD_SILVER_SPOT": metal_spot,
    "GOLD_SILVER_HISTORY": metal_history,
}
