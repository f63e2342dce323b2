"""The client that most people use, the PyPI package ``alpha_vantage``, reads what the sandbox simulates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

alpha_vantage = pytest.importorskip("alpha_vantage.alphavantage")

CALLS: list[tuple[str, str, dict[str, str]]] = [
    *[("timeseries.TimeSeries", f"get_{name}", {"symbol": "IBM"}) for name in ("daily", "daily_adjusted")],
    *[("timeseries.TimeSeries", f"get_{name}", {"symbol": "IBM"}) for name in ("weekly", "weekly_adjusted")],
    *[
        ("timeseries.TimeSeries", f"get_{name}", {"symbol": "IBM"})
        for name in ("monthly", "monthly_adjusted")
    ],
    ("timeseries.TimeSeries", "get_intraday", {"symbol": "IBM"}),
    ("timeseries.TimeSeries", "get_quote_endpoint", {"symbol": "IBM"}),
    ("timeseries.TimeSeries", "get_symbol_search", {"keywords": "IBM"}),
    ("timeseries.TimeSeries", "get_market_status", {}),
    *[
        (
            "foreignexchange.ForeignExchange",
            f"get_currency_exchange_{name}",
            {"from_symbol": "EUR", "to_symbol": "USD"},
        )
        for name in ("intraday", "daily", "weekly", "monthly")
    ],
    (
        "foreignexchange.ForeignExchange",
        "get_currency_exchange_rate",
        {"from_currency": "BTC", "to_currency": "JPY"},
    ),
    *[
        (
            "cryptocurrencies.CryptoCurrencies",
            f"get_digital_currency_{name}",
            {"symbol": "BTC", "market": "EUR"},
        )
        for name in ("daily", "weekly", "monthly")
    ],
    *[
        ("commodities.Commodities", f"get_{name}", {})
        for name in (
            "wti brent natural_gas copper aluminum wheat corn cotton sugar coffee price_index".split()
        )
    ],
    *[
        ("econindicators.EconIndicators", f"get_{name}", {})
        for name in (
            "real_gdp real_gdp_per_capita treasury_yield ffr cpi inflation retail_sales durables "
            "unemployment nonfarm".split()
        )
    ],
    *[
        ("fundamentaldata.FundamentalData", f"get_{name}", {"symbol": "IBM"})
        for name in (
            "company_overview dividends splits income_statement_annual income_statement_quarterly "
            "balance_sheet_annual balance_sheet_quarterly cash_flow_annual cash_flow_quarterly "
            "earnings_annual earnings_quarterly".split()
        )
    ],
    ("alphaintelligence.AlphaIntelligence", "get_news_sentiment", {"tickers": "IBM"}),
    *[
        ("alphaintelligence.AlphaIntelligence", f"get_{name}", {})
        for name in ("top_gainers", "top_losers", "most_active")
    ],
]


def method(name: str, key: str, call: str) -> Callable[..., Any]:
    module, client = name.split(".")
    return getattr(getattr(pytest.importorskip(f"alpha_vantage.{module}"), client)(key=key), call)


@pytest.mark.parametrize(("client", "call", "parameters"), CALLS, ids=[call[1] for call in CALLS])
def test_the_public_client_reads_it(sandbox, monkeypatch, client, call, parameters):
    monkeypatch.setattr(alpha_vantage.AlphaVantage, "_ALPHA_VANTAGE_API_URL", f"{sandbox.url}/query?")
    sandbox.stopwatch.advance(10)
    data, _ = method(client, sandbox.premium_key, call)(**parameters)
    assert len(data) > 0
    assert sandbox.outcomes() == ["data"]
