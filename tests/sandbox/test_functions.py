"""All functions of the table: known to the catalogue, and the same bytes for the same seed and clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from include.sandbox import catalogue
from include.sandbox.functions.table import FUNCTIONS
from include.sandbox.market import Market
from include.sandbox.query import Query
from include.sandbox.sessions import nyse_sessions
from include.sandbox.simulated import SimulatedSource

NOW = datetime(2026, 5, 14, 15, 30, tzinfo=UTC)
PARAMETERS = {"from_symbol": "EUR", "to_symbol": "JPY", "from_currency": "BTC", "to_currency": "GBP"}
OTHERS = {"market": "USD", "series_type": "close", "time_period": "10", "quarter": "2025Q4"}
SYMBOLS = {"ETF_PROFILE": "QQQ", "GOLD_SILVER_SPOT": "XAU", "GOLD_SILVER_HISTORY": "XAG"}
INTERVALS = {"TIME_SERIES_INTRADAY": "5min", "FX_INTRADAY": "5min", "CRYPTO_INTRADAY": "5min"}


@pytest.fixture(scope="module")
def sources():
    """Two of one seed, and one of another."""
    return [SimulatedSource(Market(seed, nyse_sessions())) for seed in (1, 1, 2)]


def question(function: str) -> Query:
    coin = "CURRENCY_D" in function or "CURRENCY_W" in function or "CURRENCY_M" in function
    symbol = "BTC" if coin or function == "CRYPTO_INTRADAY" else SYMBOLS.get(function, "IBM")
    interval = INTERVALS.get(function) or ("monthly" if function in {*catalogue.INDICATORS} else "")
    named = {"function": function, "symbol": symbol, **PARAMETERS, **OTHERS}
    return Query({**named, "interval": interval} if interval else named)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_one_seed_gives_one_body(sources, function):
    assert function in catalogue.KNOWN
    first, again, other = (source.answer(question(function), NOW) for source in sources)
    assert (first.outcome, first.body) == ("data", again.body)
    assert function in {"IPO_CALENDAR", "EARNINGS_CALL_TRANSCRIPT"} or other.body != first.body
