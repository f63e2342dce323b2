"""Recorded bodies come back as they were, and what was not recorded is not invented."""

from __future__ import annotations

import json
from urllib.error import HTTPError

import pytest


@pytest.mark.parametrize(
    ("function", "parameters", "recording"),
    [
        ("TIME_SERIES_WEEKLY", {}, "TIME_SERIES_WEEKLY__IBM__ptc1.json"),
        ("TIME_SERIES_DAILY_ADJUSTED", {}, "TIME_SERIES_DAILY_ADJUSTED__IBM__fc1.json"),
        ("OVERVIEW", {}, "OVERVIEW__IBM__pt1.json"),
        ("OVERVIEW", {"symbol": "AAPL"}, "OVERVIEW__AAPL__te1.json"),
        ("INCOME_STATEMENT", {}, "INCOME_STATEMENT__IBM__pt1.json"),
        ("CASH_FLOW", {"datatype": "csv"}, "CASH_FLOW__IBM__pt2.json"),
        ("NEWS_SENTIMENT", {"symbol": None, "tickers": "AAPL"}, "NEWS_SENTIMENT__AAPL__pt1.json"),
        ("MARKET_STATUS", {"symbol": None}, "MARKET_STATUS__none__pt1.json"),
        ("SYMBOL_SEARCH", {"symbol": None, "keywords": "BA"}, "SYMBOL_SEARCH__BA__rt1.json"),
        (
            "CURRENCY_EXCHANGE_RATE",
            {"symbol": None, "from_currency": "USD", "to_currency": "JPY"},
            "CURRENCY_EXCHANGE_RATE__USDJPY__pt1.json",
        ),
        (
            "ANALYTICS_FIXED_WINDOW",
            {"symbol": None, "SYMBOLS": "AAPL,MSFT,IBM", "INTERVAL": "DAILY"},
            "ANALYTICS_FIXED_WINDOW__AAPL-MSFT-IBM__pt1.json",
        ),
        ("SMA", {"symbol": "MSFT", "interval": "15min"}, "SMA__MSFT_15min__rt1.json"),
    ],
)
def test_json_byte_for_byte(replay, recordings, function, parameters, recording):
    response = replay.get(function, **{"symbol": "IBM", **parameters})
    assert response.content == (recordings / recording).read_bytes()
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-market-data-recording"] == recording
    assert "x-market-data-rebuilt" not in response.headers


@pytest.mark.parametrize(
    ("function", "parameters", "recording"),
    [
        ("TIME_SERIES_DAILY", {}, "TIME_SERIES_DAILY__IBM__pt1.csv"),
        ("TIME_SERIES_DAILY", {"symbol": "AMJ"}, "TIME_SERIES_DAILY__AMJ_crlf__ptc1.csv"),
        ("TIME_SERIES_WEEKLY", {}, "TIME_SERIES_WEEKLY__IBM__pt2.csv"),
        ("TIME_SERIES_INTRADAY", {"interval": "5min"}, "TIME_SERIES_INTRADAY__IBM_5min__pt1.csv"),
        ("FX_DAILY", {"symbol": None, "from_symbol": "EUR", "to_symbol": "USD"}, "FX_DAILY__EURUSD__pt1.csv"),
        (
            "DIGITAL_CURRENCY_DAILY",
            {"symbol": "BTC", "market": "EUR"},
            "DIGITAL_CURRENCY_DAILY__BTCEUR__pt1.csv",
        ),
        ("CPI", {"symbol": None}, "CPI__none_monthly__pt1.csv"),
        ("SMA", {"interval": "weekly"}, "SMA__IBM_weekly__pt1.csv"),
        ("LISTING_STATUS", {"symbol": None, "datatype": "json"}, "LISTING_STATUS__none__pt1.csv"),
    ],
)
def test_csv_line_for_line_with_the_servers_line_ends(replay, recordings, function, parameters, recording):
    response = replay.get(function, **{"symbol": "IBM", "datatype": "csv", **parameters})
    recorded = (recordings / recording).read_bytes()
    assert response.content.replace(b"\r\n", b"\n") == recorded.replace(b"\r\n", b"\n")
    assert response.content.count(b"\r\n") == response.content.count(b"\n") == response.content.count(b"\r")
    assert response.headers["content-type"] == "application/x-download"
    assert response.headers["x-market-data-recording"] == recording


def test_intraday_downloads_are_named_with_their_interval(replay):
    response = replay.get("TIME_SERIES_INTRADAY", interval="5min", datatype="csv")
    assert response.headers["content-disposition"] == "attachment; filename=intraday_5min_IBM.csv"


def test_daily_json_is_rebuilt_from_the_csv_and_says_so(replay):
    response = replay.get("TIME_SERIES_DAILY")
    assert response.headers["x-market-data-rebuilt"] == "csv"
    body = response.json()
    assert body["Meta Data"] == {
        "1. Information": "Daily Prices (open, high, low, close) and Volumes",
        "2. Symbol": "IBM",
        "3. Last Refreshed": "2026-05-15",
        "4. Output Size": "Compact",
        "5. Time Zone": "US/Eastern",
    }
    assert len(body["Time Series (Daily)"]) == 100
    assert body["Time Series (Daily)"]["2026-05-15"] == {
        "1. open": "218.2000",
        "2. high": "220.9100",
        "3. low": "217.6150",
        "4. close": "219.3000",
        "5. volume": "6154450",
    }
    assert response.text == json.dumps(body, indent=4)


def test_other_json_rebuilt_from_csv(replay):
    splits = [("2021-11-04", "1.0460"), ("1999-05-27", "2.0000")]
    assert replay.get("SPLITS").json() == {
        "symbol": "IBM",
        "data": [{"effective_date": day, "split_factor": factor} for day, factor in splits],
    }
    assert replay.get("DIVIDENDS").json()["data"][0] == {
        "ex_dividend_date": "2026-05-08",
        "declaration_date": "2026-04-22",
        "record_date": "2026-05-08",
        "payment_date": "2026-06-10",
        "amount": "1.69",
    }
    quote = replay.get("GLOBAL_QUOTE").json()["Global Quote"]
    assert (quote["01. symbol"], quote["05. price"], quote["10. change percent"]) == (
        "IBM",
        "219.3000",
        "0.4259%",
    )
    monthly = replay.get("TIME_SERIES_MONTHLY_ADJUSTED").json()["Monthly Adjusted Time Series"]
    assert monthly["2026-05-15"] == {
        "1. open": "234.5500",
        "2. high": "235.9500",
        "3. low": "212.3400",
        "4. close": "219.3000",
        "5. adjusted close": "219.3000",
        "6. volume": "63442866",
        "7. dividend amount": "1.6900",
    }


def test_a_body_cut_down_by_its_recorder_gives_way_to_a_whole_one(replay):
    """CPI was recorded whole as CSV only; its JSON recording holds two rows."""
    assert "recorded as CSV only" in replay.get("CPI", None).json()["Information"]


@pytest.mark.parametrize(
    ("function", "symbol", "outcome"),
    [
        ("TIME_SERIES_DAILY", "AAPL", "E13"),
        ("FX_DAILY", "AAPL", "E13"),
        ("SMA", "AAPL", "E13"),
        ("GLOBAL_QUOTE", "AAPL", "E16"),
        ("SPLITS", "AAPL", "E16"),
        ("OVERVIEW", "NOSUCH", "E16"),
        ("INDEX_CATALOG", None, "unserved"),
        ("NO_SUCH_FUNCTION", None, "E14"),
    ],
)
def test_what_was_not_recorded_is_not_invented(replay, function, symbol, outcome):
    replay.get(function, symbol)
    assert replay.outcomes() == [outcome]


def test_keys_and_limits_hold_for_recordings_too(replay):
    replay.get("TIME_SERIES_DAILY", apikey=replay.free_key)
    replay.at_once("TIME_SERIES_DAILY", apikey=replay.free_key)
    replay.get("TIME_SERIES_DAILY_ADJUSTED", apikey=replay.free_key)
    replay.get("TIME_SERIES_DAILY", apikey="")
    replay.get("OVERVIEW", apikey="demo")
    assert replay.outcomes() == ["data", "E1", "E7", "E11", "E12"]


def test_a_replay_says_that_it_is_one(replay):
    response = replay.get("TIME_SERIES_DAILY")
    assert response.headers["x-market-data-origin"] == "replay"
    assert response.headers["x-market-data-notice"] == "replayed recordings, not live data"
    health = replay.admin("GET", "health")
    assert (health["origin"], health["mode"]) == ("replay", "replayed")


def test_a_replay_can_fail_on_its_way_but_not_lie(replay):
    replay.add_fault("html_503", times=1)
    assert replay.get("TIME_SERIES_DAILY").status_code == 503
    with pytest.raises(HTTPError, match="422"):
        replay.add_fault("late", symbol="IBM")
    with pytest.raises(HTTPError, match="404"):
        replay.truth("IBM")
