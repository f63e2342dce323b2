"""A run that is late, told as the triggerer calls it."""

from __future__ import annotations

import asyncio

import pytest
from airflow.triggers.callback import CallbackTrigger

from include.settings import RUN_ENDS_WITHIN
from tests.mailbox import text_of

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


@pytest.fixture
def miss(metadata, warehouse_url, monkeypatch):
    """Let a run of a DAG in this state miss its deadline."""
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS", warehouse_url)

    def call(state: str) -> list[str]:
        run = {"dag_id": "stock_data_pipeline", "dag_run_id": "scheduled__2026-05-16", "state": state}
        deadline = {"id": "1", "deadline_time": "2026-05-16T10:00:00Z"}
        context = {"dag_run": run, "deadline": deadline}
        trigger = CallbackTrigger("include.alerts.notifiers.LateRunNotifier", {"context": context})

        async def states() -> list[str]:
            return [event.payload["state"] async for event in trigger.run()]

        return asyncio.run(states())

    return call


def test_a_late_run_is_told_once(miss, mailbox):
    assert RUN_ENDS_WITHIN.total_seconds() == 4 * 3600
    assert miss("running") == ["running", "success"]
    (mail,) = mailbox.take()
    assert mail["Subject"] == "Market data: 1 new: stock_data_pipeline is late"
    assert "should have been over by 2026-05-16 10:00 UTC and is not" in text_of(mail)
    assert "/dags/stock_data_pipeline/runs/scheduled__2026-05-16" in text_of(mail)
    assert miss("running") == ["running", "success"]
    assert mailbox.take() == []


@pytest.mark.parametrize("state", ["failed", "success"])
def test_a_run_that_is_over_is_not_late(miss, mailbox, state):
    """Airflow keeps the deadline of a run that failed."""
    assert miss(state) == ["running", "success"]
    assert mailbox.take() == []
