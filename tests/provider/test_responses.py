"""Every recorded body is told apart: data, or the one refusal it is."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from airflow_provider_alphavantage import exceptions as e
from airflow_provider_alphavantage.responses import read

KEY = "ABCDEFGH12345678"

REFUSALS = {
    "ERROR_APIKEY_MISSING__x__q10.json": e.ApiKeyRefused,
    "ERROR_BURST_FREE__per_second__q1.json": e.Throttled,
    "ERROR_BURST_FREE__per_second_dec2025__q2.json": e.Throttled,
    "ERROR_BURST_PREMIUM__5_per_second__q4.json": e.Throttled,
    "ERROR_CALL_VOLUME__x__q6.json": e.Throttled,
    "ERROR_DAILY_QUOTA__25_per_day__q3.json": e.DailyQuotaSpent,
    "ERROR_DEMO_KEY__x__q11.json": e.ApiKeyRefused,
    "ERROR_INVALID_API_CALL__BOP__pt1.json": e.InvalidRequest,
    "ERROR_INVALID_API_CALL__TIME_SERIES_DAILY__q13.json": e.InvalidRequest,
    "ERROR_INVALID_INPUTS__NEWS_SENTIMENT__q14.json": e.InvalidRequest,
    "ERROR_LEGACY_NOTE__5_per_minute__q7.json": e.Throttled,
    "ERROR_MINUTE_PREMIUM__x__q5.json": e.Throttled,
    "ERROR_PREMIUM_ENDPOINT__x__q8.json": e.PremiumRequired,
    "ERROR_PREMIUM_PARAM__TIME_SERIES_DAILY_full__q9.json": e.PremiumRequired,
    "ERROR_UNKNOWN_FUNCTION__INVALID__q12.json": e.UnknownFunction,
    "REALTIME_BULK_QUOTES__MSFT__cg1.json": e.PremiumRequired,
    "REALTIME_BULK_QUOTES__MSFT-AAPL-IBM__pt1.json": e.PremiumRequired,
    "REALTIME_OPTIONS__IBM__pt1.json": e.PremiumRequired,
}
WAITS = {
    "ERROR_BURST_FREE__per_second__q1.json": 1.5,
    "ERROR_BURST_PREMIUM__5_per_second__q4.json": 1.5,
    "ERROR_MINUTE_PREMIUM__x__q5.json": 61,
    "ERROR_LEGACY_NOTE__5_per_minute__q7.json": 61,
    "ERROR_CALL_VOLUME__x__q6.json": 61,
}


def test_every_recorded_refusal_is_its_kind_and_everything_else_is_data(recordings):
    found = {}
    data = 0
    for path in sorted(recordings.iterdir()):
        if path.suffix not in {".json", ".csv"}:
            continue
        try:
            read(path.read_bytes(), function="ANY")
            data += 1
        except e.AlphaVantageError as error:
            found[path.name] = type(error)
    assert found == {name: kind for name, kind in REFUSALS.items() if (recordings / name).exists()}
    assert len(found) >= 17
    assert data + len(found) == len([p for p in recordings.iterdir() if p.suffix in {".json", ".csv"}])


@pytest.mark.parametrize(("name", "seconds"), WAITS.items())
def test_throttling_says_how_long_to_wait(recordings, name, seconds):
    with pytest.raises(e.Throttled) as caught:
        read((recordings / name).read_bytes(), function="ANY")
    assert caught.value.wait == seconds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We have detected your API key as K and our standard API rate limit is 25 requests per day. "
         "Please visit https://www.alphavantage.co/premium/ if you would like to target a higher API call "
         "frequency.",
         e.DailyQuotaSpent),
        ("You are not yet entitled to realtime US market data access.", e.PremiumRequired),
        ("The moon is full, come back tomorrow", e.UnknownMessage),
    ],
)  # fmt: skip
@pytest.mark.parametrize("under", ["Information", "Note", "Error Message"])
def test_texts_that_no_recording_has(text, kind, under):
    with pytest.raises(kind):
        read(json.dumps({under: text}).encode(), function="ANY")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<!DOCTYPE html><html></html>", 503),
        (b"<html>maintenance</html>", 200),
        (b'{"Meta Data": {"1. Infor', 200),
        (b"", 200),
        (b"timestamp,open\r\n", 429),
        (b"[1, 2]", 500),
    ],
)
def test_what_is_neither_data_nor_refusal_is_transport(content, status):
    with pytest.raises(e.TransportError):
        read(content, status=status, function="ANY")


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 407, 410])
@pytest.mark.parametrize("content", [b"", b"<html>Not Found</html>", b'{"Global Quote": {}}'])
def test_a_status_the_api_never_sends_is_told_from_a_network_that_failed(content, status):
    with pytest.raises(e.NotTheApi, match=rf"HTTP {status} .*Check the connection's host"):
        read(content, status=status, function="GLOBAL_QUOTE")


@pytest.mark.parametrize("status", [204, 408, 425, 429, 500, 502, 503, 504])
def test_a_status_that_passes_is_transport(status):
    with pytest.raises(e.TransportError, match=f"HTTP {status} "):
        read(b'{"Global Quote": {}}', status=status, function="GLOBAL_QUOTE")


def test_a_message_beside_data_does_not_hide_the_data():
    body = json.dumps({"Information": "new terms apply", "Time Series (Daily)": {"2026-05-15": {}}})
    assert read(body.encode(), function="ANY").document["Time Series (Daily)"] == {"2026-05-15": {}}


def test_a_bare_list_is_data():
    payload = read(b'[{"symbol": "SPX", "value": 1.50}]', function="INDEX_CATALOG")
    assert payload.format == "json"
    assert payload.document == {"data": [{"symbol": "SPX", "value": Decimal("1.50")}]}
    with pytest.raises(e.TransportError, match="cut short"):
        read(b'[{"symbol": "SPX"', function="INDEX_CATALOG")


def test_meta_data_alone_with_a_message_is_a_refusal():
    body = json.dumps({"Meta Data": {"1. Information": "x"}, "Note": "5 calls per minute"})
    with pytest.raises(e.Throttled):
        read(body.encode(), function="ANY")


@pytest.mark.parametrize(
    "envelope", [{"Global Quote": {}}, {}, {"bestMatches": []}, {"symbol": "X", "data": []}]
)
def test_an_empty_envelope_is_data(envelope):
    assert read(json.dumps(envelope).encode(), function="ANY").document == envelope


MESSAGES = [
    {"error": "Service unavailable"},
    {"message": "Down for maintenance"},
    {"detail": "Not found."},
    {"detail": [{"loc": ["query", "symbol"], "msg": "field required"}]},
    {"error": {"code": 503, "message": "Down"}},
    {"errors": [{"message": "Down"}]},
    {"status": "error", "code": 503},
    {"symbol": "IBM", "error": "No data"},
    {"Message": "requests per day"},
]


@pytest.mark.parametrize(
    "function", ["GLOBAL_QUOTE", "OVERVIEW", "CURRENCY_EXCHANGE_RATE", "DIVIDENDS", "NEW"]
)
@pytest.mark.parametrize("document", MESSAGES)
def test_a_message_under_an_unknown_key_is_never_data(function, document):
    with pytest.raises(e.UnknownMessage, match="said something new: ") as caught:
        read(json.dumps(document).encode(), function=function, symbol="IBM")
    assert json.loads(caught.value.body) == document
    assert json.dumps(document)[:300] in str(caught.value)


@pytest.mark.parametrize("function", ["GLOBAL_QUOTE", "CURRENCY_EXCHANGE_RATE"])
@pytest.mark.parametrize("document", [{"status": {"code": 503}}, {"symbol": "IBM"}, {"data": []}])
def test_a_quote_and_a_rate_come_in_their_envelope(function, document):
    with pytest.raises(e.UnknownMessage):
        read(json.dumps(document).encode(), function=function)


@pytest.mark.parametrize(
    ("function", "document"),
    [
        ("GLOBAL_QUOTE", {"Global Quote - DATA DELAYED BY 15 MINUTES": {"01. symbol": "IBM"}}),
        ("GLOBAL_QUOTE", {"Global Quote": {}}),
        ("OVERVIEW", {"Symbol": "IBM", "Name": "International Business Machines"}),
        ("GOLD_SILVER_SPOT", {"nominal": "XAUUSD", "price": "4000.1"}),
        ("OVERVIEW", {}),
        ("HISTORICAL_OPTIONS", {"endpoint": "Historical Options", "message": "success", "data": []}),
        ("TIME_SERIES_DAILY", {"Meta Data": {"2. Symbol": "IBM"}, "Time Series (Daily)": {}}),
    ],
)
def test_records_and_empty_answers_are_data(function, document):
    assert read(json.dumps(document).encode(), function=function).document == document


def test_an_echoed_key_is_gone_from_a_message_under_an_unknown_key():
    with pytest.raises(e.UnknownMessage) as caught:
        read(json.dumps({"error": f"bad key {KEY}"}).encode(), function="OVERVIEW", key=KEY)
    assert KEY not in str(caught.value) + repr(caught.value.__dict__)


def test_the_echoed_key_is_gone_from_text_and_body():
    text = f"We have detected your API key as {KEY} and our standard API rate limit is 25 requests per day."
    with pytest.raises(e.DailyQuotaSpent) as caught:
        read(json.dumps({"Information": text}).encode(), function="TIME_SERIES_DAILY", symbol="IBM", key=KEY)
    error = caught.value
    assert KEY not in str(error) + repr(error) + error.body.decode()
    assert "[API key]" in str(error)
    assert str(error).startswith("TIME_SERIES_DAILY IBM: ")
