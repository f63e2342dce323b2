"""A new API key and a new warehouse password, while everything runs: the connection is all that changes.

The connections come from a file, through Airflow's own secrets backend for files: the example of
docs/deployment.md. Whoever keeps them in Airflow's database changes them in the UI, to the same effect.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from airflow.sdk.configuration import clear_secrets_backends_cache

from include.warehouse.origins import claim_origin
from tests.conftest import PROJECT
from tests.dags.conftest import NOW

OLD_KEY, NEW_KEY = "OLDKEY9ROTATED99", "NEWKEY9ROTATED99"
OLD_PASSWORD, NEW_PASSWORD = "the old password", "the new password"


@pytest.fixture
def role(postgres, warehouse, warehouse_url: str):
    """A role of the warehouse whose password is changed."""
    claim_origin(warehouse, "sandbox")
    warehouse.execute(f"create role rotated login superuser password '{OLD_PASSWORD}'")
    warehouse.commit()
    yield
    with psycopg.connect(postgres.superuser_dsn(), autocommit=True) as connection:
        connection.execute("drop role rotated")


@pytest.fixture
def connections(
    sandbox, role, warehouse_url: str, tmp_path: Path, monkeypatch
) -> Iterator[Callable[[str, str], None]]:
    """Write the file of connections, with this key and this password; Airflow looks there first."""
    file = tmp_path / "connections.json"
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "airflow.secrets.local_filesystem.LocalFilesystemBackend")
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", json.dumps({"connections_file_path": str(file)}))
    place = urlsplit(warehouse_url)

    def write(key: str, password: str) -> None:
        extra = {"plan": "free", "pacing_conn_id": "postgres_stocks", "seconds_between_calls": 0.01}
        source = {"conn_type": "alphavantage", "host": sandbox.url, "password": key, "extra": extra}
        stocks = {
            "conn_type": "postgres",
            "host": place.hostname,
            "port": place.port,
            "schema": place.path[1:],
            "login": "rotated",
            "password": password,
        }
        file.write_text(json.dumps({"alphavantage_default": source, "postgres_stocks": stocks}))

    yield write
    clear_secrets_backends_cache()  # a process keeps a backend once it has one


@pytest.fixture
def run(bag, metadata) -> Callable[[], str]:
    """Run the pipeline, asking again for what is held; return how it ended."""

    def once() -> str:
        conf: dict[str, Any] = {"now": NOW, "symbols": ["IBM"], "force": True, "retry_delay": 0}
        return str(bag.dags["stock_data_pipeline"].test(run_conf=conf).state)

    return once


def outcomes(warehouse) -> list[tuple[str, str | None]]:
    """How the requests for daily bars ended, oldest first."""
    warehouse.rollback()
    return warehouse.execute(
        "select outcome, kind from request where function = 'TIME_SERIES_DAILY' order by id"
    ).fetchall()


def test_after_a_rotation_the_old_ones_are_refused_and_the_next_run_works(
    sandbox, connections, run, warehouse, warehouse_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    connections(OLD_KEY, OLD_PASSWORD)
    assert run() == "success"

    sandbox.revoke(OLD_KEY)
    assert run() == "failed"
    connections(NEW_KEY, OLD_PASSWORD)
    assert run() == "success"

    warehouse.execute(f"alter role rotated password '{NEW_PASSWORD}'")
    warehouse.commit()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(warehouse_url, user="rotated", password=OLD_PASSWORD)
    connections(NEW_KEY, NEW_PASSWORD)
    assert run() == "success"

    ended = [kind or outcome for outcome, kind in outcomes(warehouse)]
    assert [kind for kind in ended if kind == "ApiKeyRefused"] == ["ApiKeyRefused"]
    assert len(ended) == 4
    printed = "".join(capfd.readouterr())
    assert OLD_KEY not in printed
    assert NEW_KEY not in printed


def test_the_example_of_the_documentation_is_the_one_tried_here() -> None:
    documented = (PROJECT / "docs" / "deployment.md").read_text()

    assert "airflow.secrets.local_filesystem.LocalFilesystemBackend" in documented
    assert "connections_file_path" in documented
