"""Airflow's REST API, as far as starting a run and watching it needs it."""

from __future__ import annotations

import graphlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import tenacity

from include.local.credentials import ADMIN

PAGE = 100
ACTIVE = ("queued", "running")
HEALTH_NAMES = {"scheduler": "scheduler", "dag_processor": "dag-processor", "triggerer": "triggerer"}


_PATIENTLY = tenacity.Retrying(
    retry=tenacity.retry_if_exception_type(httpx.TransportError),
    stop=tenacity.stop_after_attempt(3),
    wait=tenacity.wait_fixed(1),
    reraise=True,
)


class AirflowApiError(RuntimeError):
    """Airflow refused a request; the message holds its answer."""


@dataclass(frozen=True)
class TaskState:
    """One task instance at one moment."""

    task_id: str
    label: str | None
    state: str
    try_number: int
    max_tries: int
    ended_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"{self.task_id} [{self.label}]" if self.label else self.task_id


class AirflowApi:
    """A session with the API server as the administrator."""

    def __init__(self, url: str, password: str, transport: httpx.BaseTransport | None = None) -> None:
        self._password = password
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=30, transport=transport)

    def health(self) -> dict[str, str]:
        """Service → healthy or not, by Airflow's own account; empty while the API server does not answer."""
        try:
            answer = self._client.get("/api/v2/monitor/health", timeout=5)
            answer.raise_for_status()
        except httpx.HTTPError:
            return {}
        found = answer.json()
        services = {ours: str((found.get(name) or {}).get("status")) for name, ours in HEALTH_NAMES.items()}
        return {**services, "api-server": str(found["metadatabase"]["status"])}

    def has_dag(self, dag_id: str) -> bool:
        """Whether the DAG has been parsed."""
        return self._request("GET", f"/api/v2/dags/{dag_id}", accept=(404,)).is_success

    def import_errors(self) -> list[str]:
        """Why DAG files could not be read."""
        errors = self._request("GET", "/api/v2/importErrors").json()["import_errors"]
        return [f"{error['filename']}:\n{error['stack_trace']}" for error in errors]

    def unpause(self, dag_id: str) -> None:
        """Let the DAG's runs start."""
        self._request("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def due_date(self, dag_id: str) -> str | None:
        """The logical date of a scheduled run that is due and not created yet."""
        dag = self._request("GET", f"/api/v2/dags/{dag_id}").json()
        due = dag["next_dagrun_run_after"]
        late = due is not None and datetime.fromisoformat(due) <= datetime.now(UTC)
        return str(dag["next_dagrun_logical_date"]) if late else None

    def trigger(self, dag_id: str, conf: Mapping[str, object], note: str) -> str:
        """Start a run and return its id.

        It stands in for a scheduled run that is due: with that one's logical date the scheduler counts it as
        done. Otherwise unpausing would start the scheduled run first, and ours would find nothing new.
        """
        path = f"/api/v2/dags/{dag_id}/dagRuns"
        body = {"conf": dict(conf), "note": note}
        answer = self._request(
            "POST", path, accept=(409,), json={**body, "logical_date": self.due_date(dag_id)}
        )
        if answer.status_code == httpx.codes.CONFLICT:  # the scheduler was faster
            answer = self._request("POST", path, json={**body, "logical_date": None})
        return str(answer.json()["dag_run_id"])

    def xcom(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What a task returned."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
        return self._request("GET", path, params={"stringify": False}).json()["value"]

    def variable(self, name: str) -> str | None:
        """The value of an Airflow Variable; None where there is none."""
        answer = self._request("GET", f"/api/v2/variables/{name}", accept=(404,))
        return str(answer.json()["value"]) if answer.is_success else None

    def set_variable(self, name: str, value: str) -> None:
        """Give an Airflow Variable a value, whether there is one or not."""
        body = {"key": name, "value": value}
        changed = self._request("PATCH", f"/api/v2/variables/{name}", accept=(404,), json=body)
        if not changed.is_success:
            self._request("POST", "/api/v2/variables", json=body)

    def active_runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The runs that wait or run, oldest first."""
        query = {"state": list(ACTIVE), "order_by": "run_after"}
        answer = self._request("GET", f"/api/v2/dags/{dag_id}/dagRuns", accept=(404,), params=query)
        runs: list[dict[str, Any]] = answer.json().get("dag_runs", [])
        return runs

    def close(self, dag_id: str, run_id: str, note: str) -> None:
        """Mark a run failed, with the reason as its note."""
        self._request(
            "PATCH", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}", json={"state": "failed", "note": note}
        )

    def run_state(self, dag_id: str, run_id: str) -> str:
        """The state of a run."""
        return str(self._request("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}").json()["state"])

    def task_order(self, dag_id: str) -> list[str]:
        """The DAG's task ids, each after those it waits for."""
        tasks = self._request("GET", f"/api/v2/dags/{dag_id}/tasks").json()["tasks"]
        waits_for: dict[str, set[str]] = {task["task_id"]: set() for task in tasks}
        for task in tasks:
            for downstream in task["downstream_task_ids"]:
                waits_for[downstream].add(task["task_id"])
        return list(graphlib.TopologicalSorter(waits_for).static_order())

    def tasks(self, dag_id: str, run_id: str) -> list[TaskState]:
        """Every task instance of a run, mapped ones included."""
        return [_task_state(found) for found in self._instances(dag_id, run_id)]

    def _instances(self, dag_id: str, run_id: str) -> Iterator[dict[str, Any]]:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        offset, total = 0, 1
        while offset < total:
            query = {"limit": PAGE, "offset": offset, "order_by": "map_index"}
            page = self._request("GET", path, params=query).json()
            yield from page["task_instances"]
            offset, total = offset + PAGE, page["total_entries"]

    def _request(
        self, method: str, path: str, accept: tuple[int, ...] = (), **options: Any
    ) -> httpx.Response:
        answer = self._sent(method, path, **options)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._log_in()
            answer = self._sent(method, path, **options)
        if not answer.is_success and answer.status_code not in accept:
            raise AirflowApiError(
                f"Airflow refused {method} {path}: {answer.status_code} {answer.text[:500]}"
            )
        return answer

    def _sent(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request; one that only reads is sent again where a busy server gave no answer."""
        if method != "GET":
            return self._client.request(method, path, **options)
        return _PATIENTLY(self._client.request, method, path, **options)

    def _log_in(self) -> None:
        answer = self._client.post("/auth/token", json={"username": ADMIN, "password": self._password})
        if not answer.is_success:
            raise AirflowApiError(f"Airflow refused the login of {ADMIN!r}: {answer.status_code}")
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def _task_state(found: Mapping[str, Any]) -> TaskState:
    index, rendered = found["map_index"], found.get("rendered_map_index")
    # Until a task has named itself, Airflow renders its bare index.
    named = rendered if rendered and rendered != str(index) else f"#{index + 1}"
    label = named if index >= 0 else None
    ended = found.get("end_date")
    return TaskState(
        found["task_id"],
        label,
        found["state"] or "waiting",
        found["try_number"],
        found["max_tries"],
        datetime.fromisoformat(ended) if ended else None,
    )
