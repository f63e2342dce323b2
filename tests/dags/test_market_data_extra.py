"""The DAG run whole, in one process, on recorded bodies: five datasets, a real PostgreSQL, a second run."""

from __future__ import annotations

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
    "WTI__none_monthly__pt2.csv": "WTI__none_monthly__pt1.csv",
    "UNEMPLOYMENT__none__pt1.csv": "UNEMPLOYMENT__none__pt1.csv",
    "OVERVIEW__IBM__pt1.json": "OVERVIEW__IBM__pt1.json",
}
ROWS = {
    "fx_daily": 100,
    "crypto_daily": 349,
    "crude_oil_wti": 478,
    "us_unemployment": 940,
    "company_overview": 1,
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
def run(run_dag):
    """Run the DAG on the day of the recordings."""
    return partial(run_dag, "market_data_extra", retry_delay=0, now=NOW)


def counts(warehouse) -> dict[str, int]:
    return {table: warehouse.execute(f"select count(*) from {table}").fetchone()[0] for table in ROWS}


def test_five_datasets_come_into_tables_of_their_own_and_again_cost_nothing(run, warehouse, sandbox):
    state, tasks = run()
    assert (state, set(tasks.values())) == ("success", {"success"})
    assert {"fetch[eur_usd]", "fetch[btc_usd]", "fetch[crude_oil]", "fetch[ibm_overview]"} <= set(tasks)
    assert counts(warehouse) == ROWS
    calls = len(sandbox.calls())
    assert calls == 5
    state, tasks = run()
    assert (state, tasks["fetch"]) == ("success", "skipped")
    assert (len(sandbox.calls()), counts(warehouse)) == (calls, ROWS)
    assert run(force=True)[0] == "success"
    totals = warehouse.execute(
        "select sum(new_bars), sum(changed_bars), sum(unchanged_bars) from verdict "
        "where pipeline_run_id = (select max(id) from pipeline_run)"
    )
    assert totals.fetchall() == [(0, 0, 1868)]


def test_the_log_names_the_data_docs_of_the_datasets(run, capfd):
    assert run()[0] == "success"
    (line,) = [line for line in capfd.readouterr().out.splitlines() if "Data Docs: " in line]
    page = Path(line.partition("Data Docs: ")[2].strip())
    assert page.is_file()
    assert page.relative_to(page.parents[6]).parts[:2] == ("market_reports", "replay")


def test_a_spent_budget_defers_and_a_dataset_that_fails_is_named(run, warehouse, sandbox):
    sandbox.add_fault("quota", function="WTI")
    sandbox.add_fault("premium", function="OVERVIEW")
    state, tasks = run()
    assert (state, tasks["fetch[crude_oil]"], tasks["fetch[ibm_overview]"]) == ("failed", "skipped", "failed")
    (message,) = warehouse.execute("select message from pipeline_run").fetchone()
    assert message.startswith("ibm_overview: OVERVIEW IBM: Thank you for using Alpha Vantage!")
    assert message.endswith("raise the plan.")
    assert "crude_oil" not in message
    assert warehouse.execute("select count(*) from us_unemployment").fetchone() == (940,)
