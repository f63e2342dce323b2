"""Minutes of a session: they make up its bar, keep its hours, and are premium."""

from __future__ import annotations

import json

import pytest

RAW = {"adjusted": "false", "outputsize": "full"}


def test_the_body_has_the_recorded_shape(sandbox, recordings):
    recorded = json.loads((recordings / "TIME_SERIES_INTRADAY__IBM__ptc1.json").read_bytes())
    served = sandbox.get("TIME_SERIES_INTRADAY", interval="5min", outputsize="full").json()
    assert list(served) == list(recorded)
    assert list(served["Meta Data"]) == list(recorded["Meta Data"])
    assert served["Meta Data"]["1. Information"] == recorded["Meta Data"]["1. Information"]
    ours, theirs = (next(iter(body["Time Series (5min)"].values())) for body in (served, recorded))
    assert list(ours) == list(theirs)


@pytest.mark.parametrize("interval", ["1min", "5min", "15min", "30min", "60min"])
def test_the_regular_hours_make_up_the_session(sandbox, interval):
    (day,) = [row for row in sandbox.rows("TIME_SERIES_DAILY") if row[0] == "2026-05-15"]
    named = {**RAW, "interval": interval, "extended_hours": "false"}
    bars = [row for row in sandbox.rows("TIME_SERIES_INTRADAY", **named) if row[0].startswith("2026-05-15")]
    assert bars[-1][1] == day[1]
    assert max(bars, key=lambda bar: float(bar[2]))[2] == day[2]
    assert min(bars, key=lambda bar: float(bar[3]))[3] == day[3]
    assert bars[0][4] == day[4]
    assert sum(int(bar[5]) for bar in bars) == int(day[5])


def test_extended_hours_last_from_four_to_eight(sandbox):
    sandbox.set_clock("2026-05-16T06:00:00Z")
    bars = sandbox.rows("TIME_SERIES_INTRADAY", **RAW, interval="30min")
    times = {bar[0][11:] for bar in bars}
    assert (min(times), max(times)) == ("04:00:00", "19:30:00")


def test_a_short_session_ends_at_one(sandbox):
    named = {**RAW, "interval": "1min", "extended_hours": "false", "month": "2025-11"}
    bars = [row for row in sandbox.rows("TIME_SERIES_INTRADAY", **named) if row[0].startswith("2025-11-28")]
    assert (bars[0][0], len(bars)) == ("2025-11-28 12:59:00", 210)


def test_compact_is_a_hundred_rows_and_a_month_is_its_own(sandbox):
    assert len(sandbox.rows("TIME_SERIES_INTRADAY", interval="1min")) == 100
    bars = sandbox.rows("TIME_SERIES_INTRADAY", **RAW, interval="60min", month="2012-03")
    assert {bar[0][:7] for bar in bars} == {"2012-03"}


def test_it_is_premium(sandbox):
    body = sandbox.get("TIME_SERIES_INTRADAY", interval="5min", apikey=sandbox.free_key).json()
    assert "premium endpoint" in body["Information"]


@pytest.mark.parametrize("named", [{"interval": "2min"}, {"interval": "5min", "month": "1999-12"}])
def test_what_is_not_offered_is_an_invalid_call(sandbox, named):
    assert list(sandbox.get("TIME_SERIES_INTRADAY", **named).json()) == ["Error Message"]
