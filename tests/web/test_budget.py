"""The page *Budget*: the ledger, what waits for a call, and the next run worked out."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_ledger_is_told_by_hour_and_by_day(client, filled):
    page = text_of(client().get("/market/budget").text)
    assert "3 of 25" in page
    assert "the next comes free 2026-05-17 05:10 UTC" in page
    assert "2026-05-16 05:00 1 InvalidSymbol SPLITS" in page
    assert "2026-05-16 05:00 2 data TIME_SERIES_DAILY" in page
    assert "2026-05-16 3 2 2 2026-05-14 1 1 1" in page  # calls, with data, symbols


def test_what_the_last_daily_run_left_for_later_is_named(client, filled):
    filled.execute("update pipeline_run set dag_id = 'stock_data_pipeline'")
    filled.execute(
        "insert into request (pipeline_run_id, symbol, function, outputsize, outcome, reason) "
        "select max(id), '<i>LATE', 'SPLITS', '', 'deferred', 'No call is left today.' from pipeline_run"
    )
    filled.commit()
    page = client().get("/market/budget").text
    assert "<td>&lt;i&gt;LATE</td><td>SPLITS</td><td>No call is left today.</td>" in page


def test_the_next_run_is_worked_out_when_asked(client, filled, monkeypatch):
    filled.execute("insert into warehouse_origin (origin) values ('sandbox') on conflict do nothing")
    filled.commit()
    assert "Work it out" in client().get("/market/budget").text
    monkeypatch.setenv("AIRFLOW_VAR_STOCK_SYMBOLS", "IBM,AAPL")
    page = text_of(client().get("/market/budget?ahead=true").text)
    assert "2 symbols: " in page
    assert "new AAPL: 3 calls: first bars on 2026-05-" in page


def test_an_empty_watchlist_says_what_to_set(client, filled, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_STOCK_SYMBOLS", "")
    page = client().get("/market/budget?ahead=true")
    assert page.status_code == 200
    assert "The watchlist is empty" in page.text
