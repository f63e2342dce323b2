"""Which DAGs there are, what shape they have, and that parsing them costs little."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.conftest import PROJECT

HEAVY = {"great_expectations", "pandas", "pyarrow", "psycopg", "sqlalchemy", "exchange_calendars", "requests"}


def test_these_dags_and_no_others(bag):
    assert set(bag.dags) == {"stock_data_pipeline"}
    assert bag.import_errors == {}


@pytest.fixture
def dag(bag):
    return bag.dags["stock_data_pipeline"]


def test_the_flow(dag):
    assert {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks} == {
        "pipeline_start": ["fetch_stock_data"],
        "fetch_stock_data": ["validate_data"],
        "validate_data": ["load_stock_data"],
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


def test_when_and_how_it_runs(dag):
    assert dag.schedule == "0 6 * * *"
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert set(dag.tags) == {"stock-market", "etl", "production"}
    assert dag.doc_md
    for task in dag.tasks:
        assert task.owner == "data-engineering-team"
        assert (task.retries, task.retry_delay) == (3, timedelta(minutes=5))
        assert task.retry_exponential_backoff
        assert task.execution_timeout == timedelta(minutes=30)
        assert task.retry_policy.delay_param == "retry_delay"


def test_fetching_shares_one_pool(dag):
    assert dag.task_dict["fetch_stock_data"].pool == "alphavantage"


def test_parsing_imports_nothing_heavy():
    code = "import sys, json, dags.stock_data_pipeline; print(json.dumps(sorted(sys.modules)))"
    sdk = "airflow.sdk as sdk; sdk.dag, sdk.task, sdk.Asset, sdk.Param, sdk.Variable"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    base = subprocess.run(
        [sys.executable, "-c", code.replace("dags.stock_data_pipeline", sdk)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    added = set(json.loads(done.stdout.splitlines()[-1])) - set(json.loads(base.stdout.splitlines()[-1]))
    assert added & HEAVY == set()
    assert {name for name in added if name.startswith("include.")} == {
        "include.exceptions",
        "include.plan",
        "include.settings",
    }


@pytest.mark.parametrize(
    ("package", "may_import"),
    [
        ("airflow_provider_alphavantage", {"airflow_provider_alphavantage"}),
        ("include", {"include", "airflow_provider_alphavantage"}),
        ("dags", {"include", "airflow_provider_alphavantage"}),
    ],
)
def test_imports_point_one_way(package, may_import):
    ours = {"airflow_provider_alphavantage", "include", "dags", "plugins", "tests"}
    for path in (PROJECT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            roots = {name.split(".")[0] for name in names} & ours
            assert roots <= may_import, f"{path.relative_to(PROJECT)} imports {roots - may_import}"
