"""The key is out of every text, and a key that is a plain word damages none."""

from __future__ import annotations

import json
import pickle
import traceback
from datetime import date
from decimal import Decimal

import pytest

from airflow_provider_alphavantage import exceptions as e
from airflow_provider_alphavantage.scrubbing import scrub

REAL = "Q7XK2PNV9TLM4RWZ"
PLAIN = ["1", "demo", "open", "IBM", "day", "25", "timestamp"]
BARS = (
    b'{"Meta Data": {"1. Information": "Daily Prices (open, high, low, close)", "2. Symbol": "IBM"},'
    b' "Time Series (Daily)": {"2026-05-15": {"1. open": "1", "2. high": "25", "3. low": "1", '
    b'"4. close": "1", "5. volume": "1"}}}'
)
CSV = b"timestamp,open,high,low,close,volume\r\n2026-05-15,1,25,1,1,1\r\n"
BURST = (
    "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly "
    "(1 request per second). You may subscribe to any of the premium plans to lift the free key rate limit "
    "(25 requests per day)."
)
PREMIUM = "Thank you for using Alpha Vantage! This is a premium endpoint, open to IBM 1 day."


def quota(key: str) -> str:
    """The notice of a spent quota, in the vendor's words."""
    return f"We have detected your API key as {key} and our standard API rate limit is 25 requests per day."


def test_a_key_with_special_characters_is_scrubbed_in_both_forms():
    assert scrub("a=K%2FE%2BY+0 b=K/E+Y+0", "K/E+Y+0") == "a=K%2FE%2BY+0 b=[API key]"
    assert scrub("https://x?apikey=K%2FE%2BY%2B0", "K/E+Y+0") == "https://x?apikey=[API key]"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("MY KEY", "MY KEY"),
        ("MY KEY", "MY+KEY"),
        ("MY KEY", "MY%20KEY"),
        ("KEY ", "KEY"),
        ("KEY ", "KEY+"),
        ("KEY ", "KEY%20"),
        (" KEY\n", "+KEY%0A"),
    ],
)
def test_a_key_with_a_blank_is_scrubbed_however_it_is_written(key, said):
    assert "KEY" not in scrub(f"apikey={said}", key)


def test_without_a_key_nothing_is_scrubbed():
    assert [scrub("a b", key) for key in (None, "", " ")] == ["a b"] * 3


def test_the_public_demo_key_is_not_a_secret():
    assert scrub("The **demo** key", "demo") == "The **demo** key"


@pytest.mark.parametrize("key", [*PLAIN, REAL])
@pytest.mark.parametrize("body", [BARS, CSV])
def test_data_is_read_whatever_the_key(connect, serve, key, body):
    bar = connect(host=serve(body).url, password=key).get_bars("IBM").bars[0]
    assert (bar.session, bar.open, bar.high) == (date(2026, 5, 15), Decimal(1), Decimal(25))


@pytest.mark.parametrize("key", PLAIN)
@pytest.mark.parametrize(("text", "kind"), [(BURST, e.Throttled), (PREMIUM, e.PremiumRequired)])
def test_a_message_is_its_kind_and_whole_whatever_the_key(connect, serve, key, text, kind):
    body = json.dumps({"Information": text}).encode()
    with pytest.raises(kind) as caught:
        connect(host=serve(body).url, password=key).query("SPLITS", symbol="IBM")
    assert caught.value.what == text
    assert caught.value.body == body


@pytest.mark.parametrize("key", [*PLAIN, REAL, "S3cr-t/+K=y", "MY KEY"])
def test_the_notice_of_a_spent_quota_tells_no_key(connect, serve, output, key):
    body = json.dumps({"Information": quota(key)}).encode()
    with pytest.raises(e.DailyQuotaSpent) as caught:
        connect(host=serve(body).url, password=key).query("SPLITS", symbol="IBM")
    shown = "demo" if key == "demo" else "[API key]"
    assert caught.value.what == quota(shown)
    assert json.loads(caught.value.body) == {"Information": quota(shown)}
    if key not in PLAIN:
        told = output() + "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
        assert key not in told
        assert key.encode() not in pickle.dumps(caught.value)


def test_a_plain_key_is_a_whole_word_in_the_notice():
    assert scrub(quota("10"), "1") == quota("10")
    assert scrub("apikey=10&apikey=1&a=1", "1") == "apikey=10&apikey=[API key]&a=1"
    assert scrub("API key as OPENED, API key as open.", "open") == "API key as OPENED, API key as [API key]."


REAL_FORMS = [
    REAL,
    f"https://www.alphavantage.co/query?function=SPLITS&symbol=IBM&apikey={REAL}",
    f"https%3A%2F%2Fwww.alphavantage.co%2Fquery%3Fapikey%3D{REAL}",
    f'{{"apikey": "{REAL}"}}',
    f"bad key:{REAL}x",
]


@pytest.mark.parametrize("said", REAL_FORMS)
def test_a_real_key_is_taken_out_wherever_it_is(said):
    assert scrub(said, REAL) == said.replace(REAL, "[API key]")


@pytest.mark.parametrize("said", ["K/E+Y=0", "K%2FE%2BY%3D0", "K%2fE%2bY%3d0", "K/E%2BY%3D0", r"K\/E+Y=0"])
def test_a_key_is_taken_out_however_it_is_encoded(said):
    assert scrub(f"your key {said}!", "K/E+Y=0") == "your key [API key]!"


@pytest.mark.parametrize("said", ["1", "open", "IBM"])
@pytest.mark.parametrize("form", ["?apikey={}&a=b", "%3Fapikey%3D{}%26", '"apikey": "{}"', "apikey=+{}%0A"])
def test_a_plain_key_is_taken_out_where_the_key_is_spoken_of(said, form):
    assert scrub(form.format(said), said) == form.format("[API key]")


@pytest.mark.parametrize(
    ("key", "echo"),
    [(REAL, f"see {REAL}"), ("1", "see /query?symbol=IBM&apikey=1"), ("open", "/query?apikey=open&a=b")],
)
def test_data_that_echoes_the_key_is_not_kept(connect, serve, key, echo):
    body = json.dumps({"symbol": "IBM", "request": echo, "data": []}).encode()
    with pytest.raises(e.UnknownMessage, match="The API echoed the key: ") as caught:
        connect(host=serve(body).url, password=key).query("SPLITS", symbol="IBM")
    assert json.loads(caught.value.body)["request"] == echo.replace(key, "[API key]")


@pytest.mark.parametrize("key", PLAIN)
def test_a_failing_network_is_told_in_whole_words(connect, key):
    with pytest.raises(
        e.TransportError, match=r"HTTPConnection\(host='127\.0\.0\.1', port=1\): Failed to es"
    ):
        connect(host="http://127.0.0.1:1", password=key).query("SPLITS", symbol="IBM")
