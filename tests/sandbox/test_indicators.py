"""Indicators over adjusted closes, and option chains whose calls and puts agree."""

from __future__ import annotations

import json
from math import exp
from statistics import fmean

import pytest

WEEKLY = {"interval": "weekly", "series_type": "close", "time_period": "10"}


@pytest.mark.parametrize(
    ("function", "recording"),
    [
        ("SMA", "SMA__USDEUR__cg1.json"),
        ("EMA", "EMA__USDEUR__cg1.json"),
        ("RSI", "RSI__USDEUR__cg1.json"),
        ("BBANDS", "BBANDS__IBM__cg1.json"),
        ("MACD", "MACD__GOOGL__cg1.json"),
    ],
)
def test_bodies_have_the_recorded_names(sandbox, recordings, function, recording):
    recorded = json.loads((recordings / recording).read_bytes())
    served = sandbox.get(function, **WEEKLY).json()
    assert list(served) == list(recorded)
    assert list(served["Meta Data"]) == list(recorded["Meta Data"])
    assert served["Meta Data"]["2: Indicator"] == recorded["Meta Data"]["2: Indicator"]
    (_, ours), (_, theirs) = served.items(), recorded.items()
    assert list(next(iter(ours[1].values()))) == list(next(iter(theirs[1].values())))


def test_an_average_is_that_of_the_adjusted_closes(sandbox):
    closes = [float(row[5]) for row in sandbox.rows("TIME_SERIES_WEEKLY_ADJUSTED")[:10]]
    assert float(sandbox.rows("SMA", **WEEKLY)[0][1]) == pytest.approx(fmean(closes), abs=0.001)


def test_columns_of_a_csv_are_alphabetical(sandbox):
    header = sandbox.get("BBANDS", datatype="csv", **WEEKLY).text.splitlines()[0]
    assert header == "time,Real Lower Band,Real Middle Band,Real Upper Band"


def test_macd_is_premium(sandbox):
    assert "premium endpoint" in sandbox.get("MACD", apikey=sandbox.free_key, **WEEKLY).json()["Information"]


def test_a_chain_has_the_recorded_header(sandbox, recordings):
    recorded = (recordings / "HISTORICAL_OPTIONS__IBM__pt1.csv").read_text().splitlines()[0]
    assert sandbox.get("HISTORICAL_OPTIONS", datatype="csv").text.splitlines()[0] == recorded


def test_a_call_less_its_put_is_the_price_less_the_strike(sandbox):
    chain = sandbox.get("HISTORICAL_OPTIONS").json()["data"]
    price = float(sandbox.get("GLOBAL_QUOTE").json()["Global Quote"]["05. price"])
    one = [row for row in chain if row["expiration"] == "2026-06-18"]
    assert len(one) > 10
    for call, put in zip(one[::2], one[1::2], strict=True):
        strike = float(call["strike"]) * exp(-0.04 * 34 / 365)
        assert float(call["mark"]) - float(put["mark"]) == pytest.approx(price - strike, abs=0.011)
        assert float(call["bid"]) <= float(call["mark"]) <= float(call["ask"])


def test_a_chain_of_a_weekend_is_empty(sandbox):
    assert sandbox.get("HISTORICAL_OPTIONS", date="2026-05-10").json()["data"] == []


def test_a_contract_is_there_on_the_days_after_too(sandbox):
    """2026-06-19 is a holiday: what would expire then expires on the session before."""
    before, after = (
        {row["contractID"] for row in sandbox.get("HISTORICAL_OPTIONS", date=day).json()["data"]}
        for day in ("2026-05-13", "2026-05-14")
    )
    assert len(before & after) > 0.8 * len(before)
    assert {contract[3:9] for contract in before} == {"260515", "260618", "260717", "260821"}
