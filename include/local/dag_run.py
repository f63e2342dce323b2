"""One run of the pipeline: triggered (or joined, when the same is running already) and watched to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

import httpx
from rich.console import Console

from include.local.airflow_api import AirflowApi, TaskState
from include.local.airflow_services import RETRY_OF_KILLED
from include.local.progress import in_order, of

DAG_ID = "stock_data_pipeline"
TERMINAL = ("success", "failed")
POLL_SECONDS = 1.0
# A restart of the API server by hand takes some 20 s; longer silence means that it died.
SILENCE_SECONDS = 60
JITTER = 1.1
"""A retry comes at most so much later than its delay: see AlphaVantageRetryPolicy."""
INTERRUPTED = "interrupted: Airflow was stopped while this run was active"


class DagNotFoundError(RuntimeError):
    """The DAG does not appear; the message says why."""


@dataclass(frozen=True)
class Watch:
    """How a run is watched: where it is shown, and what is checked between two looks.

    :param retry_delay: seconds before the first retry of a task.
    """

    console: Console
    title: str
    between: Callable[[], None]
    retry_delay: float = 300


def wait_for_dag(api: AirflowApi, dag_id: str, check: Callable[[], None], seconds: float = 90) -> None:
    """Return when the DAG has been parsed; raise with the import error when it cannot be."""
    deadline = time.monotonic() + seconds
    while not api.has_dag(dag_id):
        check()
        if errors := api.import_errors():
            raise DagNotFoundError(f"The DAG {dag_id} cannot be read:\n" + "\n".join(errors))
        if time.monotonic() > deadline:
            raise DagNotFoundError(
                f"The DAG {dag_id} did not appear within {seconds:.0f} s: see `make logs`."
            )
        time.sleep(0.5)


def active(api: AirflowApi, dag_id: str) -> list[str]:
    """The ids of the runs that wait or run, oldest first."""
    return [str(run["dag_run_id"]) for run in api.active_runs(dag_id)]


def close_interrupted(api: AirflowApi, dag_id: str) -> list[str]:
    """Fail the runs whose processes are gone: nothing works on them, and they would hold up the next one."""
    runs = active(api, dag_id)
    for run_id in runs:
        api.close(dag_id, run_id, INTERRUPTED)
    return runs


def trigger_or_join(api: AirflowApi, dag_id: str, conf: dict[str, object], note: str) -> tuple[str, bool]:
    """The id of a run with this configuration, and whether it was running already."""
    for run in api.active_runs(dag_id):
        if (run["conf"] or {}) == conf:
            return str(run["dag_run_id"]), True
    return api.trigger(dag_id, conf, note), False


def wait(api: AirflowApi, dag_id: str, run_id: str, between: Callable[[], None]) -> str:
    """Wait for the end of a short run without showing it; return its last state."""
    while (state := api.run_state(dag_id, run_id)) not in TERMINAL:
        between()
        time.sleep(POLL_SECONDS / 2)
    return state


def watch(api: AirflowApi, dag_id: str, run_id: str, view: Watch) -> str:
    """Show the run until it ends; return its last state."""
    order, state = api.task_order(dag_id), "queued"
    told: frozenset[str] = frozenset()
    answered = time.monotonic()
    with of(view.console, view.title) as progress:
        while True:
            try:
                state = api.run_state(dag_id, run_id)
                tasks = in_order(api.tasks(dag_id, run_id), order)
                progress.show(state, tasks)
                told = tell_of_retries(view, tasks, told)
                answered = time.monotonic()
            except httpx.TransportError:
                if time.monotonic() - answered > SILENCE_SECONDS:
                    raise
            if state in TERMINAL:
                return state
            view.between()
            time.sleep(POLL_SECONDS)


def tell_of_retries(view: Watch, tasks: Sequence[TaskState], told: frozenset[str]) -> frozenset[str]:
    """Say for which tasks a run waits and until when, each try once; return what has been said of now."""
    for task in tasks:
        line = waits_for(task, view.retry_delay)
        if line and line not in told:
            view.console.print(line, markup=False, highlight=False, soft_wrap=True)
            told |= {line}
    return told


def waits_for(task: TaskState, retry_delay: float) -> str | None:
    """Return for what a run waits where a task is to be tried again, and until when at the latest."""
    if task.state != "up_for_retry":
        return None
    try_of = f"try {task.try_number} of {task.max_tries + 1}"
    told = f"{task.name} has failed or was killed ({try_of}), and is tried again"
    if task.ended_at is None:
        return f"{told}. Its log in the UI says why. Ctrl-C only stops watching."
    first = max(retry_delay * JITTER, 2 * RETRY_OF_KILLED)
    longest = timedelta(seconds=first * 2 ** (task.try_number - 1))
    by = (task.ended_at + longest).astimezone(UTC)
    return f"{told} by {by:%H:%M:%S} UTC. Its log in the UI says why. Ctrl-C only stops watching."
