"""The DAG's own task functions, in the DAG's order, on the world's time; what Airflow's scheduler does."""

from __future__ import annotations

import heapq
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import psycopg
from airflow.sdk import RetryPolicy
from airflow.sdk.definitions.retry_policy import RetryAction
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSkipException
from airflow.sdk.execution_time.context import set_current_context

from dags import stock_data_pipeline as dag
from include.tasks import flow as tasks

from .world import World

DAG_ID = "stock_data_pipeline"
DAG = dag.stock_data_pipeline()
POLICY: RetryPolicy = DAG.default_args["retry_policy"]
RETRIES: int = DAG.default_args["retries"]


class Killed(Exception):
    """A task's process was killed; the next try finds what it had committed."""


@dataclass(frozen=True)
class Kill:
    """Kill a task, with a signal no process survives, before its n-th SQL statement."""

    task: str
    statement: int


@dataclass
class Ended:
    """How a run ended: the state of each task, by label, and what failed tasks said."""

    state: str
    tasks: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


class Scheduler:
    """Runs one run of the pipeline after the other.

    :param world: where.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def run(self, run_id: str, kill: Kill | None = None, **params: Any) -> Ended:
        """Run the DAG from its first task to its last, and return how it ended."""
        started = self.world.time.now()
        context = {
            "params": {"symbols": None, "force": False, "retry_delay": 300, "now": started.isoformat()}
            | params,
            "dag_run": SimpleNamespace(dag_id=DAG_ID, run_id=run_id, start_date=started),
            "outlet_events": {tasks.STOCK_DATA: SimpleNamespace(extra={})},
        }
        with self.world.entered(), set_current_context(context):
            return _Run(self.world, context, kill).all()


class _Run:
    def __init__(self, world: World, context: dict[str, Any], kill: Kill | None) -> None:
        self._time = world.time
        self._context = context
        self._kill = kill
        self._ended = Ended("running")

    def all(self) -> Ended:
        groups = self._do("pipeline_start")
        self._fetch(groups or [])
        accepted = self._do("validate_data")
        if accepted is not None:
            self._do("load_stock_data", accepted)
        self._do("log_completion")
        self._do("pipeline_end")
        self._ended.state = self._ended.tasks["pipeline_end"]
        return self._ended

    def _do(self, task: str, *args: Any) -> Any:
        """One task with its retries, each as late as the DAG's policy says."""
        tries = 1
        while True:
            try:
                result = self._call(task, *args)
            except Exception as error:  # ruff: ignore[blind-except] (the policy tells them apart)
                delay = self._retry_after(error, tries)
                if delay is None:
                    self._end(task, "failed", error)
                    return None
                self._time.sleep(delay)
                tries += 1
            else:
                self._end(task, "success")
                return result

    def _fetch(self, groups: list[list[dict[str, str]]]) -> None:
        """The mapped instances, one at a time (the pool has one slot): whose turn comes first goes first."""
        turns: list[tuple[datetime, int, int]] = [(self._time.now(), at, 1) for at in range(len(groups))]
        while turns:
            when, at, tries = heapq.heappop(turns)
            self._time.go_to(when)
            label = f"fetch_stock_data[{tasks._label(groups[at])}]"
            try:
                self._call("fetch_stock_data", groups[at])
            except AirflowRescheduleException as turn:
                heapq.heappush(turns, (turn.reschedule_date, at, tries))
            except AirflowSkipException:
                self._end(label, "skipped")
            except Exception as error:  # ruff: ignore[blind-except] (the same)
                delay = self._retry_after(error, tries)
                if delay is None:
                    self._end(label, "failed", error)
                else:
                    when = datetime.fromtimestamp(self._time.seconds() + delay, self._time.now().tzinfo)
                    heapq.heappush(turns, (when, at, tries + 1))
            else:
                self._end(label, "success")

    def _retry_after(self, error: Exception, tries: int) -> float | None:
        """Seconds; None: not again."""
        decision = POLICY.evaluate(error, tries, RETRIES, self._context)
        if tries > RETRIES or decision.action is RetryAction.FAIL:
            return None
        return decision.retry_delay.total_seconds()

    def _call(self, task: str, *args: Any) -> Any:
        function: Callable[..., Any] = getattr(dag, task).function
        self._context["task"] = DAG.get_task(task)
        if self._kill and self._kill.task == task:
            kill, self._kill = self._kill, None
            _die_in(function, args, kill.statement)
            raise Killed(task)
        return function(*args)

    def _end(self, task: str, state: str, error: Exception | None = None) -> None:
        self._ended.tasks[task] = state
        if error:
            self._ended.errors.append(str(error))


def _die_in(function: Callable[..., Any], args: tuple[Any, ...], statement: int) -> None:
    """Call a function in a process that is killed before so many statements are executed."""
    child = os.fork()
    if not child:
        _kill_before(statement)
        try:
            function(*args)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"it ended by itself before statement {statement}"


def _kill_before(statement: int) -> None:
    execute, left = psycopg.Cursor.execute, iter(range(1, statement))

    def execute_or_die(cursor: Any, *args: Any, **options: Any) -> Any:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(cursor, *args, **options)

    psycopg.Cursor.execute = execute_or_die
