"""Bulk quotes: data for a premium key, the vendor's sample rows for any other."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

FUNCTION = "REALTIME_BULK_QUOTES"


def quotes(sandbox, symbols):
    return sandbox.get(FUNCTION, symbols).json()["data"]


def test_they_have_the_recorded_fields(sandbox, recordings):
    recorded = json.loads((recordings / f"{FUNCTION}__MSFT__cg1.json").read_bytes())
    served = sandbox.get(FUNCTION, "IBM").json()
    assert list(served) == list(recorded)
    assert (served["endpoint"], served["message"]) == (recorded["endpoint"], "success")
    assert list(served["data"][0]) == list(recorded["data"][0])
    assert sandbox.rows(FUNCTION, "IBM") == [list(served["data"][0].values())]


def test_a_closed_session_is_quoted_with_its_bar_and_the_last_trade_of_the_evening(sandbox):
    ibm, msft = quotes(sandbox, "IBM,NOSUCH,MSFT")
    assert (ibm["symbol"], msft["symbol"]) == ("IBM", "MSFT")
    quote = sandbox.rows("GLOBAL_QUOTE")[0]
    names = ("open", "high", "low", "close", "volume", "previous_close", "change")
    assert [Decimal(ibm[name]) for name in names] == [Decimal(one) for one in (*quote[1:6], *quote[7:9])]
    last = sandbox.rows("TIME_SERIES_INTRADAY", interval="1min")[0]
    assert ibm["timestamp"] == f"{last[0]}.000"
    assert Decimal(ibm["extended_hours_quote"]) == Decimal(last[4])
    assert Decimal(ibm["extended_hours_change"]) == Decimal(last[4]) - Decimal(ibm["close"])


def test_an_open_session_is_quoted_as_far_as_it_has_come(sandbox):
    sandbox.set_clock("2026-05-15T15:00:00Z")
    (morning,) = quotes(sandbox, "IBM")
    sandbox.set_clock("2026-05-15T18:00:00Z")
    (afternoon,) = quotes(sandbox, "IBM")
    assert (morning["timestamp"], afternoon["timestamp"]) == (
        "2026-05-15 11:00:00.000",
        "2026-05-15 14:00:00.000",
    )
    assert int(morning["volume"]) < int(afternoon["volume"])
    assert morning["previous_close"] == afternoon["previous_close"]


def test_on_the_day_of_a_split_the_change_is_in_the_new_shares(sandbox):
    """Three shares of DIS for one on 2026-05-04."""
    for moment in ("2026-05-04T15:00:00Z", "2026-05-04T23:00:00Z"):
        sandbox.set_clock(moment)
        (quote,) = quotes(sandbox, "DIS")
        assert abs(Decimal(quote["change_percent"])) < 20


def test_the_first_hundred_symbols_are_answered(sandbox):
    assert len(quotes(sandbox, ",".join(["IBM"] * 101))) == 100


def test_the_same_clock_gives_the_same_bytes(sandbox):
    first = sandbox.get(FUNCTION, "IBM,MSFT").content
    sandbox.set_clock("2026-08-03T12:00:00Z")
    assert sandbox.get(FUNCTION, "IBM,MSFT").content != first
    sandbox.set_clock("2026-05-16T06:00:00Z")
    assert sandbox.get(FUNCTION, "IBM,MSFT").content == first


@pytest.mark.parametrize("key", ["FREEKEY000000001", "anything at all"])
def test_another_key_is_sent_the_sample_rows(sandbox, key):
    body = sandbox.get(FUNCTION, "IBM", apikey=key).json()
    assert "ARTIFICIAL" in body["message"]
    assert sandbox.outcomes() == ["E10"]


def test_without_symbols_the_call_is_invalid(sandbox):
    sandbox.get(FUNCTION, None)
    assert sandbox.outcomes() == ["E13"]


def test_a_replay_sends_the_sample_rows_to_any_key(replay):
    replay.get(FUNCTION, "IBM")
    assert replay.outcomes() == ["E10"]
