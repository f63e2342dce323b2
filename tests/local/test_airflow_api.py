"""What we ask Airflow's REST API, against its answers."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from include.local import dag_run
from include.local.airflow_api import AirflowApi, AirflowApiError, TaskState

DAG = "stock_data_pipeline"
RUNS = f"/api/v2/dags/{DAG}/dagRuns"


class Airflow:
    """A small stand-in: answers by method and path, remembers what was asked."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Callable[[httpx.Request], httpx.Response]] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self.on("POST", "/auth/token", {"access_token": "fresh"}, status=201)

    def on(self, method: str, path: str, body: Any, status: int = 200) -> None:
        self.answers[method, path] = lambda request: httpx.Response(status, json=body)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.method, request.url.path, json.loads(request.content or b"null")))
        if request.url.path != "/auth/token" and request.headers.get("Authorization") != "Bearer fresh":
            return httpx.Response(401)
        return self.answers[request.method, request.url.path](request)


@pytest.fixture
def airflow() -> Airflow:
    return Airflow()


@pytest.fixture
def api(airflow: Airflow) -> AirflowApi:
    return AirflowApi("http://airflow", "password", httpx.MockTransport(airflow))


def due(airflow: Airflow, in_hours: int) -> str:
    at = (datetime.now(UTC) + timedelta(hours=in_hours)).isoformat()
    airflow.on("GET", f"/api/v2/dags/{DAG}", {"next_dagrun_run_after": at, "next_dagrun_logical_date": at})
    return at


def test_it_logs_in_when_the_token_is_missing_or_too_old(airflow: Airflow, api: AirflowApi) -> None:
    airflow.on("GET", f"{RUNS}/r", {"state": "running"})

    assert api.run_state(DAG, "r") == "running"
    assert api.run_state(DAG, "r") == "running"
    assert [path for _, path, _ in airflow.asked].count("/auth/token") == 1


def test_a_run_has_no_logical_date(airflow: Airflow, api: AirflowApi) -> None:
    due(airflow, in_hours=1)
    airflow.on("POST", RUNS, {"dag_run_id": "manual__1"})

    assert api.trigger(DAG, {"force": True}, "note") == "manual__1"
    assert airflow.asked[-1][2] == {"logical_date": None, "conf": {"force": True}, "note": "note"}


def test_a_run_stands_in_for_the_scheduled_one_that_is_due(airflow: Airflow, api: AirflowApi) -> None:
    at = due(airflow, in_hours=-1)
    airflow.on("POST", RUNS, {"dag_run_id": "manual__1"})

    api.trigger(DAG, {}, "note")

    assert airflow.asked[-1][2]["logical_date"] == at


def test_if_the_scheduler_was_faster_the_run_has_no_logical_date(airflow: Airflow, api: AirflowApi) -> None:
    due(airflow, in_hours=-1)
    airflow.answers["POST", RUNS] = lambda request: (
        httpx.Response(409, json={})
        if json.loads(request.content)["logical_date"]
        else httpx.Response(200, json={"dag_run_id": "manual__2"})
    )

    assert api.trigger(DAG, {}, "note") == "manual__2"


def test_a_refusal_is_told_with_airflows_words(airflow: Airflow, api: AirflowApi) -> None:
    airflow.on("GET", f"{RUNS}/r", {"detail": "no such run"}, status=404)

    with pytest.raises(AirflowApiError, match=r"404.*no such run"):
        api.run_state(DAG, "r")


def test_all_pages_of_tasks_are_read_and_symbols_named(airflow: Airflow, api: AirflowApi) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        rows = [
            {
                "task_id": "fetch",
                "map_index": index,
                "rendered_map_index": "AAPL" if index == 0 else str(index),
                "state": None if index else "success",
                "try_number": 1,
                "max_tries": 3,
            }
            for index in range(offset, min(offset + 100, 130))
        ]
        return httpx.Response(200, json={"task_instances": rows, "total_entries": 130})

    airflow.answers["GET", f"{RUNS}/r/taskInstances"] = page

    tasks = api.tasks(DAG, "r")

    assert len(tasks) == 130
    assert tasks[0] == TaskState("fetch", "AAPL", "success", 1, 3)
    assert tasks[1].name == "fetch [#2]"
    assert tasks[1].state == "waiting"


def test_tasks_come_in_the_order_of_the_pipeline(airflow: Airflow, api: AirflowApi) -> None:
    chain = {"load": ["end"], "end": [], "fetch": ["load"]}
    tasks = [{"task_id": name, "downstream_task_ids": after} for name, after in chain.items()]
    airflow.on("GET", f"/api/v2/dags/{DAG}/tasks", {"tasks": tasks})

    assert api.task_order(DAG) == ["fetch", "load", "end"]


@pytest.mark.parametrize(("conf", "joined"), [({"force": True}, True), ({}, False)])
def test_a_run_in_progress_is_joined_if_it_is_what_was_asked(
    airflow: Airflow, api: AirflowApi, conf: dict[str, object], joined: bool
) -> None:
    due(airflow, in_hours=1)
    airflow.on("GET", RUNS, {"dag_runs": [{"dag_run_id": "manual__1", "conf": {"force": True}}]})
    airflow.on("POST", RUNS, {"dag_run_id": "manual__2"})

    found = dag_run.trigger_or_join(api, DAG, conf, "note")

    assert found == (("manual__1", True) if joined else ("manual__2", False))


def test_interrupted_runs_are_closed_with_the_reason(airflow: Airflow, api: AirflowApi) -> None:
    airflow.on("GET", RUNS, {"dag_runs": [{"dag_run_id": "manual__1", "conf": {}}]})
    airflow.on("PATCH", f"{RUNS}/manual__1", {})

    assert dag_run.close_interrupted(api, DAG) == ["manual__1"]
    assert airflow.asked[-1][2] == {"state": "failed", "note": dag_run.INTERRUPTED}


def test_an_import_error_ends_the_wait_for_the_dag(airflow: Airflow, api: AirflowApi) -> None:
    airflow.on("GET", f"/api/v2/dags/{DAG}", {}, status=404)
    error = {"filename": "dags/stock_data_pipeline.py", "stack_trace": "SyntaxError: line 3"}
    airflow.on("GET", "/api/v2/importErrors", {"import_errors": [error]})

    with pytest.raises(dag_run.DagNotFoundError, match=r"stock_data_pipeline.py(.|\n)*SyntaxError: line 3"):
        dag_run.wait_for_dag(api, DAG, lambda: None)


def test_a_variable_is_read_changed_and_made_where_there_is_none(airflow: Airflow, api: AirflowApi) -> None:
    path = "/api/v2/variables/stock_symbols"
    airflow.on("GET", path, {"detail": "not found"}, status=404)
    airflow.on("PATCH", path, {"detail": "not found"}, status=404)
    airflow.on("POST", "/api/v2/variables", {}, status=201)

    assert api.variable("stock_symbols") is None
    api.set_variable("stock_symbols", "IBM")
    assert airflow.asked[-1] == ("POST", "/api/v2/variables", {"key": "stock_symbols", "value": "IBM"})

    airflow.on("GET", path, {"key": "stock_symbols", "value": "IBM"})
    airflow.on("PATCH", path, {})
    assert api.variable("stock_symbols") == "IBM"
    api.set_variable("stock_symbols", "IBM,DIS")
    assert airflow.asked[-1] == ("PATCH", path, {"key": "stock_symbols", "value": "IBM,DIS"})


def test_what_a_task_returned_is_read(airflow: Airflow, api: AirflowApi) -> None:
    airflow.on(
        "GET",
        "/api/v2/dags/plan/dagRuns/r/taskInstances/plan/xcomEntries/return_value",
        {"value": {"outlook": ["1 symbol"]}},
    )

    assert api.xcom("plan", "r", "plan") == {"outlook": ["1 symbol"]}


def test_a_question_that_a_starting_server_leaves_unanswered_is_asked_again():
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if len(asked) == 1:
            raise httpx.ReadTimeout("timed out")
        return httpx.Response(200, json={"state": "success"})

    api = AirflowApi("http://airflow", "", httpx.MockTransport(answer))
    assert api.run_state("dag", "run") == "success"
    assert asked == ["GET", "GET"]


def test_what_changes_something_is_sent_once():
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("timed out")

    api = AirflowApi("http://airflow", "", httpx.MockTransport(answer))
    with pytest.raises(httpx.ReadTimeout):
        api.unpause("dag")
