"""What is made to go wrong goes wrong in exactly that way, as often as it was asked, and to no one else."""

from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal
from urllib.error import HTTPError

import httpx
import pytest


@pytest.mark.parametrize(
    ("kind", "status", "outcome", "words"),
    [
        ("html_503", 503, "html_503", "<title>Application Error</title>"),
        ("html_200", 200, "html_200", "<title>Application Error</title>"),
        ("http_429", 429, "http_429", "Too Many Requests"),
        ("transient_e13", 200, "E13", "Invalid API call"),
        ("throttle", 200, "E1", "1 request per second"),
        ("quota", 200, "E2", "PREMIUMKEY000001 and our standard API rate limit is 25"),
        ("minute", 200, "E4", "Minute-level rate limit exceed"),
        ("premium", 200, "E7", "This is a premium endpoint"),
        ("sample", 200, "E10", "ARTIFICIAL AND FOR ILLUSTRATION PURPOSES ONLY"),
        ("unknown_text", 200, "unknown", "being moved to another region"),
    ],
)
def test_an_answer_replaced_once(sandbox, kind, status, outcome, words):
    sandbox.add_fault(kind, times=1)
    response = sandbox.get("TIME_SERIES_DAILY", datatype="csv")
    assert response.status_code == status
    assert words in response.text
    assert sandbox.get("TIME_SERIES_DAILY").status_code == 200
    assert sandbox.outcomes() == [outcome, "data"]
    assert [call["faults"] for call in sandbox.calls()] == [[kind], []]


def test_a_replaced_answer_spends_nothing(sandbox):
    sandbox.add_fault("html_503", times=30)
    for _ in range(30):
        sandbox.get("SPLITS", apikey=sandbox.free_key)
    assert "data" in sandbox.get("SPLITS", apikey=sandbox.free_key).json()


def test_a_fault_is_for_its_symbol_and_function_until_it_is_cleared(sandbox):
    sandbox.add_fault("throttle", symbol="msft", function="SPLITS")
    for symbol, function in (
        ("MSFT", "SPLITS"),
        ("IBM", "SPLITS"),
        ("MSFT", "DIVIDENDS"),
        ("MSFT", "SPLITS"),
    ):
        sandbox.get(function, symbol)
    sandbox.clear_faults()
    sandbox.get("SPLITS", "MSFT")
    assert sandbox.outcomes() == ["E1", "data", "data", "E1", "data"]


def test_faults_wait_in_line(sandbox):
    sandbox.add_fault("throttle", times=2)
    sandbox.add_fault("quota", times=1)
    assert [(one["kind"], one["left"]) for one in sandbox.admin("GET", "faults")["faults"]] == [
        ("throttle", 2), ("quota", 1),
    ]  # fmt: skip
    for _ in range(4):
        sandbox.get("SPLITS")
    assert sandbox.outcomes() == ["E1", "E1", "E2", "data"]
    assert sandbox.admin("GET", "faults") == {"faults": []}


def test_a_reset_breaks_the_connection_without_an_answer(sandbox):
    sandbox.add_fault("reset", times=1)
    with pytest.raises(httpx.ReadError, match="reset by peer"):
        sandbox.get("TIME_SERIES_DAILY")
    assert sandbox.get("TIME_SERIES_DAILY").status_code == 200
    assert sandbox.outcomes() == ["reset", "data"]


def test_a_truncated_body_is_shorter_than_it_promised(sandbox):
    sandbox.add_fault("truncated", times=1)
    with pytest.raises(httpx.RemoteProtocolError, match=r"received 2[0-9]+ bytes, expected 5[0-9]+"):
        sandbox.get("TIME_SERIES_DAILY", datatype="csv")


def test_a_truncated_gzip_is_a_whole_message_with_half_a_body(sandbox):
    sandbox.add_fault("truncated_gzip", times=1)
    asked = {"function": "TIME_SERIES_DAILY", "symbol": "IBM", "apikey": "demo"}
    with sandbox.client.stream("GET", "/query", params=asked) as response:
        packed = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    with pytest.raises(EOFError):
        gzip.decompress(packed)


def test_a_slow_answer_outlasts_a_short_patience(sandbox):
    sandbox.add_fault("slow", times=1, seconds=0.5)
    with pytest.raises(httpx.ReadTimeout):
        sandbox.client.get(
            "/query", params={"function": "SPLITS", "symbol": "IBM", "apikey": "demo"}, timeout=0.1
        )


@pytest.mark.parametrize("kind", ["truncated", "wrong_symbol"])
def test_a_refusal_does_not_use_up_a_fault_of_the_data(sandbox, kind):
    sandbox.add_fault(kind, times=1)
    sandbox.get("TIME_SERIES_DAILY", "NOSUCH")
    assert [one["left"] for one in sandbox.admin("GET", "faults")["faults"]] == [1]


def test_the_body_of_another_symbol(sandbox):
    sandbox.add_fault("wrong_symbol", symbol="IBM", times=1)
    wrong = sandbox.get("TIME_SERIES_DAILY", "IBM").json()
    assert wrong["Meta Data"]["2. Symbol"] == "INTC"
    assert wrong == sandbox.get("TIME_SERIES_DAILY", "INTC").json()


@pytest.mark.parametrize("function", ["INCOME_STATEMENT", "EARNINGS", "SHARES_OUTSTANDING"])
def test_the_company_data_of_another_symbol(sandbox, function):
    sandbox.add_fault("wrong_symbol", function=function, times=1)
    wrong = sandbox.get(function, "IBM").json()
    assert wrong["symbol"] == "INTC"
    assert wrong == sandbox.get(function, "INTC").json()
    assert sandbox.get(function, "IBM").json()["symbol"] == "IBM"


def test_bars_that_break_a_rule(sandbox):
    """Each time, the one row named is wrong and all others are as they were."""
    right = sandbox.rows("TIME_SERIES_DAILY")

    def broken(rule: str) -> list[list[str]]:
        sandbox.add_fault("bad_bar", rule=rule, times=1)
        return sandbox.rows("TIME_SERIES_DAILY")

    newest = right[0]
    assert broken("negative_price")[0] == [*newest[:3], "-1.0000", *newest[4:]]
    rows = broken("high_below_low")
    assert Decimal(rows[0][2]) < Decimal(rows[0][3])
    assert broken("null")[0] == [*newest[:4], "null", newest[5]]
    rows = broken("duplicate_session")
    assert rows[0] == newest
    assert rows[1] == [*newest[:4], newest[1], newest[5]]
    assert rows[1:] != right
    assert broken("repeated_row") == [newest, *right]
    assert broken("fractional_volume")[0] == [*newest[:5], f"{newest[5]}.5"]
    assert ",".join(broken("grouped_volume")[0]) == f'{",".join(newest[:5])},"{int(newest[5]):,}"'
    assert broken("future_date")[0] == ["2026-05-22", *newest[1:]]
    rows = broken("weekend_date")
    assert rows[4] == ["2026-05-10", *right[4][1:]]
    assert date(2026, 5, 10).weekday() == 6
    assert [row for row in rows if row not in right] == [rows[4]]
    assert sandbox.rows("TIME_SERIES_DAILY") == right


def test_a_doubled_session_and_a_null_in_json(sandbox):
    for rule in ("duplicate_session", "repeated_row"):
        sandbox.add_fault("bad_bar", rule=rule, times=1)
        assert sandbox.get("TIME_SERIES_DAILY").text.count('"2026-05-15": {') == 2
    sandbox.add_fault("bad_bar", rule="null", times=1)
    series = json.loads(sandbox.get("TIME_SERIES_DAILY").content)["Time Series (Daily)"]
    assert series["2026-05-15"]["4. close"] is None


def test_the_volume_of_an_adjusted_row_is_the_one_that_is_odd(sandbox):
    (right, *others) = sandbox.rows("TIME_SERIES_WEEKLY_ADJUSTED")
    sandbox.add_fault("bad_bar", rule="fractional_volume", times=1)
    odd = [*right[:6], f"{right[6]}.5", right[7]]
    assert sandbox.rows("TIME_SERIES_WEEKLY_ADJUSTED") == [odd, *others]


def test_a_late_session_is_missing_from_every_function(sandbox):
    sandbox.add_fault("late", symbol="IBM")
    body = sandbox.get("TIME_SERIES_DAILY").json()
    assert next(iter(body["Time Series (Daily)"])) == "2026-05-14"
    assert body["Meta Data"]["3. Last Refreshed"] == "2026-05-14"
    assert sandbox.rows("TIME_SERIES_WEEKLY")[0][0] == "2026-05-14"
    assert sandbox.rows("GLOBAL_QUOTE")[0][6] == "2026-05-14"
    assert sandbox.rows("TIME_SERIES_DAILY", "MSFT")[0][0] == "2026-05-15"
    assert sandbox.truth("IBM")["bars"][-1]["session"] == "2026-05-15"


def test_a_provisional_row_is_there_while_the_session_is_open(sandbox):
    """15:30 UTC is 11:30 in New York, two of six and a half hours into the session."""
    sandbox.set_clock("2026-05-15T15:30:00Z")
    assert sandbox.rows("TIME_SERIES_DAILY")[0][0] == "2026-05-14"
    sandbox.add_fault("provisional", symbol="IBM")
    body = sandbox.get("TIME_SERIES_DAILY").json()
    assert body["Meta Data"]["3. Last Refreshed"] == "2026-05-15 11:30:00"
    early = sandbox.rows("TIME_SERIES_DAILY")[0]
    sandbox.set_clock("2026-05-15T20:00:00Z")
    body = sandbox.get("TIME_SERIES_DAILY").json()
    assert body["Meta Data"]["3. Last Refreshed"] == "2026-05-15"
    final = sandbox.rows("TIME_SERIES_DAILY")[0]
    assert [early[0], early[1]] == [final[0], final[1]] == ["2026-05-15", final[1]]
    assert int(early[5]) == int(final[5]) * 120 // 390
    low, high, close = (Decimal(early[column]) for column in (3, 2, 4))
    assert Decimal(final[3]) <= low <= close <= high <= Decimal(final[2])


def test_a_stale_answer_is_that_of_an_earlier_moment(sandbox):
    """15:30 UTC is 11:30 in New York: the session of that day was open."""
    right = sandbox.rows("TIME_SERIES_DAILY")
    sandbox.add_fault("stale", symbol="IBM", as_of="2026-05-14T15:30:00Z", times=2)
    body = sandbox.get("TIME_SERIES_DAILY").json()
    assert body["Meta Data"]["3. Last Refreshed"] == "2026-05-14 11:30:00"
    old = sandbox.rows("TIME_SERIES_DAILY")
    assert (old[0][0], old[1:99]) == ("2026-05-14", right[2:])
    assert int(old[0][5]) == int(right[1][5]) * 120 // 390
    assert sandbox.rows("TIME_SERIES_DAILY") == right


def test_a_stale_answer_of_a_night_ends_with_the_session_before(sandbox):
    right = sandbox.rows("TIME_SERIES_DAILY")
    sandbox.add_fault("stale", as_of="2026-05-15T06:00:00Z", times=2)
    assert sandbox.get("TIME_SERIES_DAILY").json()["Meta Data"]["3. Last Refreshed"] == "2026-05-14"
    assert sandbox.rows("TIME_SERIES_DAILY")[:99] == right[1:]


def test_no_answer_is_of_a_moment_to_come(sandbox):
    right = sandbox.rows("TIME_SERIES_DAILY")
    sandbox.add_fault("stale", as_of="2026-06-01T06:00:00Z", times=1)
    assert sandbox.rows("TIME_SERIES_DAILY") == right


def test_a_cut_list_has_its_first_rows_and_its_form(sandbox):
    for function, rows in (("SPLITS", 3), ("DIVIDENDS", 106)):
        right = sandbox.rows(function, "ABT")
        sandbox.add_fault("cut_list", function=function, keep=2, times=2)
        assert (len(right), sandbox.rows(function, "ABT")) == (rows, right[:2])
        listed = sandbox.get(function, "ABT").json()["data"]
        assert [list(row.values()) for row in listed] == right[:2]
        assert sandbox.rows(function, "ABT") == right


def test_a_list_that_is_cut_to_nothing_is_an_empty_one(sandbox):
    sandbox.add_fault("cut_list", keep=0)
    assert sandbox.get("SPLITS").json() == {"symbol": "IBM", "data": []}
    assert sandbox.get("SPLITS", datatype="csv").content == b"effective_date,split_factor\r\n"
    assert sandbox.get("DIVIDENDS").json() == {"symbol": "IBM", "data": []}
    assert len(sandbox.rows("TIME_SERIES_DAILY")) == 100
    sandbox.clear_faults()
    assert sandbox.rows("SPLITS") == [["2021-05-03", "2.0000"]]


def test_a_listing_lacks_its_last_symbols_and_the_other_listing_none(sandbox):
    right, gone = (sandbox.rows("LISTING_STATUS", None, state=state) for state in ("active", "delisted"))
    sandbox.add_fault("cut_list", function="LISTING_STATUS", symbol="none", keep=48)
    assert (len(right), sandbox.rows("LISTING_STATUS", None)) == (72, right[:48])
    assert sandbox.rows("LISTING_STATUS", None, state="delisted") == gone


def test_a_correction_is_wrong_until_its_instant(sandbox):
    truth = sandbox.rows("TIME_SERIES_DAILY")
    sandbox.add_fault(
        "correction", symbol="IBM", session="2026-05-14", close="1.25", volume=7, until="2026-05-17T00:00:00Z"
    )
    rows = sandbox.rows("TIME_SERIES_DAILY")
    right = truth[1]
    assert rows[1] == ["2026-05-14", right[1], right[2], "1.2500", "1.2500", "7"]
    assert [rows[0], *rows[2:]] == [truth[0], *truth[2:]]
    assert sandbox.rows("TIME_SERIES_WEEKLY")[0][3] == "1.2500"
    assert sandbox.truth("IBM")["bars"][-2]["close"] == right[4]
    sandbox.set_clock("2026-05-17T00:00:00Z")
    assert sandbox.rows("TIME_SERIES_DAILY") == truth


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "earthquake"},
        {"kind": "bad_bar"},
        {"kind": "bad_bar", "rule": "ugly"},
        {"kind": "correction", "symbol": "IBM", "session": "2026-05-14", "until": "2026-05-17T00:00:00Z"},
        {"kind": "cut_list", "keep": -1},
        {"kind": "stale"},
        {"kind": "stale", "as_of": "2026-05-14T15:30:00"},
        {"kind": "cut_list"},
        {"kind": "throttle", "times": 0},
        {"kind": "throttle", "tmies": 1},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox, fault):
    with pytest.raises(HTTPError, match="422"):
        sandbox.admin("POST", "faults", fault)
    assert sandbox.admin("GET", "faults") == {"faults": []}
