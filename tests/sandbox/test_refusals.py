"""Each refusal, byte for byte as recorded, and which of them comes first."""

from __future__ import annotations

import json

import pytest

from include.sandbox import refusals
from include.sandbox.settings import SandboxSettings

KEY_IN_RECORDINGS = "XXXXXXXXXXXXXXXX"


@pytest.mark.parametrize(
    ("refusal", "recording"),
    [
        (refusals.too_soon(), "BURST_FREE__per_second__q1"),
        (refusals.day_spent(KEY_IN_RECORDINGS), "DAILY_QUOTA__25_per_day__q3"),
        (refusals.burst(5), "BURST_PREMIUM__5_per_second__q4"),
        (refusals.minute_spent(), "MINUTE_PREMIUM__x__q5"),
        (refusals.premium_endpoint(), "PREMIUM_ENDPOINT__x__q8"),
        (refusals.premium_size("TIME_SERIES_DAILY"), "PREMIUM_PARAM__TIME_SERIES_DAILY_full__q9"),
        (refusals.no_key(), "APIKEY_MISSING__x__q10"),
        (refusals.demo_only(), "DEMO_KEY__x__q11"),
        (refusals.unknown_function("INVALID"), "UNKNOWN_FUNCTION__INVALID__q12"),
        (refusals.invalid_call("TIME_SERIES_DAILY"), "INVALID_API_CALL__TIME_SERIES_DAILY__q13"),
        (refusals.invalid_call("BOP"), "INVALID_API_CALL__BOP__pt1"),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
def test_the_words_are_the_vendors(refusal, recording, recordings):
    assert refusal.body == (recordings / f"ERROR_{recording}.json").read_bytes()


def test_a_refusal_is_json_with_status_200_even_for_csv(sandbox):
    response = sandbox.get("TIME_SERIES_DAILY", "NOSUCH", datatype="csv")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert "content-disposition" not in response.headers
    assert response.content == (
        b'{\n    "Error Message": "Invalid API call. Please retry or visit the documentation '
        b'(https://www.alphavantage.co/documentation/) for TIME_SERIES_DAILY."\n}'
    )


@pytest.mark.parametrize("key", ["", None])
def test_without_a_key_nothing_is_answered(sandbox, key):
    asked = {"function": "TIME_SERIES_DAILY", "symbol": "IBM", **({} if key is None else {"apikey": key})}
    assert (
        "apikey is invalid or missing" in sandbox.client.get("/query", params=asked).json()["Error Message"]
    )


@pytest.mark.parametrize(
    ("function", "parameters", "code"),
    [
        ("TIME_SERIES_DAILY", {}, "data"),
        ("TIME_SERIES_DAILY", {"outputsize": "compact", "datatype": "csv"}, "data"),
        ("TIME_SERIES_WEEKLY", {}, "data"),
        ("TIME_SERIES_MONTHLY_ADJUSTED", {}, "data"),
        ("TIME_SERIES_DAILY", {"outputsize": "full"}, "E12"),
        ("TIME_SERIES_DAILY", {"symbol": "MSFT"}, "E12"),
        ("TIME_SERIES_DAILY_ADJUSTED", {}, "E12"),
        ("SPLITS", {}, "E12"),
    ],
)
def test_the_demo_key_answers_its_examples_only(sandbox, function, parameters, code):
    sandbox.get(function, **{"apikey": "demo", **parameters})
    assert sandbox.outcomes() == [code]


@pytest.mark.parametrize(
    ("function", "parameters", "code"),
    [
        ("TIME_SERIES_DAILY", {"outputsize": "full"}, "E8"),
        ("TIME_SERIES_DAILY_ADJUSTED", {}, "E7"),
        ("TIME_SERIES_INTRADAY", {"interval": "5min"}, "E7"),
        ("MACD", {}, "E7"),
        ("REALTIME_BULK_QUOTES", {}, "E10"),
        ("TIME_SERIES_WEEKLY", {}, "data"),
        ("TIME_SERIES_MONTHLY_ADJUSTED", {}, "data"),
        ("SPLITS", {}, "data"),
        ("OVERVIEW", {}, "data"),
    ],
)
def test_what_a_free_key_may_ask(sandbox, function, parameters, code):
    sandbox.get(function, apikey="anything at all", **parameters)
    assert sandbox.outcomes() == [code]


def test_sample_quotes_are_the_recorded_ones(sandbox, recordings):
    body = sandbox.get("REALTIME_BULK_QUOTES", "MSFT,AAPL,IBM", apikey=sandbox.free_key).json()
    assert body == json.loads((recordings / "REALTIME_BULK_QUOTES__MSFT__cg1.json").read_bytes())


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        ("TIME_SERIES_DAILY", {"symbol": ""}),
        ("TIME_SERIES_DAILY", {"outputsize": "everything"}),
        ("TIME_SERIES_WEEKLY", {"symbol": "^GSPC"}),
        ("SYMBOL_SEARCH", {}),
        ("LISTING_STATUS", {"date": "yesterday"}),
    ],
)
def test_parameters_that_make_no_sense_are_an_invalid_call(sandbox, function, parameters):
    sandbox.get(function, **{"symbol": None, **parameters} if "symbol" not in parameters else parameters)
    assert sandbox.outcomes() == ["E13"]


@pytest.mark.parametrize(
    ("function", "body"),
    [
        ("GLOBAL_QUOTE", '{\n    "Global Quote": {}\n}'),
        ("OVERVIEW", "{}"),
        ("SPLITS", '{\n    "symbol": "NOSUCH",\n    "data": []\n}'),
        ("DIVIDENDS", '{\n    "symbol": "NOSUCH",\n    "data": []\n}'),
    ],
)
def test_an_unknown_symbol_is_an_empty_success_where_there_is_no_series(sandbox, function, body):
    assert sandbox.get(function, "NOSUCH").text == body
    assert sandbox.outcomes() == ["E16"]


def test_a_search_without_match_is_an_empty_success(sandbox):
    assert sandbox.get("SYMBOL_SEARCH", None, keywords="zzzz").text == '{\n    "bestMatches": []\n}'


def test_what_is_not_simulated_is_said_in_words_of_its_own(sandbox):
    body = sandbox.get("INDEX_CATALOG", None).json()
    assert list(body) == ["Information"]
    assert "sandbox, not Alpha Vantage" in body["Information"]
    assert sandbox.outcomes() == ["unserved"]


def test_the_checks_come_in_the_documented_order(sandbox):
    """One request with everything wrong; then one fault less each time."""
    wrong = {"function": "NO_SUCH", "symbol": "NOSUCH", "apikey": ""}
    steps = [
        {"function": "TIME_SERIES_DAILY_ADJUSTED"},
        {"apikey": sandbox.free_key},
        {"advance": 2},
        {"function": "TIME_SERIES_WEEKLY", "advance": 2},
        {"symbol": "IBM", "advance": 2},
    ]
    sandbox.get("TIME_SERIES_WEEKLY", apikey=sandbox.free_key)
    sandbox.client.get("/query", params=wrong)
    for step in steps:
        sandbox.stopwatch.advance(step.pop("advance", 0))
        wrong.update(step)
        sandbox.client.get("/query", params=wrong)
    assert sandbox.outcomes() == ["data", "E14", "E11", "E1", "E7", "E13", "data"]


def test_the_order_of_checks_must_name_each_once():
    with pytest.raises(ValueError, match="check_order"):
        SandboxSettings(check_order=("key", "key", "throttle", "premium", "parameters"))
