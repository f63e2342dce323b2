"""Daily, weekly and monthly bodies become exact bars: as many as they hold, with the vendor's figures."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.parsing import parse_table
from airflow_provider_alphavantage.parsing.bars import Bar, bars_table, parse_bars
from airflow_provider_alphavantage.responses import Payload, read

PERIODS = ("TIME_SERIES_DAILY", "TIME_SERIES_WEEKLY", "TIME_SERIES_MONTHLY")
IBM_2026_05_15 = Bar(
    date(2026, 5, 15),
    Decimal("218.2000"),
    Decimal("220.9100"),
    Decimal("217.6150"),
    Decimal("219.3000"),
    6154450,
)


def series(content: bytes, symbol=None):
    return parse_bars(
        read(content, function="TIME_SERIES_DAILY"), function="TIME_SERIES_DAILY", symbol=symbol
    )


def test_every_recorded_series_gives_a_bar_for_each_row(recordings):
    counted = {}
    for path in sorted(recordings.glob("TIME_SERIES_*")):
        if path.name.startswith(PERIODS):
            text = path.read_text(encoding="utf-8")
            rows = len(re.findall(r'^\s*"?(\d{4}-\d\d-\d\d)"?(?:: \{|,)', text, re.MULTILINE))
            counted[path.name] = (rows, len(series(path.read_bytes()).bars))
    assert len(counted) == 21
    assert all(rows == bars > 0 for rows, bars in counted.values()), counted


def test_the_vendors_figures_are_exact(recordings):
    bars = series((recordings / "TIME_SERIES_DAILY__IBM__pt1.csv").read_bytes()).bars
    assert bars[0] == IBM_2026_05_15
    assert str(bars[0].low) == "217.6150"
    assert bars[-1].session == date(2025, 12, 22)
    assert len(bars) == 100


def test_json_carries_symbol_zone_and_last_refreshed(recordings):
    daily = series((recordings / "TIME_SERIES_DAILY__IBM__cg1.json").read_bytes(), "IBM")
    assert (daily.symbol, daily.time_zone) == ("IBM", "US/Eastern")
    assert daily.last_refreshed == "2020-05-08 14:07:03"
    assert daily.bars[0] == Bar(
        date(2020, 5, 8),
        Decimal("122.6700"),
        Decimal("122.8000"),
        Decimal("121.0600"),
        Decimal("121.7900"),
        2538547,
    )


def test_adjusted_series_keep_the_traded_close_and_the_volume(recordings):
    weekly = series((recordings / "TIME_SERIES_WEEKLY_ADJUSTED__IBM__cg1.json").read_bytes())
    assert (weekly.bars[0].close, weekly.bars[0].volume) == (Decimal("121.7964"), 18736550)


def test_the_body_of_another_symbol_is_unreadable(recordings):
    with pytest.raises(UnreadableBody, match="that of 'IBM'"):
        series((recordings / "TIME_SERIES_DAILY__IBM__cg1.json").read_bytes(), "MSFT")


def test_columns_are_found_by_name_and_new_ones_do_no_harm():
    body = b"timestamp,vwap,close,open,low,high,volume\r\n2026-05-15,9.9,4,2,1,5,10\r\n"
    assert series(body).bars == (Bar(date(2026, 5, 15), *map(Decimal, "2514"), 10),)


def test_nulls_are_none_and_repeated_sessions_are_kept():
    body = b"""{"Meta Data": {"2. Symbol": "X"}, "Time Series (Daily)": {
        "2026-05-15": {"1. open": "None", "2. high": null, "3. low": "-", "4. close": ".", "5. volume": ""},
        "2026-05-15": {"1. open": "1", "2. high": "1", "3. low": "1", "4. close": "1", "5. volume": 7}}}"""
    first, second = series(body).bars
    assert first == Bar(date(2026, 5, 15), None, None, None, None, None)
    assert second.volume == 7


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"timestamp,open,high,low\r\n", r"lacks \['close'\]"),
        (b"timestamp,open,high,low,close,volume\r\n2026-05-15,1,1,1,1\r\n", "5 fields under a header of 6"),
        (
            b"timestamp,open,high,low,close,volume\r\n2026-05-15,1,1,1,NaN,5\r\n",
            "close 'NaN' is not a number",
        ),
        (
            b"timestamp,open,high,low,close,volume\r\n2026-05-15,1,1,1,1e3,5\r\n",
            "close '1e3' is not a number",
        ),
        (b"timestamp,open,high,low,close,volume\r\n2026-05-15,1,1,1,1,5.5\r\n", "not a whole number"),
        (b"timestamp,open,high,low,close,volume\r\n2026-13-15,1,1,1,1,5\r\n", "month must be in"),
        (b'{"Time Series (Daily)": {"2026-05-15": {"1. open": true}}}', "no close, high, low"),
        (b'{"Global Quote": {}}', "no time series among the keys"),
        (b'{"Time Series (Daily)": [1]}', "Not a price series"),
    ],
)
def test_what_is_not_a_series_is_unreadable_and_says_why(body, says):
    with pytest.raises(UnreadableBody, match=says):
        series(body, "X")


@pytest.mark.parametrize(
    ("line", "cells", "why"),
    [
        ("2026-05-14,1,1,1,NaN,5", {"close": "NaN"}, "close 'NaN' is not a number"),
        ("2026-05-14,1,1,1,1,6,154", {"volume": "6", "more": "154"}, "7 fields under a header of 6"),
        ("2026-05-14 16:00,1,1,1,1,5", {"timestamp": "2026-05-14 16:00"}, "is not a date"),
        ("2026-05-14,1,1,1", {"low": "1"}, "4 fields under a header of 6"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_apart_where_a_list_is_given(line, cells, why):
    lines = ["timestamp,open,high,low,close,volume", "2026-05-15,1,1,1,1,5", line, "2026-05-13,1,1,1,1,5", ""]
    payload = read("\r\n".join(lines).encode(), function="TIME_SERIES_DAILY")
    odd = []
    found = bars_table(payload, function="TIME_SERIES_DAILY", odd=odd)
    assert found.table["timestamp"].to_pylist() == [date(2026, 5, 15), date(2026, 5, 13)]
    (row,) = odd
    assert cells.items() <= row.cells.items()
    assert why in row.why
    with pytest.raises(UnreadableBody, match="Not a price series"):
        bars_table(payload, function="TIME_SERIES_DAILY")


def test_one_odd_byte_is_one_odd_row():
    content = b"symbol,name\nA,Caf\xe9\nB,Plain\n"
    odd = []
    table = parse_table(read(content, function="LISTING_STATUS"), "LISTING_STATUS", "table", odd=odd)
    assert table.to_pylist() == [{"symbol": "B", "name": "Plain"}]
    assert [(row.cells, row.why) for row in odd] == [
        ({"symbol": "A", "name": "Caf\\udce9"}, "name 'Caf\\udce9' is not UTF-8")
    ]


def test_a_series_without_rows_is_empty_not_an_error():
    assert (
        parse_bars(Payload(b"", "json", {"Meta Data": {"2. Symbol": "X"}}), function="TIME_SERIES_DAILY").bars
        == ()
    )


HEADER = b"timestamp,open,high,low,close,volume\r\n"
PLAIN = [
    ("timestamp", pa.date32()),
    *[(name, pa.decimal128(18, 6)) for name in ("open", "high", "low", "close")],
]


def table(content: bytes, symbol=None):
    payload = read(content, function="TIME_SERIES_DAILY")
    return bars_table(payload, function="TIME_SERIES_DAILY", symbol=symbol)


def test_a_table_of_every_recorded_series_holds_its_bars(recordings):
    for path in sorted(recordings.glob("TIME_SERIES_*")):
        if path.name.startswith(PERIODS):
            bars, found = series(path.read_bytes()), table(path.read_bytes())
            if "DAILY_ADJUSTED" not in path.name:  # closes with more than six places
                assert found.table.schema == pa.schema([*PLAIN, ("volume", pa.int64())]), path.name
            rows = [tuple(row.values()) for row in found.table.to_pylist()]
            assert rows == [tuple(vars(bar).values()) for bar in bars.bars], path.name
            about = (bars.symbol, bars.last_refreshed, bars.time_zone)
            assert (found.symbol, found.last_refreshed, found.time_zone) == about


@pytest.mark.parametrize(
    ("price", "kind"),
    [
        ("1.1234567", pa.decimal128(38, 7)),
        ("1234567890123.5", pa.decimal128(38, 1)),
        ("1" + "0" * 39, pa.decimal256(76, 0)),
        ("0." + "0" * 39 + "1", pa.decimal256(76, 40)),
    ],
)
def test_a_price_of_more_digits_is_exact_in_a_wider_decimal(price, kind):
    found = table(HEADER + f"2026-05-15,1,1,1,{price},7\r\n".encode()).table
    assert found.schema.field("close").type == kind
    assert found["close"].to_pylist() == [Decimal(price)]
    assert found.schema.field("open").type == pa.decimal128(18, 6)


def test_json_numbers_without_quotation_marks_are_exact_too():
    body = b"""{"Meta Data": {"2. Symbol": "X"}, "Time Series (Daily)": {"2026-05-15": {"1. open": 217.6150,
        "2. high": 0.1234567890123456789, "3. low": 1e-3, "4. close": 7, "5. volume": 90071992547409930}}}"""
    row = table(body).table.to_pylist()[0]
    assert [row["high"], row["low"]] == [Decimal("0.1234567890123456789"), Decimal("0.001")]
    assert (row["open"], row["close"], row["volume"]) == (Decimal("217.615"), 7, 90071992547409930)


def test_a_number_that_no_arrow_decimal_holds_is_unreadable_and_named():
    with pytest.raises(UnreadableBody, match="open has a number of more than 76 digits"):
        table(HEADER + f"2026-05-15,{'9' * 40}.{'1' * 40},1,1,1,7\r\n".encode())


def test_a_volume_beyond_64_bits_is_a_decimal_and_missing_columns_are_null():
    found = table(HEADER + b"2026-05-15,1,1,1,.,99999999999999999999\r\n").table
    assert found["volume"].to_pylist() == [Decimal("99999999999999999999")]
    assert found["close"].to_pylist() == [None]
    assert table(b"timestamp,open,high,low,close\r\n2026-05-15,1,1,1,1\r\n").table["volume"].null_count == 1


@pytest.mark.parametrize("body", [b'{"Meta Data": {"2. Symbol": "X"}, "Time Series (Daily)": {}}', HEADER])
def test_an_empty_table_has_the_columns_of_a_full_one(body):
    assert table(body).table.schema == pa.schema([*PLAIN, ("volume", pa.int64())])


def test_the_table_of_another_symbol_is_unreadable(recordings):
    with pytest.raises(UnreadableBody, match="that of 'IBM'"):
        table((recordings / "TIME_SERIES_DAILY__IBM__cg1.json").read_bytes(), "MSFT")
