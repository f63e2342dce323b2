"""The DAG run whole, in one process, on recorded bodies: six datasets, a real PostgreSQL, a second run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from include.sandbox.running import RunningSandbox, Stopwatch
from include.sandbox.settings import SandboxSettings

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]
NOW = "2026-05-17T07:00:00Z"
RECORDED = {
    "FX_DAILY__EURUSD__pt1.csv": "FX_DAILY__EURUSD__pt1.csv",
    "DIGITAL_CURRENCY_DAILY__BTCEUR__pt1.csv": "DIGITAL_CURRENCY_DAILY__BTCUSD__pt1.csv",  # dollars for euros
    "CPI__none__cg1.json": "CPI__none_monthly__pt1.json",
    "ETF_PROFILE__QQQ__pt1.json": "ETF_PROFILE__QQQ__pt1.json",
    "UNEMPLOYMENT__none__cg1.json": "UNEMPLOYMENT__none__pt1.json",
    "OVERVIEW__IBM__pt1.json": "OVERVIEW__IBM__pt1.json",
}
ROWS = {
    "fx_daily": 100,
    "crypto_daily": 349,
    "economic_indicator": 4,
    "company_overview": 1,
    "etf_profile": 1,
    "etf_holding": 103,
}
SWITCHED_ON = {
    "fx": ["EUR/USD"],
    "crypto": ["BTC/USD"],
    "economy": ["cpi", "unemployment"],
    "overview": True,
    "etf": ["QQQ"],
}


@pytest.fixture(scope="module")
def sandbox(recordings, tmp_path_factory) -> Iterator[RunningSandbox]:
    """It replays the recordings of 2026-05-17; its second never fills up."""
    folder = tmp_path_factory.mktemp("recorded")
    for recorded, name in RECORDED.items():
        shutil.copy(recordings / recorded, folder / name)
    stopwatch = Stopwatch()
    settings = SandboxSettings(replay=folder)
    with RunningSandbox(settings, monotonic=lambda: stopwatch.advance(2) or stopwatch()) as sandbox:
        sandbox.set_clock(datetime(2026, 5, 17, 7, tzinfo=UTC))
        yield sandbox


@pytest.fixture
def origin() -> str:
    return "replay"


@pytest.fixture
def run(run_dag, monkeypatch):
    """Run the DAG on the day of the recordings, with datasets switched on."""
    monkeypatch.setenv("AIRFLOW_VAR_MARKET_DATASETS", json.dumps(SWITCHED_ON))
    return partial(run_dag, "market_data_extra", retry_delay=0, now=NOW)


def counts(warehouse) -> dict[str, int]:
    return {table: warehouse.execute(f"select count(*) from {table}").fetchone()[0] for table in ROWS}


def test_datasets_come_into_tables_of_their_own_and_again_cost_nothing(run, warehouse, sandbox):
    state, tasks = run()
    assert (state, set(tasks.values())) == ("success", {"success"})
    labels = ("eur_usd_fx", "btc_usd_crypto", "cpi_economy", "ibm_overview", "qqq_etf_profile +1")
    assert {f"fetch[{label}]" for label in labels} <= set(tasks)
    assert counts(warehouse) == ROWS
    calls = len(sandbox.calls())
    assert calls == 6
    state, tasks = run()
    assert (state, tasks["fetch"]) == ("success", "skipped")
    assert (len(sandbox.calls()), counts(warehouse)) == (calls, ROWS)
    assert run(force=True)[0] == "success"
    totals = warehouse.execute(
        "select sum(new_bars), sum(changed_bars), sum(unchanged_bars) from verdict "
        "where pipeline_run_id = (select max(id) from pipeline_run)"
    )
    assert totals.fetchall() == [(0, 0, 558)]


def test_the_log_names_the_data_docs_of_the_datasets(run, capfd):
    assert run()[0] == "success"
    (line,) = [line for line in capfd.readouterr().out.splitlines() if "Data Docs: " in line]
    page = Path(line.partition("Data Docs: ")[2].strip())
    assert page.is_file()
    assert page.relative_to(page.parents[6]).parts[:2] == ("market_reports", "replay")


def test_a_spent_budget_defers_and_a_dataset_that_fails_is_named(run, warehouse, sandbox):
    sandbox.add_fault("quota", function="CPI")
    sandbox.add_fault("premium", function="OVERVIEW")
    state, tasks = run()
    assert state == "failed"
    assert (tasks["fetch[cpi_economy]"], tasks["fetch[ibm_overview]"]) == ("skipped", "failed")
    (message,) = warehouse.execute("select message from pipeline_run").fetchone()
    assert message.startswith("ibm_overview: OVERVIEW IBM: Thank you for using Alpha Vantage!")
    assert message.endswith("raise the plan.")
    assert "cpi" not in message
    assert warehouse.execute("select count(*) from economic_indicator").fetchone() == (2,)


def test_with_nothing_switched_on_nothing_is_asked(run, sandbox, monkeypatch):
    monkeypatch.delenv("AIRFLOW_VAR_MARKET_DATASETS")
    state, tasks = run()
    assert (state, tasks["fetch"]) == ("success", "skipped")
    assert sandbox.calls() == []


def test_what_cannot_be_switched_on_is_named_and_the_others_come(run, warehouse, monkeypatch, capfd):
    monkeypatch.setenv("AIRFLOW_VAR_MARKET_DATASETS", '{"forex": ["EUR/USD"], "fx": ["EURUSD", "EUR/USD"]}')
    assert run()[0] == "success"
    printed = capfd.readouterr().out
    assert "market_datasets: there is no dataset 'forex'. There are fundamentals, " in printed
    assert "market_datasets: fx: 'EURUSD' is no pair. Write it like EUR/USD." in printed
    assert warehouse.execute("select count(*) from fx_daily").fetchone() == (100,)
