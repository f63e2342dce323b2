"""A run of more symbols than are judged at a time ends as if they were judged together."""

from __future__ import annotations

import pytest
from airflow.sdk import ObjectStoragePath

import include.gate.validate
from include.gate.accepted import read_accepted
from tests.desk import NEGATIVE_LOW, body
from tests.gate.test_lists import SPLITS

pytestmark = pytest.mark.postgres
SYMBOLS = ("IBM", "MSFT", "AAPL", "AMZN", "TSLA")


@pytest.fixture
def two_at_a_time(monkeypatch):
    monkeypatch.setattr(include.gate.validate, "SLICE", 2)


def bring_all(desk):
    run = desk.start("stock_data_pipeline", *SYMBOLS)
    for symbol in SYMBOLS:
        desk.bring(
            run, symbol, "TIME_SERIES_DAILY", body(may_13=NEGATIVE_LOW) if symbol == "AAPL" else body()
        )
    for symbol in SYMBOLS:
        desk.bring(run, symbol, "SPLITS", SPLITS + "2020-08-31,4.0000\n")
    return run


@pytest.mark.usefixtures("two_at_a_time")
def test_every_slice_is_judged_loaded_and_in_the_report(desk):
    run = bring_all(desk)
    accepted = desk.judged(run)
    files = sorted(path.name for path in ObjectStoragePath(accepted).iterdir())
    assert files == [
        "daily_bars.parquet", "daily_bars=1.parquet", "daily_bars=2.parquet",
        "splits.parquet", "splits=1.parquet", "splits=2.parquet",
    ]  # fmt: skip
    assert read_accepted(ObjectStoragePath(accepted), "daily_bars").num_rows == 100
    results = desk.load(run, accepted)
    assert {symbol: results[symbol].new_bars for symbol in SYMBOLS} == dict.fromkeys(SYMBOLS, 25) | {
        "AAPL": None
    }
    assert desk.rows("select count(*) from corporate_action") == [(5,)]
    assert [name for (name,) in desk.rows("select symbol from quarantine_open")] == ["AAPL"]


def test_a_run_that_is_judged_again_leaves_no_row_of_the_try_before(desk, monkeypatch):
    run = bring_all(desk)
    monkeypatch.setattr(include.gate.validate, "SLICE", 1)
    desk.judged(run)
    monkeypatch.undo()
    accepted = desk.judged(run)
    assert sorted(path.name for path in ObjectStoragePath(accepted).iterdir()) == [
        "daily_bars.parquet",
        "splits.parquet",
    ]
    assert desk.load(run, accepted)["IBM"].new_bars == 25


@pytest.mark.usefixtures("two_at_a_time")
def test_what_came_of_a_symbol_is_judged_together_wherever_it_stands_in_the_plan(desk):
    """Lists stand after all bars there; each is judged beside the bars of its symbol, and once."""
    run = bring_all(desk)
    desk.judged(run)
    assert desk.rows("select count(*) from verdict") == [(10,)]
    assert desk.rows("select count(*) from verdict where not accepted") == [(1,)]
