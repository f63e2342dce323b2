"""The rules of reading, each on the smallest body that shows it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest

from airflow_provider_alphavantage.exceptions import TransportError, UnreadableBody
from airflow_provider_alphavantage.parsing import FAMILIES, parse
from airflow_provider_alphavantage.parsing.labels import column_name
from airflow_provider_alphavantage.responses import read


def of(body, function="ANY", family=None):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse(read(content, function=function), function, family)


def series(block, zone="US/Eastern", key="Time Series (Daily)"):
    return {"Meta Data": {"2. Symbol": "X", "5. Time Zone": zone}, key: block}


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("5. adjusted close", "adjusted_close"),
        ("adjusted close", "adjusted_close"),
        ("adjusted_close", "adjusted_close"),
        ("adjustedClose", "adjusted_close"),
        ("07. latest trading day", "latest_trading_day"),
        ("latestDay", "latest_trading_day"),
        ("10. change percent", "change_percent"),
        ("changePercent", "change_percent"),
        ("1a. open (CNY)", "open_cny"),
        ("5.1: FastK Period", "fast_k_period"),
        ("1. From_Currency Code", "from_currency_code"),
        ("contractID", "contract_id"),
        ("52WeekHigh", "52_week_high"),
        ("PERatio", "pe_ratio"),
        ("EVToEBITDA", "ev_to_ebitda"),
        ("DilutedEPSTTM", "diluted_eps_ttm"),
        ("MACD_Hist", "macd_hist"),
        ("Chaikin A/D", "chaikin_ad"),
        ("Real Upper Band", "real_upper_band"),
        ("T3", "t3"),
    ],
)
def test_a_label_has_one_plain_name(label, name):
    assert column_name(label) == name


def test_old_crypto_shapes_keep_both_currencies():
    row = {"1a. open (CNY)": "7.0", "1b. open (USD)": "1.0", "5. volume": "3.5"}
    found = of(series({"2018-01-01": row}, "UTC", "Time Series (Digital Currency Daily)"))
    assert found.columns == ("timestamp", "open_cny", "open_usd", "volume")
    assert found.rows == [(date(2018, 1, 1), D("7.0"), D("1.0"), D("3.5"))]


@pytest.mark.parametrize("null", ["None", "null", "-", ".", "n/a", "", " ", "0000-00-00", None])
def test_nothing_is_none_in_numbers_and_dates(null):
    found = of({
        "data": [{"payment_date": null, "amount": null}, {"payment_date": "2026-05-15", "amount": "1"}]
    })
    assert found.rows == [(None, None), (date(2026, 5, 15), D(1))]
    assert found.kinds == ("date", "number")


@pytest.mark.parametrize(
    ("null", "name"),
    [("None", None), ("null", None), ("-", None), ("n/a", None), ("", None), ("NA", "NA"), (".", ".")],
)
def test_nothing_is_none_in_texts_only_as_the_vendor_spells_it(null, name):
    assert of(f"symbol,currency\r\nA,{null}\r\n".encode()).rows == [("A", name)]


@pytest.mark.parametrize(
    "ticker", ["NA", "NAN", "NONE", "None", "null", "NULL", "TRUE", "1", "0001", "-", "1E5"]
)
def test_a_ticker_is_never_nothing_nor_a_number(ticker):
    assert of(f"symbol,price\n{ticker},1\n".encode()).rows == [(ticker, D(1))]
    assert of({"data": [{"ticker": ticker, "shares": "1"}]}).rows == [(ticker, D(1))]


def test_ids_stay_text_though_they_look_like_numbers():
    found = of({"CIK": "0000051143", "CUSIP": "459200101", "FiscalYearEnd": "12", "EPS": "1.0"}, "OVERVIEW")
    assert found.rows == [("0000051143", "459200101", "12", D("1.0"))]


def test_an_unknown_column_is_numbers_if_all_are_and_else_text():
    found = of({
        "data": [{"a": "1", "b": "1", "c": True, "d": None}, {"a": "", "b": "x", "c": False, "d": None}]
    })
    assert found.kinds == ("number", "text", "flag", "number")
    assert found.rows == [(D(1), "1", True, None), (None, "x", False, None)]


def test_a_count_is_an_integer_where_all_are_whole():
    assert of(b"symbol,volume\nA,10\nB,11.0\n").rows == [("A", 10), ("B", 11)]
    assert of(b"symbol,volume\nA,10\nB,11.5\n").rows == [("A", D(10)), ("B", D("11.5"))]


def test_json_floats_are_exact_as_printed():
    found = of(b'{"data": [{"weight": 7.534297430044634e-05}, {"weight": 0.10}]}')
    assert [str(value) for (value,) in found.rows] == ["0.00007534297430044634", "0.10"]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_csv_of_any_line_end_with_new_columns_and_blanks(end):
    body = end.join(["timestamp,open,vwap,high,low,close,note,volume", "2026-05-15,1 ,9,4,1,2,new,10", ""])
    assert list(of(body.encode()).dicts()) == [
        {"timestamp": date(2026, 5, 15), "open": D(1), "vwap": D(9), "high": D(4), "low": D(1), "close": D(2),
         "note": "new", "volume": 10}
    ]  # fmt: skip


def test_times_are_aware_in_the_zone_the_body_or_the_function_gives():
    row = {"1. open": "1", "2. high": "1", "3. low": "1", "4. close": "1"}
    at = "2026-01-05 10:00:00"
    tokyo = of(series({at: row}, "Asia/Tokyo", "Time Series (5min)")).rows[0][0]
    assert tokyo == datetime(2026, 1, 5, 10, tzinfo=ZoneInfo("Asia/Tokyo"))
    csv = f"timestamp,open,high,low,close\n{at},1,1,1,1\n".encode()
    zones = {"TIME_SERIES_INTRADAY": "America/New_York", "FX_INTRADAY": "UTC", "CRYPTO_INTRADAY": "UTC"}
    for function, zone in zones.items():
        assert of(csv, function).rows[0][0] == datetime(2026, 1, 5, 10, tzinfo=ZoneInfo(zone))


def test_the_moment_comes_first_wherever_it_stands():
    found = of(b"close,timestamp,volume\n1.5,2026-05-15,7\n", family="series")
    assert (found.columns, found.rows) == (
        ("timestamp", "close", "volume"),
        [(date(2026, 5, 15), D("1.5"), 7)],
    )


def test_repeated_moments_are_kept():
    body = b'{"Meta Data": {"2. Symbol": "X"}, "Time Series (Daily)": {"2026-05-15": {"4. close": "1"},' \
           b' "2026-05-15": {"4. close": "2"}}}'  # fmt: skip
    assert of(body).rows == [(date(2026, 5, 15), D(1)), (date(2026, 5, 15), D(2))]


def test_a_decorated_envelope_is_read_and_kept():
    found = of({"Global Quote - DATA DELAYED BY 15 MINUTES": {"01. symbol": "IBM", "05. price": "1.50"}})
    assert found.rows == [("IBM", D("1.50"))]
    assert found.meta["envelope"] == "Global Quote - DATA DELAYED BY 15 MINUTES"


@pytest.mark.parametrize(
    ("body", "family"),
    [
        ({"Global Quote": {}}, "record"),
        ({}, "record"),
        ({}, "reports"),
        ({}, "profile"),
        ({"bestMatches": []}, "list"),
        ({"symbol": "X", "data": []}, "list"),
        ({"symbol": "X", "quarter": "", "transcript": []}, "transcript"),
        ({"symbol": "X", "annualReports": [], "quarterlyReports": []}, "reports"),
        ({"feed": [], "items": "0"}, "feed"),
        ({"Meta Data": {"2. Symbol": "X"}}, "series"),
        (b"symbol,name,exchange,assetType,ipoDate,delistingDate,status\r\n", "table"),
        (b"timestamp,open,high,low,close,volume\r\n", "series"),
    ],
)
def test_an_empty_envelope_gives_no_rows(body, family):
    assert len(of(body, family=family)) == 0


@pytest.mark.parametrize(
    ("body", "family", "says"),
    [
        (b"timestamp,open,high,low,close\n2026-05-15,1,1,1,1\n2026-05-14,1,1,x,1\n", None,
         r"row 2 \(2026-05-14\): low 'x' is not a number"),
        (b"symbol,ipoDate\nA,2026-02-30\n", None, r"row 1 \(A\): ipo_date"),
        (b"symbol,price\nA,1e3\n", None, "price '1e3' is not a number"),
        (b"symbol,price\nA,NaN\n", None, "price 'NaN' is not a number"),
        (b"symbol,price\nA\n", None, "1 fields under a header of 2"),
        (b"symbol,price,price\nA,1,2\n", None, "two columns are named 'price'"),
        (b'symbol,price\n"A\nB",2\n', None, "runs over the end"),
        (b"Thank you for using Alpha Vantage!\n", None, "not the header of a table"),
        (b"symbol,name\nA,\xff\n", None, "utf-8"),
        ({"data": [{"name": "\ud800"}]}, None, "surrogates"),
        ({"data": [1]}, None, "no list of objects"),
        ({"Global Quote": {}}, "series", "no time series"),
        ({"x": [1]}, "feed", "no feed"),
        (series({"2026-05-15": {"4. close": "1"}, "2026-05-14": {"1. open": "1"}}), None, "other fields"),
        (series({"2026-05-15 10:00:00": {"4. close": "1"}}, "Mars/Base"), None, "no time zone is named"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_where_and_why(body, family, says):
    with pytest.raises(UnreadableBody, match=says):
        of(body, "FUNC", family)


def test_numbers_without_end_and_nests_without_bottom_are_errors_of_ours():
    with pytest.raises(UnreadableBody, match="is not a number"):
        of(b'{"data": [{"price": 1e999999999}]}')
    with pytest.raises(TransportError):
        of(b'{"data": [' + b"[" * 100_000)
    with pytest.raises(TransportError):
        of(b'{"data": [{"price": NaN}]}')


def test_a_bare_list_is_read_as_rows():
    body = [{"symbol": "SPX", "name": "S&P 500"}, {"symbol": "NDX", "name": "Nasdaq-100"}]
    for family in (None, "list"):
        assert of(body, "INDEX_CATALOG", family).rows == [("SPX", "S&P 500"), ("NDX", "Nasdaq-100")]
    assert of([]).rows == []
    with pytest.raises(UnreadableBody, match="no list of objects"):
        of([1, 2])


def test_an_unknown_function_is_read_by_its_shape_and_an_unknown_family_is_a_mistake():
    assert of({"indices": [{"symbol": "SPX", "name": "S&P 500"}]}).rows == [("SPX", "S&P 500")]
    two = of({"long": [{"ticker": "A"}], "short": [{"ticker": "B"}]})
    assert two.rows == [("long", "A"), ("short", "B")]
    with pytest.raises(ValueError, match="No family"):
        of({}, family="bars")
    assert {"series", "table", "analytics"} <= FAMILIES


def test_neither_pandas_nor_pyarrow_is_imported_until_a_frame_is_asked_for():
    code = (
        "import sys, airflow_provider_alphavantage.parsing as p; "
        "sys.exit(bool({'pandas', 'pyarrow', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
