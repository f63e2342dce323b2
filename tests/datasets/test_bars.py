"""From a stored body to bars, their finality, and the way to the load."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.exceptions import InvalidRequest, UnreadableBody
from include.datasets.base import Body
from include.datasets.daily_bars.reading import NoBars, read_bars
from include.gate.accepted import read_accepted, write_accepted
from tests.bars import MORNING_AFTER, StockBar, batches_of, table_of


def body(last_refreshed: str) -> bytes:
    row = {"1. open": "1.5", "2. high": "2", "3. low": "1", "4. close": "1.75", "5. volume": "10"}
    return json.dumps({
        "Meta Data": {"2. Symbol": "IBM", "3. Last Refreshed": last_refreshed},
        "Time Series (Daily)": {"2026-05-15": row, "2026-05-14": row},
    }).encode()  # fmt: skip


def bars_of(content: bytes, fetched_at: datetime = MORNING_AFTER) -> list[dict]:
    return read_bars(Body(content, "IBM", "TIME_SERIES_DAILY", fetched_at)).table.to_pylist()


def final(last_refreshed: str, fetched_at: str) -> list[bool]:
    rows = bars_of(body(last_refreshed), datetime.fromisoformat(fetched_at).replace(tzinfo=UTC))
    assert [row["data_date"] for row in rows] == [date(2026, 5, 15), date(2026, 5, 14)]
    return [row["is_final"] for row in rows]


@pytest.mark.parametrize(
    ("last_refreshed", "fetched_at", "expected"),
    [
        ("2026-05-15", "2026-05-16T06:00", [True, True]),
        ("2026-05-15", "2026-05-15T19:00", [False, True]),  # the session had not closed
        ("2026-05-15 16:00:01", "2026-05-16T06:00", [False, True]),  # the vendor says it still moves
        ("2026-05-14 16:00:01", "2026-05-16T06:00", [False, False]),
    ],
)
def test_a_bar_is_final_when_its_session_closed_before_and_the_body_gives_a_date(
    last_refreshed, fetched_at, expected
):
    assert final(last_refreshed, fetched_at) == expected


def test_a_csv_body_is_judged_by_the_close_alone():
    (row,) = bars_of(b"timestamp,open,high,low,close,volume\r\n2026-05-15,1,1,1,1,1\r\n")
    assert (row["symbol"], row["is_final"]) == ("IBM", True)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (body("2026-05-15").replace(b"IBM", b"MSFT"), UnreadableBody),
        (body("15 May 2026 16:00:01"), UnreadableBody),
        (body("0001-01-01 16:00:01"), UnreadableBody),
        (b'{"Error Message": "Invalid API call. Please retry"}', InvalidRequest),
    ],
)
def test_a_body_that_is_not_this_symbols_series_is_an_error(content, error):
    with pytest.raises(error):
        bars_of(content)


def test_a_series_without_a_bar_is_none():
    with pytest.raises(NoBars, match="The series has no bar"):
        bars_of(b"timestamp,open,high,low,close,volume\r\n")


def test_accepted_bars_arrive_as_they_left(batch, tmp_path):
    folder = ObjectStoragePath(f"file://{tmp_path}/accepted/market-1")
    bars = batch("IBM") + batch("BRK-B", low=Decimal("0.000001"), high=Decimal("999999999999.999999"))
    write_accepted(batches_of(bars), folder)
    arrived = read_accepted(folder, "daily_bars")
    assert arrived == table_of(bars)
    of_subject = arrived["of_subject"].to_pylist()
    assert of_subject == [bar.symbol for bar in bars]
    assert [StockBar(**row) for row in arrived.drop_columns(["of_subject"]).to_pylist()] == bars


def test_a_csv_body_that_is_cut_short_is_not_read():
    """Seven bytes less, and the volume would be 6154."""
    whole = b"timestamp,open,high,low,close,volume\r\n2026-05-15,218.2,220.91,217.615,219.3,615445012\r\n"
    assert [row["volume"] for row in bars_of(whole)] == [615445012]
    with pytest.raises(UnreadableBody, match="cut short"):
        bars_of(whole[:-7])
