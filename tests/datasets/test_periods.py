"""Weekly and monthly rows: one for each period that is over, whatever day dates it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from include.datasets.base import Body
from include.datasets.periods import series_of
from include.datasets.registry import dataset_named
from include.datasets.rows import read_rows

HEADER = "timestamp,open,high,low,close,volume\r\n"
VALUES = ",10.0000,11.0000,9.0000,10.5000,1000\r\n"


def read(series: str, *days: str, now: str, symbol: str = "IBM") -> list[tuple[str, str]]:
    """The rows of a body with these days, as the first day of the period and the day itself."""
    body = (HEADER + "".join(f"{day}{VALUES}" for day in days)).encode()
    fetched_at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    dataset = series_of(symbol, series)
    rows = read_rows(dataset, Body(body, dataset.name, dataset.function, fetched_at))
    assert len(days) == rows.table.num_rows + rows.left_out
    return [(str(row[dataset.period]), str(row["timestamp"])) for row in rows.table.to_pylist()]


def test_a_week_is_dated_by_its_last_session_and_known_by_its_monday():
    """2026-04-03 was Good Friday."""
    assert read("weekly", "2026-04-10", "2026-04-02", "2026-03-27", now="2026-04-11T06:00") == [
        ("2026-04-06", "2026-04-10"),
        ("2026-03-30", "2026-04-02"),
        ("2026-03-23", "2026-03-27"),
    ]


@pytest.mark.parametrize(
    ("newest", "now", "is_over"),
    [
        ("2026-05-14", "2026-05-15T06:00", False),  # Friday morning
        ("2026-05-15", "2026-05-15T19:59", False),  # before the close
        ("2026-05-15", "2026-05-15T20:00", True),
        ("2026-05-14", "2026-05-16T06:00", True),  # Friday's bar is late, and the week is over
        ("2026-04-02", "2026-04-02T20:00", True),  # Thursday before Good Friday
    ],
)
def test_the_running_week_is_left_out(newest, now, is_over):
    assert len(read("weekly", newest, now=now)) == is_over


def test_the_running_month_is_left_out():
    days = ("2026-05-15", "2026-04-30", "2026-03-31")
    over = [("2026-04-01", "2026-04-30"), ("2026-03-01", "2026-03-31")]
    assert read("monthly", *days, now="2026-05-16T06:00") == over
    assert read("monthly", "2026-05-29", now="2026-05-29T20:00") == [("2026-05-01", "2026-05-29")]


def test_a_week_is_over_by_the_calendar_of_its_own_exchange():
    """London has closed on Friday afternoon, New York has not."""
    assert len(read("weekly", "2026-05-15", now="2026-05-15T17:00", symbol="TSCO.LON")) == 1
    assert read("weekly", "2026-05-15", now="2026-05-15T17:00") == []


def test_the_name_of_a_series_tells_its_symbol():
    for symbol in ("IBM", "BRK-B", "TSCO.LON", "600104.SHH"):
        weekly = dataset_named(f"{symbol.lower()}_weekly")
        assert weekly.parameters == {"symbol": symbol, "datatype": "csv"}
        assert (weekly.table, weekly.key) == ("stock_data_weekly", ("symbol", "week"))
    assert dataset_named("eur_usd_fx").function == "FX_DAILY"
    with pytest.raises(LookupError, match="'ibm_yearly'"):
        dataset_named("ibm_yearly")


def test_a_row_without_a_day_is_left_to_the_rules():
    body = (HEADER + ",10,11,9,10,1\r\n" + "2026-05-08" + VALUES).encode()
    fetched_at = datetime(2026, 5, 16, 6, tzinfo=UTC)
    dataset = series_of("IBM", "weekly")
    rows = read_rows(dataset, Body(body, dataset.name, dataset.function, fetched_at))
    assert rows.table["week"].to_pylist() == [None, date(2026, 5, 4)]


@pytest.mark.parametrize("symbol", ["M&M.BSE", "L&TFH.BSE", "BRK-B", "ACWV:BAT", "600104.SHH"])
def test_the_series_of_every_kind_of_symbol_is_found_by_its_name(symbol):
    series = series_of(symbol, "monthly")
    assert dataset_named(series.name) == series
