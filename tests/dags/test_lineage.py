"""The lineage of a load, as the OpenLineage provider writes it, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from include.warehouse.origins import claim_origin
from tests.conftest import PROJECT

from .conftest import KEY, NOW

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]

RUN = """
import sys
from airflow.dag_processing.dagbag import DagBag
folder = sys.argv[1]
dag = DagBag(folder, bundle_path=folder, bundle_name="dags-folder").dags["stock_data_pipeline"]
sys.exit(str(dag.test(run_conf={"now": sys.argv[2], "retry_delay": 0}).state) != "success")
"""


@pytest.fixture
def environment(metadata, sandbox, warehouse, warehouse_url, tmp_path) -> dict[str, str]:
    """Airflow's settings for a run of IBM, with the events written to a file."""
    sandbox.clear_faults()
    sandbox.reset()
    claim_origin(warehouse, "sandbox")
    warehouse.commit()
    extra = {"plan": "free", "pacing_conn_id": "postgres_stocks", "seconds_between_calls": 0.01}
    connection = {"conn_type": "alphavantage", "host": sandbox.url, "password": KEY, "extra": extra}
    transport = {"type": "file", "log_file_path": str(tmp_path / "events.jsonl"), "append": True}
    return os.environ | {
        "AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT": json.dumps(connection),
        "AIRFLOW_CONN_POSTGRES_STOCKS": warehouse_url,
        "AIRFLOW_VAR_STOCK_SYMBOLS": "IBM",
        "AIRFLOW_VAR_MARKET_DATA_STORE": f"file://{tmp_path}/store",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport),
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "market-data",
    }


def test_the_load_names_its_datasets_in_and_out(environment, warehouse_url, tmp_path):
    command = [sys.executable, "-c", RUN, str(PROJECT / "dags"), NOW]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8")
    (load,) = [
        event
        for event in map(json.loads, lines.splitlines())
        if event["job"]["name"] == "stock_data_pipeline.load_stock_data" and event["eventType"] == "COMPLETE"
    ]
    raw = f"{tmp_path}/store/raw/origin=sandbox"
    # Airflow names each file that was opened as well, and `dag.test` does not forget those of earlier tasks.
    assert {(dataset["namespace"], dataset["name"]) for dataset in load["inputs"]} >= {
        ("file", f"{raw}/function={function}")
        for function in ("TIME_SERIES_DAILY", "SPLITS", "DIVIDENDS", "LISTING_STATUS")
    }
    address = urlsplit(warehouse_url)
    database = address.path.removeprefix("/")
    assert {(dataset["namespace"], dataset["name"]) for dataset in load["outputs"]} >= {
        (f"postgres://{address.hostname}:{address.port}", f"{database}.public.{table}")
        for table in ("stock_data", "corporate_action", "listing")
    }
    assert KEY not in lines
