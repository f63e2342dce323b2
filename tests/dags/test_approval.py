"""A batch with warnings waits for a person, who answers through Airflow's own API; then it goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from include.report.results import results_of
from include.warehouse.runs import find_run

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]
TASK = "/api/v2/dags/stock_data_pipeline/dagRuns/{}/taskInstances"


@pytest.fixture(scope="module")
def airflow_api(metadata) -> TestClient:
    """Airflow's API for a person named ana, who may do anything."""
    from airflow.api_fastapi.app import create_app, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    client = TestClient(create_app(apps="core"))
    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="ana", role="admin"))
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def newest_run(api: TestClient) -> str:
    runs = api.get("/api/v2/dags/stock_data_pipeline/dagRuns", params={"order_by": "-id", "limit": 1})
    return str(runs.json()["dag_runs"][0]["dag_run_id"])


@pytest.fixture
def answered(run_dag, airflow_api, warehouse, sandbox) -> Callable[..., tuple]:
    """Run with a symbol that is late; answer what is asked; return the run, its tasks and the question."""

    def run_and_answer(choice: str, **params: object) -> tuple:
        asked: dict = {}
        ended = threading.Event()

        def answer() -> None:
            while not ended.wait(0.2):
                found = airflow_api.get(
                    "/api/v2/dags/~/dagRuns/~/hitlDetails", params={"response_received": False}
                ).json()
                for detail in found["hitl_details"]:
                    asked.update(detail)
                    where = TASK.format(detail["task_instance"]["dag_run_id"])
                    airflow_api.patch(
                        f"{where}/approve_warnings/-1/hitlDetails",
                        json={"chosen_options": [choice], "params_input": {}},
                    ).raise_for_status()

        person = threading.Thread(target=answer)
        person.start()
        try:
            sandbox.add_fault("late", symbol="MSFT")
            state, tasks = run_dag("stock_data_pipeline", retry_delay=0, symbols=["IBM", "MSFT"], **params)
        finally:
            ended.set()
            person.join()
        return state, tasks, asked

    return run_and_answer


def verdicts(warehouse) -> list[tuple]:
    return warehouse.execute(
        "select symbol, accepted, new_bars, approval, approval_by, approval_at is not null from verdict "
        "where symbol = upper(symbol) order by symbol"
    ).fetchall()


def test_who_approves_has_it_loaded_and_is_named(answered, warehouse):
    state, tasks, asked = answered("Approve", approve_warnings=0)
    assert (state, tasks["approve_warnings"]) == ("success", "success")
    run_id, name = warehouse.execute("select id, run_id from pipeline_run").fetchone()
    assert asked["subject"] == "1 warning in 1 symbol: load their bars?"
    assert f"(market/reports/{run_id})" in asked["body"]
    assert "* **MSFT**: 1, such as MSFT: 2026-05-15 is not published yet" in asked["body"]
    assert verdicts(warehouse) == [
        ("IBM", True, 100, None, None, False),
        ("MSFT", True, 100, "approved", "ana", True),
    ]
    results = results_of(warehouse, find_run(warehouse, "stock_data_pipeline", name))
    assert [result.verdict for result in results] == ["loaded", "loaded, 1 warning approved by ana"]


def test_what_is_rejected_is_not_loaded_and_the_run_says_by_whom(answered, warehouse):
    state, tasks, _ = answered("Reject", approve_warnings=0)
    assert (state, tasks["load_stock_data"], tasks["pipeline_end"]) == ("failed", "success", "failed")
    assert verdicts(warehouse) == [
        ("IBM", True, 100, None, None, False),
        ("MSFT", False, None, "rejected", "ana", True),
    ]
    assert warehouse.execute("select distinct symbol from stock_data").fetchall() == [("IBM",)]
    (message,) = warehouse.execute("select message from pipeline_run").fetchone()
    assert message == (
        "MSFT: 1 warning, rejected by ana: none of its bars loaded. MSFT: 2026-05-15 is not published yet; "
        "the newest session is 2026-05-14. Its body is kept: the next run judges it again; with "
        "approve_warnings it asks again, without it loads."
    )


@pytest.mark.parametrize("params", [{}, {"approve_warnings": 1}])
def test_nobody_is_asked_without_the_parameter_or_below_it(answered, warehouse, params):
    state, tasks, asked = answered("Reject", **params)
    assert (state, tasks["approve_warnings"], asked) == ("success", "success", {})
    assert [row[1:4] for row in verdicts(warehouse)] == [(True, 100, None)] * 2


def test_the_task_and_the_asset_lead_to_the_report_of_the_run(answered, warehouse, airflow_api):
    answered("Approve")
    run_id = warehouse.execute("select id from pipeline_run").fetchone()[0]
    where = TASK.format(newest_run(airflow_api))
    links = airflow_api.get(f"{where}/validate_data/links").json()["extra_links"]
    assert links == {"Data quality report": f"market/reports/{run_id}"}
    assert airflow_api.get(f"{where}/load_stock_data/links").json()["extra_links"] == {}
    events = airflow_api.get("/api/v2/assets/events", params={"order_by": "-timestamp", "limit": 1}).json()
    assert events["asset_events"][0]["extra"]["report"] == f"market/reports/{run_id}"
