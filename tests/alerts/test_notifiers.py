"""A run that is late, told as Airflow's own callback runner calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog
from airflow.sdk.execution_time.callback_supervisor import execute_callback

from include.settings import RUN_ENDS_WITHIN
from tests.mailbox import text_of

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


@pytest.fixture
def miss(metadata, warehouse_url, monkeypatch):
    """Let a run of a DAG in this state miss its deadline."""
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS", warehouse_url)

    def call(state: str) -> tuple[bool, str | None]:
        run = {"dag_id": "stock_data_pipeline", "dag_run_id": "scheduled__2026-05-16", "state": state}
        deadline = {"id": "1", "deadline_time": "2026-05-16T10:00:00Z"}
        context = {"dag_run": run, "deadline": deadline}
        path = "include.alerts.notifiers.TellLateRun"
        return execute_callback(path, {"context": context}, Path("x.py"), None, structlog.get_logger())

    return call


def test_a_late_run_is_told_once(miss, mailbox):
    assert RUN_ENDS_WITHIN.total_seconds() == 4 * 3600
    assert miss("running") == (True, None)
    (mail,) = mailbox.take()
    assert mail["Subject"] == "Market data: 1 new: stock_data_pipeline is late"
    assert "should have been over by 2026-05-16T10:00:00Z and is not" in text_of(mail)
    assert "/dags/stock_data_pipeline/runs/scheduled__2026-05-16" in text_of(mail)
    assert miss("running") == (True, None)
    assert mailbox.take() == []


@pytest.mark.parametrize("state", ["failed", "success"])
def test_a_run_that_is_over_is_not_late(miss, mailbox, state):
    """Airflow keeps the deadline of a run that failed."""
    assert miss(state) == (True, None)
    assert mailbox.take() == []
