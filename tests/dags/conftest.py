"""The DAGs as Airflow finds them, and a sandbox and a warehouse for those that are run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from airflow.dag_processing.dagbag import DagBag

from include.sandbox.running import RunningSandbox, Stopwatch
from include.sandbox.settings import SandboxSettings
from include.warehouse.origins import claim_origin
from tests.conftest import PROJECT

KEY = "DAGTEST9APIKEY99"
PREMIUM_KEY = "DAGTEST9PREMIUM9"
NOW = "2026-05-16T06:00:00Z"


@pytest.fixture
def bag() -> DagBag:
    """Every DAG of the project, parsed anew: ``dag.test`` leaves a run's parameters on the DAG."""
    return DagBag(PROJECT / "dags", bundle_path=PROJECT / "dags", bundle_name="dags-folder")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    """A sandbox whose second never fills up: these tests are not about waiting."""
    stopwatch = Stopwatch()
    settings = SandboxSettings(premium_keys=frozenset({PREMIUM_KEY}))
    with RunningSandbox(settings, monotonic=lambda: stopwatch.advance(2) or stopwatch()) as sandbox:
        sandbox.set_clock(datetime(2026, 5, 16, 6, tzinfo=UTC))
        yield sandbox


@pytest.fixture
def origin() -> str:
    """Whose data the warehouse is for: what the sandbox answers with."""
    return "sandbox"


@pytest.fixture
def key() -> str:
    """The API key of the connection."""
    return KEY


@pytest.fixture
def plan() -> str:
    """What the connection says of the key."""
    return "free"


@pytest.fixture
def run_dag(bag, metadata, sandbox, origin, key, plan, warehouse, warehouse_url, monkeypatch):
    """Run a DAG with these parameters, for a logical date; return the state of the run and of each task."""
    sandbox.clear_faults()
    sandbox.reset()
    claim_origin(warehouse, origin)
    warehouse.commit()
    extra = {"plan": plan, "pacing_conn_id": "postgres_stocks", "seconds_between_calls": 0.01}
    connection = {"conn_type": "alphavantage", "host": sandbox.url, "password": key, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT", json.dumps(connection))
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS", warehouse_url)
    monkeypatch.setenv("AIRFLOW_VAR_STOCK_SYMBOLS", "IBM")

    def run_with(
        dag_id: str, logical_date: datetime | None = None, **params: object
    ) -> tuple[str, dict[str, str]]:
        dag_run = bag.dags[dag_id].test(logical_date=logical_date, run_conf={"now": NOW} | params)
        tasks = {
            ti.task_id + (f"[{ti.rendered_map_index}]" if ti.rendered_map_index else ""): str(ti.state)
            for ti in dag_run.get_task_instances()
        }
        return str(dag_run.state), tasks

    return run_with
