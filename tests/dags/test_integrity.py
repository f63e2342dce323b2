"""Which DAGs there are, what shape they have, and that parsing them costs little."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.conftest import PROJECT

DAGS = {
    "stock_data_pipeline",
    "stock_data_backfill",
    "stock_data_periods",
    "market_data_extra",
    "market_data_maintenance",
    "market_data_freshness",
    "quarantine",
    "plan",
}
BY_HAND = {"quarantine", "plan"}
SHARED = {"include.exceptions", "include.settings"}
ALERTS = {"include.alerts", "include.alerts.notifiers"}
DEFAULTS = {"include.tasks", "include.tasks.defaults", "include.tasks.persistence"}
RUN = SHARED | DEFAULTS | {"include.tasks.context"}
TASKS = RUN | {"include.tasks.flow", "include.tasks.report_link"}
DAILY = TASKS | {"include.tasks.approval"}
HEAVY = {"great_expectations", "pandas", "pyarrow", "psycopg", "sqlalchemy", "exchange_calendars", "requests"}


def test_these_dags_and_no_others(bag):
    assert set(bag.dags) == DAGS
    assert bag.import_errors == {}


@pytest.fixture
def dag(bag):
    return bag.dags["stock_data_pipeline"]


def test_the_flow(dag):
    assert {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks} == {
        "pipeline_start": ["fetch_stock_data"],
        "fetch_stock_data": ["validate_data"],
        "validate_data": ["approve_warnings"],
        "approve_warnings": ["load_stock_data"],
        "load_stock_data": ["log_completion"],
        "log_completion": ["pipeline_end"],
        "pipeline_end": [],
    }
    assert {
        task.task_id: task.trigger_rule.value for task in dag.tasks if task.trigger_rule != "all_success"
    } == {
        "validate_data": "all_done",
        "log_completion": "all_done",
        "pipeline_end": "all_done",
    }
    assert dag.task_dict["fetch_stock_data"].is_mapped


@pytest.mark.parametrize(
    ("dag_id", "schedule", "tags"),
    [
        ("stock_data_pipeline", "0 6 * * *", {"stock-market", "etl", "production"}),
        ("market_data_extra", "0 7 * * *", {"market-data", "etl"}),
        ("market_data_maintenance", "0 12 * * 0", {"stock-market", "maintenance", "production"}),
        ("market_data_freshness", "0 10-22/4 * * *", {"stock-market", "monitoring", "production"}),
    ],
)
def test_when_and_how_it_runs(bag, dag_id, schedule, tags):
    dag = bag.dags[dag_id]
    assert dag.schedule == schedule
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert set(dag.tags) == tags
    assert dag.doc_md


@pytest.mark.parametrize("dag_id", sorted(DAGS - BY_HAND))
def test_all_tasks_share_their_defaults(bag, dag_id):
    for task in bag.dags[dag_id].tasks:
        assert task.owner == "data-engineering-team"
        assert (task.retries, task.retry_delay) == (3, timedelta(minutes=5))
        assert task.retry_exponential_backoff
        waits_for_a_person = task.task_id == "approve_warnings"
        assert task.execution_timeout == (None if waits_for_a_person else timedelta(minutes=30))
        assert task.retry_policy.delay_param == "retry_delay"
        assert "retry_delay" in bag.dags[dag_id].params


def test_maintenance_is_one_task_that_keeps_for_400_days(bag):
    dag = bag.dags["market_data_maintenance"]
    assert [task.task_id for task in dag.tasks] == ["remove_old_bodies"]
    assert dag.params.dump() == {"days": 400, "dry_run": False, "retry_delay": 300}


def test_a_daily_run_has_four_hours(dag):
    (alert,) = dag.deadline
    assert (alert.interval, type(alert.reference).__name__) == (timedelta(hours=4), "DagRunQueuedAtDeadline")
    assert alert.callback.path == "include.alerts.notifiers.LateRunNotifier"


def test_the_failure_of_every_scheduled_dag_is_told(bag):
    scheduled = {dag_id: dag for dag_id, dag in bag.dags.items() if dag.schedule}
    assert {dag_id: type(dag.on_failure_callback).__name__ for dag_id, dag in scheduled.items()} == {
        "stock_data_pipeline": "FailureNotifier",
        "market_data_extra": "FailureNotifier",
        "market_data_maintenance": "FailureNotifier",
        "market_data_freshness": "FailureNotifier",
    }


@pytest.mark.parametrize(
    ("dag_id", "task_id"),
    [
        ("stock_data_pipeline", "fetch_stock_data"),
        ("stock_data_backfill", "fetch_stock_data"),
        ("stock_data_periods", "fetch"),
        ("market_data_extra", "fetch"),
    ],
)
def test_fetching_shares_one_pool(bag, dag_id, task_id):
    assert bag.dags[dag_id].task_dict[task_id].pool == "alphavantage"


def test_other_data_is_off_until_somebody_wants_it(bag):
    dag = bag.dags["market_data_extra"]
    assert dag.is_paused_upon_creation
    assert {
        task.task_id: (sorted(task.downstream_task_ids), task.trigger_rule.value) for task in dag.tasks
    } == {
        "start": (["fetch"], "all_success"),
        "fetch": (["validate"], "all_success"),
        "validate": (["load"], "all_done"),
        "load": (["report"], "all_success"),
        "report": ([], "all_done"),
    }


def test_a_backfill_is_for_a_person_and_never_paused(bag):
    dag = bag.dags["stock_data_backfill"]
    assert {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks} == {
        "plan_backfill": ["fetch_stock_data"],
        "fetch_stock_data": ["validate_data"],
        "validate_data": ["approve_warnings"],
        "approve_warnings": ["load_stock_data"],
        "load_stock_data": ["log_completion"],
        "log_completion": ["report_range"],
        "report_range": ["pipeline_end"],
        "pipeline_end": [],
    }
    assert dag.task_dict["fetch_stock_data"].is_mapped
    assert (dag.schedule, dag.max_active_runs, dag.is_paused_upon_creation) == (None, 1, False)
    assert dag.doc_md


def test_weeks_and_months_are_for_a_person_and_never_paused(bag):
    dag = bag.dags["stock_data_periods"]
    assert {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks} == {
        "plan_periods": ["fetch"],
        "fetch": ["validate"],
        "validate": ["load"],
        "load": ["report"],
        "report": [],
    }
    assert (dag.schedule, dag.max_active_runs, dag.is_paused_upon_creation) == (None, 1, False)
    assert dag.params["periods"] == ["weekly", "monthly"]


def test_the_quarantine_is_for_a_person_and_never_paused(bag):
    dag = bag.dags["quarantine"]
    assert {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks} == {
        "decide": ["validate_data"],
        "validate_data": ["load_stock_data"],
        "load_stock_data": ["report"],
        "report": [],
    }
    assert (dag.schedule, dag.max_active_runs, dag.is_paused_upon_creation) == (None, 1, False)
    assert dag.doc_md
    assert dict(dag.params) == {
        "action": "list",
        "rows": [],
        "reason": None,
        "who": None,
        "preview": False,
        "now": None,
    }


def test_the_plan_is_one_task_that_waits_for_no_run_and_is_never_paused(bag):
    dag = bag.dags["plan"]
    assert [(task.task_id, task.pool) for task in dag.tasks] == [("plan", "default_pool")]
    assert (dag.schedule, dag.is_paused_upon_creation) == (None, False)
    assert dag.doc_md
    assert dict(dag.params) == {"symbols": None, "force": False, "now": None}


@pytest.mark.parametrize(
    ("dag_id", "ours"),
    [
        ("stock_data_pipeline", DAILY | ALERTS | {"include.alerts.deadline"}),
        ("stock_data_backfill", DAILY),
        ("stock_data_periods", TASKS),
        ("market_data_extra", TASKS | ALERTS),
        ("market_data_maintenance", SHARED | ALERTS | DEFAULTS),
        ("market_data_freshness", SHARED | ALERTS | DEFAULTS),
        ("quarantine", TASKS),
        ("plan", RUN),
    ],
)
def test_parsing_imports_nothing_heavy(dag_id, ours):
    def modules(imported: str) -> set[str]:
        code = f"import sys, json, {imported}; print(json.dumps(sorted(sys.modules)))"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
        )
        return set(json.loads(done.stdout.splitlines()[-1]))

    sdk = "airflow.sdk as sdk; sdk.dag, sdk.task, sdk.Asset, sdk.Param, sdk.Variable"
    added = modules(f"dags.{dag_id}") - modules(sdk)
    assert added & HEAVY == set()
    assert {name for name in added if name.startswith("include.")} == ours
