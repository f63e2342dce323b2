"""The lists of a day, funds, news and insiders: recorded fields, and what the parameters select."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest


def fields(value):
    """Names and nesting, of a list's first entry."""
    if isinstance(value, dict):
        return {name: fields(one) for name, one in value.items()}
    return [fields(value[0])] if isinstance(value, list) and value else type(value).__name__


@pytest.mark.parametrize(
    ("function", "symbol", "parameters", "recording"),
    [
        ("ETF_PROFILE", "QQQ", {}, "ETF_PROFILE__QQQ__pt1.json"),
        ("INSIDER_TRANSACTIONS", "IBM", {}, "INSIDER_TRANSACTIONS__IBM__pt1.json"),
        ("EARNINGS_CALL_TRANSCRIPT", "IBM", {"quarter": "2024Q1"}, "EARNINGS_CALL_TRANSCRIPT__IBM__pt1.json"),
        ("NEWS_SENTIMENT", None, {"tickers": "AAPL"}, "NEWS_SENTIMENT__AAPL__pt1.json"),
        ("TOP_GAINERS_LOSERS", None, {}, "TOP_GAINERS_LOSERS__none__pt1.json"),
    ],
)
def test_bodies_have_the_recorded_fields(sandbox, recordings, function, symbol, parameters, recording):
    recorded = json.loads((recordings / recording).read_bytes())
    assert fields(sandbox.get(function, symbol, **parameters).json()) == fields(recorded)


@pytest.mark.parametrize("function", ["EARNINGS_CALENDAR", "IPO_CALENDAR"])
def test_calendars_have_the_recorded_header(sandbox, recordings, function):
    recorded = (recordings / f"{function}__none__pt1.csv").read_text().splitlines()[0]
    assert sandbox.get(function, None).text.splitlines()[0] == recorded


def test_movers_are_those_of_the_last_session(sandbox):
    served = sandbox.get("TOP_GAINERS_LOSERS", None).json()
    assert served["last_updated"] == "2026-05-15 16:16:00 US/Eastern"
    first = served["top_gainers"][0]
    quote = sandbox.get("GLOBAL_QUOTE", first["ticker"]).json()["Global Quote"]
    assert Decimal(first["change_amount"]) == Decimal(quote["09. change"])
    assert Decimal(first["change_percentage"][:-1]) == Decimal(quote["10. change percent"][:-1])
    percents = [Decimal(one["change_percentage"][:-1]) for one in served["top_gainers"]]
    assert percents == sorted(percents, reverse=True)
    assert [len(served[name]) for name in ("top_gainers", "top_losers", "most_actively_traded")] == [20] * 3


def test_offerings_to_come_are_listed_by_day(sandbox):
    rows = sandbox.rows("IPO_CALENDAR", None)
    days = [row[2] for row in rows]
    assert len(rows) > 5
    assert days == sorted(days)
    assert "2026-05-16" < days[0]
    assert days[-1] <= "2026-08-14"
    assert {row[3] == "0" for row in rows} == {True, False}
    sandbox.set_clock("2026-05-23T06:00:00Z")
    later = sandbox.rows("IPO_CALENDAR", None)
    assert [row for row in rows if row[2] > "2026-05-23"] == [row for row in later if row[2] <= days[-1]]


def test_a_split_is_no_fall(sandbox):
    """Three shares of DIS for one on 2026-05-04: its close falls by two thirds."""
    sandbox.set_clock("2026-05-04T23:00:00Z")
    served = sandbox.get("TOP_GAINERS_LOSERS", None).json()
    rows = [*served["top_gainers"], *served["top_losers"]]
    assert all(abs(Decimal(one["change_percentage"][:-1])) < 20 for one in rows)
    assert not {one["ticker"] for one in rows[:20]} & {one["ticker"] for one in rows[20:]}


def test_news_are_selected_by_time_and_limit(sandbox):
    named = {"tickers": "IBM", "time_from": "20260501T0000", "time_to": "20260503T2359"}
    feed = sandbox.get("NEWS_SENTIMENT", None, **named).json()["feed"]
    assert len(feed) == 6
    times = [one["time_published"] for one in feed]
    assert times == sorted(times, reverse=True)
    assert {time[:8] for time in times} == {"20260501", "20260502", "20260503"}
    earliest = sandbox.get("NEWS_SENTIMENT", None, **named, sort="EARLIEST", limit="2").json()
    assert (earliest["items"], [one["time_published"] for one in earliest["feed"]]) == ("2", times[:-3:-1])


def test_news_of_an_unknown_symbol_are_invalid_inputs(sandbox):
    body = sandbox.get("NEWS_SENTIMENT", None, tickers="NOSUCH").json()
    assert body["Information"].startswith("Invalid inputs.")
    assert sandbox.outcomes() == ["E15"]


def test_news_of_a_coin_and_a_currency_are_known_by_their_market(sandbox):
    for ticker in ("CRYPTO:BTC", "FOREX:USD"):
        feed = sandbox.get("NEWS_SENTIMENT", None, tickers=ticker).json()["feed"]
        assert feed[0]["ticker_sentiment"][0]["ticker"] == ticker
    sandbox.get("NEWS_SENTIMENT", None, tickers="CRYPTO:USD")
    assert sandbox.outcomes() == ["data", "data", "E15"]


def test_the_weights_of_a_fund_are_one_in_all(sandbox):
    for fund in ("SPY", "QQQ", "IWM"):
        profile = sandbox.get("ETF_PROFILE", fund).json()
        for part in ("sectors", "holdings"):
            assert sum(Decimal(one["weight"]) for one in profile[part]) == 1


def test_insiders_trade_at_the_close_of_the_session(sandbox):
    closes = {row[0]: Decimal(row[4]) for row in sandbox.rows("TIME_SERIES_DAILY", outputsize="full")}
    rows = sandbox.get("INSIDER_TRANSACTIONS").json()["data"]
    assert len(rows) > 50
    assert all(Decimal(row["share_price"]) == closes[row["transaction_date"]] for row in rows)
