"""A response that says it is of another symbol is refused, and only where it plainly is."""

from __future__ import annotations

import json

import pytest

from airflow_provider_alphavantage.exceptions import AlphaVantageError, UnreadableBody
from airflow_provider_alphavantage.parsing import parse, parse_frame
from airflow_provider_alphavantage.parsing.frames import parse_table
from airflow_provider_alphavantage.responses import read

SMA = {"interval": "daily", "time_period": 10, "series_type": "close"}
QUOTES = "symbol,close,volume\r\nMSFT,421.92,100\r\nAAPL,210.10,200\r\n"


def series(symbol: str) -> dict[str, object]:
    return {"Meta Data": {"2. Symbol": symbol}, "Weekly Time Series": {"2026-05-15": {"4. close": "1"}}}


def indicator(symbol: str) -> dict[str, object]:
    return {"Meta Data": {"1: Symbol": symbol}, "Technical Analysis: SMA": {"2026-05-15": {"SMA": "1"}}}


def coin(code: str) -> dict[str, object]:
    meta = {"2. Digital Currency Code": code, "4. Market Code": "USD", "7. Time Zone": "UTC"}
    return {"Meta Data": meta, "Time Series (Digital Currency Daily)": {"2026-05-15": {"4. close": "1"}}}


def listed(symbol: str, row: dict[str, str]) -> dict[str, object]:
    return {"symbol": symbol, "data": [row]}


OTHERS = {
    "in the head of a series": ("TIME_SERIES_WEEKLY", {"symbol": "IBM"}, series("MSFT")),
    "in the head of an indicator": ("SMA", {"symbol": "IBM"} | SMA, indicator("MSFT")),
    "the code of a coin": ("DIGITAL_CURRENCY_DAILY", {"symbol": "BTC", "market": "USD"}, coin("ETH")),
    "beside a list": ("DIVIDENDS", {"symbol": "IBM"}, listed("MSFT", {"amount": "1.69"})),
    "beside an empty list": ("SPLITS", {"symbol": "IBM"}, {"symbol": "MSFT", "data": []}),
    "beside reports": ("EARNINGS", {"symbol": "IBM"}, {"symbol": "MSFT", "annualEarnings": []}),
    "in a flat record": ("OVERVIEW", {"symbol": "IBM"}, {"Symbol": "MSFT", "Name": "Microsoft"}),
    "in an envelope": ("GLOBAL_QUOTE", {"symbol": "IBM"}, {"Global Quote": {"01. symbol": "MSFT"}}),
    "in a line of CSV": ("GLOBAL_QUOTE", {"symbol": "IBM"}, "symbol,price\r\nMSFT,421.92\r\n"),
    "in all lines of CSV": ("HISTORICAL_OPTIONS", {"symbol": "IBM"}, "symbol,strike\r\nMSFT,1\r\nMSFT,2\r\n"),
    "of a company": ("TIME_SERIES_WEEKLY", {"symbol": "TSCO.LON"}, series("TSCO")),
    "of none of several": ("REALTIME_BULK_QUOTES", {"symbol": ["IBM", "NVDA"]}, QUOTES),
}


def sent(body: object) -> bytes:
    return (body if isinstance(body, str) else json.dumps(body)).encode()


@pytest.mark.parametrize(("function", "parameters", "body"), OTHERS.values(), ids=OTHERS)
def test_another_symbol_is_refused_however_it_is_read(connect, serve, function, parameters, body):
    hook = connect(host=serve(sent(body)).url, extra={"plan": "premium"})
    for ask in (hook.get_records, hook.get_df):
        with pytest.raises(
            UnreadableBody, match=rf"{function} .*: The body is that of '(MSFT|ETH|TSCO|AAPL)'\."
        ):
            ask(function, **parameters)
    payload = read(sent(body), function=function)
    asked = ",".join(parameters["symbol"]) if isinstance(parameters["symbol"], list) else parameters["symbol"]
    for parser in (parse, parse_table, parse_frame):
        with pytest.raises(UnreadableBody, match="The body is that of"):
            parser(payload, function, symbol=asked)
        assert len(parser(payload, function)) >= 0


FUND = {"net_assets": "1", "holdings": [{"symbol": "NVDA", "description": "NVIDIA", "weight": "1"}]}
SAME = {
    "in other case": ("TIME_SERIES_WEEKLY", {"symbol": "brk-b"}, series("BRK-B")),
    "with other punctuation": ("TIME_SERIES_WEEKLY", {"symbol": "BRK.B"}, series("BRK-B")),
    "with a blank": ("OVERVIEW", {"symbol": "IBM"}, {"Symbol": " IBM ", "Name": "IBM"}),
    "a pair": ("SMA", {"symbol": "USDEUR"} | SMA, indicator("USD/EUR")),
    "a coin": ("DIGITAL_CURRENCY_DAILY", {"symbol": "btc", "market": "USD"}, coin("BTC")),
    "one of several": ("REALTIME_BULK_QUOTES", {"symbol": "IBM,MSFT"}, QUOTES),
    "one of which nothing else came": (
        "REALTIME_BULK_QUOTES", {"symbol": "IBM,MSFT"}, "symbol,close\r\nMSFT,421.92\r\n",
    ),
    "several rows for one": ("HISTORICAL_OPTIONS", {"symbol": "IBM"}, QUOTES),
    "an index by another name": (
        "INDEX_DATA", {"symbol": "SPX", "interval": "daily"}, {"symbol": "GSPC", "data": [{"close": "1"}]},
    ),
    "a metal by another name": (
        "GOLD_SILVER_HISTORY", {"symbol": "GOLD", "interval": "daily"},
        {"symbol": "XAU", "data": [{"date": "2026-05-15", "price": "1"}]},
    ),
    "the holdings of a fund": ("ETF_PROFILE", {"symbol": "QQQ"}, FUND),
    "insiders of another class": (
        "INSIDER_TRANSACTIONS", {"symbol": "GOOG"}, {"data": [{"ticker": "GOOGL", "shares": "1"}]},
    ),
    "a search": (
        "SYMBOL_SEARCH", {"keywords": "tesco"}, {"bestMatches": [{"1. symbol": "TSCO.LON"}]},
    ),
    "a pair of currencies": (
        "FX_DAILY", {"from_symbol": "EUR", "to_symbol": "USD"},
        {"Meta Data": {"2. From Symbol": "EUR", "5. Last Refreshed": "2026-05-15", "6. Time Zone": "UTC"},
         "Time Series FX (Daily)": {"2026-05-15": {"4. close": "1"}}},
    ),
    "that is not said": ("TIME_SERIES_WEEKLY", {"symbol": "IBM"}, "timestamp,close\r\n2026-05-15,1\r\n"),
    "that is nothing": ("GLOBAL_QUOTE", {"symbol": "IBM"}, {"Global Quote": {"01. symbol": None}}),
}  # fmt: skip


@pytest.mark.parametrize(("function", "parameters", "body"), SAME.values(), ids=SAME)
def test_what_is_not_plainly_of_another_symbol_is_read(connect, serve, function, parameters, body):
    hook = connect(host=serve(sent(body)).url, extra={"plan": "premium"})
    assert len(hook.get_records(function, **parameters)) > 0
    assert len(hook.get_df(function, **parameters)) > 0


def is_refused(body: bytes, function: str) -> bool:
    try:
        parse(read(body, function=function), function, symbol="IBM")
    except AlphaVantageError as error:  # some recordings are cut short
        return "The body is that of" in error.what
    return False


def test_every_recorded_response_of_ibm_is_ibms(recordings):
    paths = [path for path in recordings.glob("*__IBM*") if "REALTIME" not in path.name]
    assert len(paths) > 100
    assert [path.name for path in paths if is_refused(path.read_bytes(), path.name.split("__")[0])] == []
