"""What a killed run left is closed, and nothing of a run that still runs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from include.warehouse.interrupted import close_interrupted
from include.warehouse.runs import RunRequest, start_run
from tests.bars import MORNING_AFTER

pytestmark = pytest.mark.postgres


@pytest.fixture
def begun(warehouse):
    """Three daily runs that are on record as running."""
    for run_id in ("killed", "running", "again"):
        start_run(warehouse, RunRequest("daily", run_id), clock=MORNING_AFTER, symbols=["IBM"])
    warehouse.commit()
    return warehouse


def states(warehouse) -> dict[str, str]:
    return dict(warehouse.execute("select run_id, state from pipeline_run").fetchall())


def test_only_what_is_over_in_airflow_is_closed(begun):
    assert close_interrupted(begun, lambda dag_id, run_id: run_id == "killed") == ["daily killed"]
    assert states(begun) == {"killed": "failed", "running": "running", "again": "running"}
    (message, has_end) = begun.execute(
        "select message, ended_at is not null from pipeline_run where run_id = 'killed'"
    ).fetchone()
    assert message.startswith("Interrupted: the run is over in Airflow")
    assert has_end
    assert close_interrupted(begun, lambda dag_id, run_id: run_id == "killed") == []


def test_a_run_that_is_started_again_while_airflow_is_asked_goes_on(begun):
    def is_over(dag_id: str, run_id: str) -> bool:
        if run_id == "again":
            later = MORNING_AFTER + timedelta(hours=1)
            start_run(begun, RunRequest(dag_id, run_id), clock=later, symbols=["IBM"])
            begun.commit()
        return run_id == "again"

    assert close_interrupted(begun, is_over) == []
    assert states(begun)["again"] == "running"


def test_a_call_that_was_cut_off_stays_counted_and_one_under_way_is_left_alone(warehouse):
    warehouse.execute(
        "insert into api_call (fingerprint, host_group, function, symbol, reserved_at, outcome) values "
        "('a', 'h', 'SPLITS', 'cut off', now() - interval '61 minutes', null), "
        "('a', 'h', 'SPLITS', 'under way', now() - interval '1 minute', null), "
        "('a', 'h', 'SPLITS', 'done', now() - interval '2 hours', 'data')"
    )
    close_interrupted(warehouse, lambda dag_id, run_id: False)
    calls = warehouse.execute("select symbol, outcome from api_call order by symbol").fetchall()
    assert calls == [("cut off", "Interrupted"), ("done", "data"), ("under way", None)]
