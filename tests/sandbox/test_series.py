"""What a client receives from the simulated market: shapes, headers, figures."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest

RAW_HEADER = "timestamp,open,high,low,close,volume"
HEADERS = {
    "TIME_SERIES_DAILY": RAW_HEADER,
    "TIME_SERIES_WEEKLY": RAW_HEADER,
    "TIME_SERIES_MONTHLY": RAW_HEADER,
    "TIME_SERIES_DAILY_ADJUSTED": (
        "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient"
    ),
    "TIME_SERIES_WEEKLY_ADJUSTED": "timestamp,open,high,low,close,adjusted close,volume,dividend amount",
    "TIME_SERIES_MONTHLY_ADJUSTED": "timestamp,open,high,low,close,adjusted close,volume,dividend amount",
    "GLOBAL_QUOTE": "symbol,open,high,low,price,volume,latestDay,previousClose,change,changePercent",
    "SPLITS": "effective_date,split_factor",
    "DIVIDENDS": "ex_dividend_date,declaration_date,record_date,payment_date,amount",
}


@pytest.mark.parametrize("function", HEADERS)
def test_csv_is_a_download_with_crlf_after_every_row(sandbox, function):
    response = sandbox.get(function, "IBM", datatype="csv")
    assert response.headers["content-type"] == "application/x-download"
    assert response.headers["content-length"] == str(len(response.content))
    lines = response.content.split(b"\r\n")
    assert lines[0].decode() == HEADERS[function]
    assert lines[-1] == b""
    assert len(lines) > 2
    assert b"\n" not in response.content.replace(b"\r\n", b"")
    assert b'"' not in response.content


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("TIME_SERIES_DAILY", "daily_IBM"),
        ("TIME_SERIES_DAILY_ADJUSTED", "daily_adjusted_IBM"),
        ("TIME_SERIES_WEEKLY", "weekly_IBM"),
        ("TIME_SERIES_MONTHLY_ADJUSTED", "monthly_adjusted_IBM"),
    ],
)
def test_a_download_is_named_after_what_it_holds(sandbox, function, name):
    disposition = sandbox.get(function, datatype="csv").headers["content-disposition"]
    assert disposition == f"attachment; filename={name}.csv"


@pytest.mark.parametrize("function", [name for name in HEADERS if name.startswith("TIME")])
def test_json_and_csv_hold_the_same_figures(sandbox, function):
    body = sandbox.get(function).json()
    series = next(value for name, value in body.items() if name != "Meta Data")
    rows = [[day, *figures.values()] for day, figures in series.items()]
    assert rows == sandbox.rows(function)


@pytest.mark.parametrize(
    ("function", "recording"),
    [
        ("TIME_SERIES_DAILY_ADJUSTED", "TIME_SERIES_DAILY_ADJUSTED__IBM__fc1.json"),
        ("TIME_SERIES_DAILY", "TIME_SERIES_DAILY__IBM__cg1.json"),
        ("TIME_SERIES_WEEKLY", "TIME_SERIES_WEEKLY__IBM__ptc1.json"),
        ("TIME_SERIES_WEEKLY_ADJUSTED", "TIME_SERIES_WEEKLY_ADJUSTED__IBM__cg1.json"),
        ("TIME_SERIES_MONTHLY", "TIME_SERIES_MONTHLY__IBM__cg1.json"),
        ("TIME_SERIES_MONTHLY_ADJUSTED", "TIME_SERIES_MONTHLY_ADJUSTED__IBM__cg1.json"),
    ],
)
def test_json_has_the_recorded_shape(sandbox, recordings, function, recording):
    """Names, order and nesting as recorded; texts of the metadata too, save dates and size."""
    recorded = json.loads((recordings / recording).read_bytes())
    response = sandbox.get(function)
    served = response.json()
    assert list(served) == list(recorded)
    varying = {"3. Last Refreshed", "4. Output Size"}
    meta, expected = served["Meta Data"], recorded["Meta Data"]
    assert list(meta) == list(expected)
    assert {k: v for k, v in meta.items() if k not in varying} == {
        k: v for k, v in expected.items() if k not in varying
    }
    block = list(recorded)[1]
    assert list(next(iter(served[block].values()))) == list(next(iter(recorded[block].values())))
    assert response.text == json.dumps(served, indent=4)


def test_compact_is_the_newest_hundred_sessions(sandbox):
    body = sandbox.get("TIME_SERIES_DAILY", apikey=sandbox.free_key).json()
    days = list(body["Time Series (Daily)"])
    assert len(days) == 100
    assert (days[0], days[-1]) == (
        "2026-05-15",
        "2025-12-22",
    )  # as in the recorded TIME_SERIES_DAILY__IBM__pt1.csv
    assert days == sorted(days, reverse=True)
    assert body["Meta Data"]["3. Last Refreshed"] == "2026-05-15"
    assert body["Meta Data"]["4. Output Size"] == "Compact"


def test_full_is_every_session_since_the_first(sandbox):
    body = sandbox.get("TIME_SERIES_DAILY", outputsize="full").json()
    days = list(body["Time Series (Daily)"])
    assert (days[0], days[-1]) == ("2026-05-15", "1999-11-01")
    assert body["Meta Data"]["4. Output Size"] == "Full size"


def test_daily_figures_are_the_truth(sandbox):
    truth = {bar["session"]: bar for bar in sandbox.truth("TSLA")["bars"]}
    rows = sandbox.rows("TIME_SERIES_DAILY", "TSLA", outputsize="full")
    assert rows == [list(truth[day].values()) for day in sorted(truth, reverse=True)]


def test_weeks_are_made_of_their_sessions_and_dated_by_the_last(sandbox):
    """2026-04-03 was Good Friday."""
    daily = {row[0]: row for row in sandbox.rows("TIME_SERIES_DAILY")}
    week = next(row for row in sandbox.rows("TIME_SERIES_WEEKLY") if row[0] == "2026-04-02")
    days = [daily[f"2026-{day}"] for day in ("03-30", "03-31", "04-01", "04-02")]
    assert week[1:] == [
        days[0][1],
        str(max(Decimal(day[2]) for day in days)),
        str(min(Decimal(day[3]) for day in days)),
        days[-1][4],
        str(sum(int(day[5]) for day in days)),
    ]


def test_the_running_week_and_month_are_partial_rows(sandbox):
    sandbox.set_clock("2026-05-13T21:00:00Z")
    assert [row[0] for row in sandbox.rows("TIME_SERIES_WEEKLY")[:2]] == ["2026-05-13", "2026-05-08"]
    assert [row[0] for row in sandbox.rows("TIME_SERIES_MONTHLY")[:2]] == ["2026-05-13", "2026-04-30"]
    sandbox.set_clock("2026-05-14T21:00:00Z")
    assert [row[0] for row in sandbox.rows("TIME_SERIES_WEEKLY")[:2]] == ["2026-05-14", "2026-05-08"]


def test_weeks_and_months_reach_back_to_the_first_session(sandbox):
    assert sandbox.rows("TIME_SERIES_WEEKLY")[-1][0] == "1999-11-05"
    assert sandbox.rows("TIME_SERIES_MONTHLY")[-1][0] == "1999-11-30"


def test_a_dividend_rewrites_every_adjusted_close_before_it(sandbox):
    ex_date = date.fromisoformat(sandbox.truth("IBM")["dividends"][-1]["ex_dividend_date"])
    sandbox.set_clock(f"{ex_date}T12:00:00Z")
    before = {row[0]: row for row in sandbox.rows("TIME_SERIES_WEEKLY_ADJUSTED")[1:]}
    sandbox.set_clock(f"{ex_date}T23:00:00Z")
    after = {row[0]: row for row in sandbox.rows("TIME_SERIES_WEEKLY_ADJUSTED")}
    old = [day for day in before if day > "2020-01-01"]
    assert all(Decimal(after[day][5]) < Decimal(before[day][5]) for day in old)
    assert all(after[day][1:5] == before[day][1:5] for day in old)


def test_splits_and_dividends_are_the_truth_newest_first(sandbox):
    truth = sandbox.truth("IBM")
    assert sandbox.get("SPLITS").json() == {"symbol": "IBM", "data": truth["splits"][::-1]}
    assert sandbox.get("DIVIDENDS").json() == {"symbol": "IBM", "data": truth["dividends"][::-1]}
    first = truth["dividends"][0]
    assert [first["declaration_date"], first["record_date"], first["payment_date"]] == ["None"] * 3


def test_a_split_is_a_cliff_in_the_raw_close_and_none_in_the_adjusted(sandbox):
    split = sandbox.truth("IBM")["splits"][-1]
    rows = sandbox.rows("TIME_SERIES_DAILY_ADJUSTED", outputsize="full")
    index = next(i for i, row in enumerate(rows) if row[0] == split["effective_date"])
    row, older = rows[index], rows[index + 1]
    factor = Decimal(split["split_factor"])
    assert Decimal(row[8]) == factor
    assert abs(Decimal(older[4]) / Decimal(row[4]) / factor - 1) < Decimal("0.15")
    assert abs(Decimal(older[5]) / Decimal(row[5]) - 1) < Decimal("0.15")


def test_a_quote_is_the_newest_bar_against_the_one_before(sandbox):
    newest, before = sandbox.rows("TIME_SERIES_DAILY")[:2]
    quote = sandbox.get("GLOBAL_QUOTE").json()["Global Quote"]
    assert list(quote) == [
        "01. symbol", "02. open", "03. high", "04. low", "05. price", "06. volume", "07. latest trading day",
        "08. previous close", "09. change", "10. change percent",
    ]  # fmt: skip
    assert quote["05. price"] == newest[4]
    assert quote["07. latest trading day"] == "2026-05-15"
    assert quote["08. previous close"] == before[4]
    assert Decimal(quote["09. change"]) == Decimal(newest[4]) - Decimal(before[4])


def test_the_listing_names_every_symbol_as_simulated(sandbox):
    text = sandbox.get("LISTING_STATUS", None).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {"AAPL", "MSFT", "GOOGL", "AMZN", "TSLA", "IBM", "BRK-B", "NAN"} <= {row["symbol"] for row in rows}
    assert all(row["name"].endswith("(simulated)") and row["delistingDate"] == "null" for row in rows)
    gone = sandbox.get("LISTING_STATUS", None, state="delisted").text
    assert [row.split(",")[0] for row in gone.splitlines()[1:]] == ["ATVI", "TWTR"]


def test_the_listing_of_a_day_without_session_is_a_header(sandbox):
    assert sandbox.get("LISTING_STATUS", None, date="2020-10-03").text.count("\r\n") == 1
    of_2020 = sandbox.get("LISTING_STATUS", None, date="2020-10-02").text
    assert "\r\nTWTR," in of_2020
    assert "\r\nPLTR," in of_2020
    assert "\r\nPLTR," not in sandbox.get("LISTING_STATUS", None, date="2020-09-29").text


def test_search_finds_by_symbol_and_name(sandbox):
    best = sandbox.get("SYMBOL_SEARCH", None, keywords="micro").json()["bestMatches"][0]
    assert best["1. symbol"] == "MSFT"
    assert best["2. name"] == "Microsoft Corp (simulated)"
    exact = sandbox.get("SYMBOL_SEARCH", None, keywords="ibm").json()["bestMatches"][0]
    assert (exact["1. symbol"], exact["9. matchScore"]) == ("IBM", "1.0000")


def test_an_overview_says_that_it_is_invented(sandbox):
    body = sandbox.get("OVERVIEW", datatype="csv").json()
    assert body["Name"] == "International Business Machines Corp (simulated)"
    assert "No figure here is real" in body["Description"]


def test_the_market_is_open_during_a_session(sandbox):
    def status() -> str:
        return sandbox.get("MARKET_STATUS", None).json()["markets"][0]["current_status"]

    assert status() == "closed"
    sandbox.set_clock("2026-05-15T15:00:00Z")
    assert status() == "open"


def test_every_response_says_where_it_comes_from(sandbox):
    for response in (
        sandbox.get("TIME_SERIES_DAILY"),
        sandbox.get("NO_SUCH_FUNCTION"),
        sandbox.client.get("/admin/health"),
        sandbox.client.get("/nowhere"),
    ):
        assert response.headers["x-market-data-origin"] == "sandbox"
        assert response.headers["x-market-data-notice"] == "simulated data, not market prices"


def test_json_travels_zipped_and_in_chunks_to_those_who_take_it(sandbox):
    zipped = sandbox.get("TIME_SERIES_DAILY")
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["transfer-encoding"] == "chunked"
    asked = {"function": "TIME_SERIES_DAILY", "symbol": "IBM", "apikey": "demo"}
    plain = sandbox.client.get("/query", params=asked, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == zipped.content


def test_symbols_keep_the_case_they_were_sent_in(sandbox):
    assert sandbox.get("TIME_SERIES_DAILY", "brk-b").json()["Meta Data"]["2. Symbol"] == "brk-b"
    assert sandbox.rows("TIME_SERIES_DAILY", "brk-b") == sandbox.rows("TIME_SERIES_DAILY", "BRK-B")
