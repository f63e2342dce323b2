"""A run's progress on a pipe and on a terminal."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from include.local import dag_run, progress
from include.local.airflow_api import TaskState


def fetch(symbol: str, state: str, try_number: int = 1) -> TaskState:
    return TaskState("fetch", symbol, state, try_number, 3)


def lines(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    return [line.split("s  ", 1)[1] for line in console.file.getvalue().splitlines()]


@pytest.fixture
def pipe() -> Console:
    return Console(file=io.StringIO(), width=200)


def test_a_pipe_gets_one_line_for_each_change(pipe: Console) -> None:
    with progress.of(pipe, "run") as shown:
        shown.show("queued", [fetch("AAPL", "waiting")])
        shown.show("running", [fetch("AAPL", "running"), fetch("MSFT", "waiting")])
        shown.show("running", [fetch("AAPL", "running"), fetch("MSFT", "running")])
        shown.show("failed", [fetch("AAPL", "success"), fetch("MSFT", "failed")])

    assert lines(pipe) == [
        "run: queued",
        "run: running",
        "fetch [AAPL]: running",
        "fetch [MSFT]: running",
        "run: failed",
        "fetch [AAPL]: success",
        "fetch [MSFT]: failed",
    ]


def test_a_retry_says_which_try_it_is(pipe: Console) -> None:
    with progress.of(pipe, "run") as shown:
        shown.show("running", [fetch("AAPL", "up_for_retry")])
        shown.show("running", [fetch("AAPL", "running", try_number=2)])

    assert lines(pipe)[1:] == [
        "fetch [AAPL]: up_for_retry (try 1 of 4)",
        "fetch [AAPL]: running (try 2 of 4)",
    ]


def test_a_wait_for_a_retry_is_told_once_with_its_task_and_its_end(pipe: Console) -> None:
    view = dag_run.Watch(pipe, "run", lambda: None, retry_delay=60)
    ended = datetime(2026, 5, 16, 6, tzinfo=UTC)
    msft = replace(fetch("MSFT", "up_for_retry", 2), ended_at=ended)
    assert dag_run.tell_of_retries(view, [fetch("AAPL", "running")], frozenset()) == frozenset()
    told = dag_run.tell_of_retries(view, [fetch("AAPL", "running"), msft], frozenset())
    assert dag_run.tell_of_retries(view, [msft], told) == told

    assert isinstance(pipe.file, io.StringIO)
    assert pipe.file.getvalue().splitlines() == [
        "fetch [MSFT] has failed or was killed (try 2 of 4), and is tried again by 06:02:12 UTC. Its log in "
        "the UI says why. Ctrl-C only stops watching."
    ]


def test_a_terminal_gets_a_table() -> None:
    terminal = Console(file=io.StringIO(), width=100, force_terminal=True)

    with progress.of(terminal, "pipeline") as shown:
        shown.show("running", [fetch("AAPL", "success")])

    assert isinstance(terminal.file, io.StringIO)
    assert "AAPL" in terminal.file.getvalue()


def test_a_hundred_symbols_are_counted_and_only_the_notable_named(pipe: Console) -> None:
    tasks = [fetch(f"S{number}", "success") for number in range(99)] + [fetch("BAD", "failed")]

    pipe.print(progress.table("run", tasks))

    assert isinstance(pipe.file, io.StringIO)
    drawn = pipe.file.getvalue()
    assert "99 success, 1 failed" in drawn
    assert "BAD" in drawn
    assert "S42" not in drawn


def test_tasks_follow_the_pipeline_and_symbols_the_plan() -> None:
    tasks = [TaskState("end", None, "waiting", 0, 3), fetch("TSLA", "running"), fetch("AAPL", "running")]

    ordered = progress.in_order(tasks, ["fetch", "end"])

    assert [task.name for task in ordered] == ["fetch [TSLA]", "fetch [AAPL]", "end"]
