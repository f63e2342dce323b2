"""The client alone: a script asks a real server, and no module of Airflow is imported."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from decimal import Decimal

import pytest

from airflow_provider_alphavantage import exceptions as e
from airflow_provider_alphavantage.client import AlphaVantageClient
from airflow_provider_alphavantage.pacing import fingerprint
from tests.conftest import PROJECT

KEY = "SCRIPT9ALONE9KEY9"
SERIES = b"""{"Meta Data": {"2. Symbol": "IBM"}, "Time Series (Daily)": {"2026-05-15": {"1. open": "1.50",
    "2. high": "2", "3. low": "1", "4. close": "1.75", "5. volume": "7"}}}"""
SCRIPT = """
import sys
from airflow_provider_alphavantage.client import AlphaVantageClient

client = AlphaVantageClient("SCRIPT9ALONE9KEY9", host=sys.argv[1])
print(client.get_bars("IBM").bars[0].close, client)
print(sorted(name for name in sys.modules if name == "airflow" or name.startswith("airflow.")))
"""


def test_a_script_needs_no_airflow(serve):
    server = serve(SERIES)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, server.url], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    said, modules = done.stdout.splitlines()
    assert said.startswith("1.75 AlphaVantageClient(")
    assert modules == "[]"
    assert server.asked == [f"function=TIME_SERIES_DAILY&symbol=IBM&apikey={KEY}"]
    assert KEY not in done.stdout + done.stderr


@pytest.fixture
def alone(limiter, waits):
    return lambda key=KEY, **how: AlphaVantageClient(key, limiter=limiter, sleep=waits, **how)


def test_the_key_is_in_no_repr_and_no_error(alone, serve, output):
    server = serve(lambda query: (200, b'{"Information": "Your call was ' + query.encode() + b'"}'))
    client = alone(host=server.url)
    with pytest.raises(e.UnknownMessage) as caught:
        client.query("SPLITS", symbol="IBM")
    assert KEY not in repr(client) + repr(vars(client)) + output() + repr(vars(caught.value))
    assert fingerprint(KEY) in repr(client)


def test_every_reader_gives_the_same_rows(alone, serve):
    client = alone(host=serve(SERIES).url)
    records = client.get_records("TIME_SERIES_DAILY", symbol="IBM")
    answer = asyncio.run(client.aquery("TIME_SERIES_DAILY", symbol="IBM"))
    assert [tuple(row.values()) for row in answer.table().to_pylist()] == records.rows
    assert client.get_df("TIME_SERIES_DAILY", symbol="IBM")["close"][0] == Decimal("1.75")
    assert client.calls_left() == 22


def test_without_a_key_nothing_is_sent(alone, serve):
    server = serve(SERIES)
    with pytest.raises(e.ApiKeyRefused, match="The client holds no API key"):
        alone(" ", host=server.url).get_bars("IBM")
    assert server.asked == []


def test_options_are_the_extras_of_a_connection(alone):
    assert alone(options={"plan": "premium"}).budget.per_minute == 75
    with pytest.raises(e.InvalidConnection, match="timeout is 'abc'"):
        alone(options={"timeout": "abc"}).get_bars("IBM")
