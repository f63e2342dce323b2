"""The maintenance run whole, in one process: a store, a real PostgreSQL, and no API connection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from airflow.sdk import ObjectStoragePath

from include.fetch.raw_store import write_body
from include.warehouse.origins import claim_origin

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


@pytest.fixture
def bodies(warehouse, warehouse_url, tmp_path, monkeypatch) -> list[Path]:
    """Two bodies that nothing points to: one of ten days ago, one of 2024."""
    claim_origin(warehouse, "market")
    warehouse.commit()
    root = f"file://{tmp_path}/store"
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS", warehouse_url)
    monkeypatch.setenv("AIRFLOW_VAR_MARKET_DATA_STORE", root)
    about = {"origin": "market", "function": "SPLITS", "symbol": "IBM", "kind": "compact.json"}
    moments = datetime.now(UTC) - timedelta(days=10), datetime(2024, 5, 1, 6, tzinfo=UTC)
    written = [write_body(ObjectStoragePath(root), b"{}", fetched_at=at, **about) for at in moments]
    return [Path(path.removeprefix("file://")) for path in written]


def counts(found: int, young: int, removed: int, removed_bytes: int) -> dict[str, object]:
    counted = {"found": found, "young": young, "removed": removed, "removed_bytes": removed_bytes}
    return counted | {"kept": {}, "dry_run": False}


def test_a_run_removes_what_is_old_and_returns_what_it_did(bag, metadata, bodies):
    def run(**params: object) -> object:
        dag_run = bag.dags["market_data_maintenance"].test(run_conf={"retry_delay": 0} | params)
        (task,) = dag_run.get_task_instances()
        assert (str(dag_run.state), str(task.state)) == ("success", "success")
        return task.xcom_pull(task_ids="remove_old_bodies")

    assert run(dry_run=True) == counts(2, 1, 1, 2) | {"dry_run": True}
    assert [path.exists() for path in bodies] == [True, True]
    assert run(dry_run=False) == counts(2, 1, 1, 2)
    assert [path.exists() for path in bodies] == [True, False]
    assert run(dry_run=False, days=9) == counts(1, 0, 1, 2)
    assert [path.exists() for path in bodies] == [False, False]
