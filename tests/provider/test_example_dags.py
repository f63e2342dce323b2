"""The examples run as they are written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag

from tests.conftest import PROJECT

EXAMPLES = PROJECT / "airflow_provider_alphavantage" / "example_dags"


@pytest.fixture
def examples() -> DagBag:
    return DagBag(EXAMPLES, bundle_path=EXAMPLES, bundle_name="examples")


def test_these_examples_and_no_others(examples):
    assert set(examples.dags) == {"example_alphavantage"}
    assert examples.import_errors == {}


@pytest.mark.airflow
@pytest.mark.postgres
def test_the_example_runs(
    examples, metadata, unhurried, sandbox, warehouse, warehouse_url, monkeypatch, folder, tmp_path
):
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_DEFAULT", warehouse_url)
    conf = {"symbol": "IBM", "session": "2026-05-15", "folder": folder}
    run = examples.dags["example_alphavantage"].test(run_conf=conf, logical_date=datetime.now(UTC))
    assert str(run.state) == "success"
    assert Path(tmp_path / "weekly" / "IBM.csv").read_bytes().startswith(b"timestamp,open,high,low,close,adj")
    dividends = len(sandbox.truth("IBM")["dividends"])
    assert warehouse.execute("select count(*) from dividend").fetchone() == (dividends,)
    assert len(sandbox.calls()) == 3
