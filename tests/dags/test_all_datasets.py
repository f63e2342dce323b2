"""Every ready dataset switched on, for two symbols, against the sandbox: all tables, twice the same."""

from __future__ import annotations

import json

import pytest

from include.datasets.ready.registry import READY
from tests.dags.conftest import PREMIUM_KEY

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]
PAIRS = {"fx": "EUR/USD", "crypto": "BTC/USD"}
ON = {name: [PAIRS[name.partition("_")[0]]] if name.partition("_")[0] in PAIRS else True for name in READY}
FUNDS = {"etf_profile": ["QQQ"], "etf_holdings": ["QQQ"]}
TABLES = {one.dataset.table for one in READY.values()}


@pytest.fixture
def key() -> str:
    return PREMIUM_KEY


@pytest.fixture
def plan() -> str:
    return "premium"


def test_all_that_is_ready_comes_into_its_table_and_again_changes_nothing(run_dag, warehouse, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_STOCK_SYMBOLS", "IBM,MSFT")
    monkeypatch.setenv("AIRFLOW_VAR_MARKET_DATASETS", json.dumps(ON | FUNDS))
    state, _ = run_dag("market_data_extra", retry_delay=0, now="2026-05-16T07:00:00Z")
    failed = warehouse.execute(
        "select symbol, reason from request where outcome not in ('fetched', 'reused')"
    ).fetchall()
    refused = warehouse.execute("select symbol, reasons from verdict where refused_bars > 0").fetchall()
    assert (failed, refused) == ([], [])
    assert state == "success"
    counts = {table: warehouse.execute(f"select count(*) from {table}").fetchone()[0] for table in TABLES}
    assert [table for table, rows in counts.items() if not rows] == []
    state, _ = run_dag("market_data_extra", retry_delay=0, now="2026-05-16T07:00:00Z", force=True)
    assert state == "success"
    again = {table: warehouse.execute(f"select count(*) from {table}").fetchone()[0] for table in TABLES}
    assert again == counts
    assert warehouse.execute("select count(*) from dataset_history").fetchone() == (0,)
