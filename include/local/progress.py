"""A run's progress: a live table on a terminal, one plain line per change on a pipe."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from include.local.airflow_api import TaskState

COLOURS = {
    "success": "green",
    "running": "cyan",
    "failed": "red",
    "upstream_failed": "red",
    "skipped": "magenta",
    "up_for_retry": "yellow",
    "up_for_reschedule": "yellow",
}
# More symbols than fit a screen are counted; shown by name are those that need attention.
SHOWN = 20


class Progress(Protocol):
    """Shows one state of a run after the other."""

    def show(self, run_state: str, tasks: Sequence[TaskState]) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Lines:
    """One line for each change of a task."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._last: dict[str, str] = {}

    def show(self, run_state: str, tasks: Sequence[TaskState]) -> None:
        for name, state in [("run", run_state), *((task.name, describe(task)) for task in tasks)]:
            if self._last.get(name, "waiting") != state:
                seconds = time.monotonic() - self._began
                self._console.print(f"{seconds:6.1f} s  {name}: {state}", markup=False, highlight=False)
            self._last[name] = state

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class LiveTable:
    """A table that changes in place."""

    def __init__(self, console: Console, title: str) -> None:
        self._title = title
        self._began = time.monotonic()
        self._live = Live(console=console, refresh_per_second=4)

    def show(self, run_state: str, tasks: Sequence[TaskState]) -> None:
        seconds = time.monotonic() - self._began
        self._live.update(table(f"{self._title}: {run_state}, {seconds:.0f} s", tasks))

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()


def of(console: Console, title: str) -> Progress:
    """The progress this console can show."""
    return LiveTable(console, title) if console.is_terminal else Lines(console)


def in_order(tasks: Sequence[TaskState], order: Sequence[str]) -> list[TaskState]:
    """The tasks as the pipeline goes; symbols as they were planned."""
    return sorted(tasks, key=lambda task: order.index(task.task_id) if task.task_id in order else len(order))


def describe(task: TaskState) -> str:
    """The state of a task in words."""
    if task.state in {"up_for_retry", "up_for_reschedule"} or task.try_number > 1:
        return f"{task.state} (try {task.try_number} of {task.max_tries + 1})"
    return task.state


def table(title: str, tasks: Sequence[TaskState]) -> Table:
    """All tasks, and of a mapped one at most what fits a screen."""
    drawn = Table(title=title, title_justify="left")
    drawn.add_column("task", no_wrap=True)
    drawn.add_column("symbol")
    drawn.add_column("state")
    groups: dict[str, list[TaskState]] = {}
    for task in tasks:
        groups.setdefault(task.task_id, []).append(task)
    for task_id, group in groups.items():
        if len(group) > 1:
            counted = Counter(task.state for task in group)
            drawn.add_row(task_id, f"{len(group)}", ", ".join(f"{n} {state}" for state, n in counted.items()))
        for task in _shown(group):
            name = task_id if len(group) == 1 else ""
            drawn.add_row(name, task.label or "", f"[{COLOURS.get(task.state, 'white')}]{describe(task)}[/]")
    return drawn


def _shown(group: Sequence[TaskState]) -> Sequence[TaskState]:
    if len(group) <= SHOWN:
        return group
    calm = {"success", "waiting", "scheduled", "queued"}
    return [task for task in group if task.state not in calm][:SHOWN]
