"""`make run` from the first line to the last."""

from __future__ import annotations

import psutil
from rich.console import Console

from include.local import dag_run, memory, planning, report, stack, starting, status
from include.local.airflow_api import AirflowApi
from include.local.dag_run import DAG_ID, Watch
from include.local.settings import Mode, Settings, banner
from include.local.stack import Stack

REPLAY_KNOWS = (
    "A folder answers only what was recorded in it: name its symbols with STOCK_SYMBOLS, its clock with NOW."
)
LEFT_RUNNING = "Everything that was started keeps running: `make status` shows it, `make stop` stops it."


class Peak:
    """The most memory our processes used at once, as far as we looked."""

    def __init__(self, running: Stack) -> None:
        self._running = running
        self.bytes = 0

    def look(self) -> int:
        """Measure now."""
        now = memory.used(self._processes())
        self.bytes = max(self.bytes, now)
        return now

    def _processes(self) -> list[psutil.Process]:
        return status.all_processes(self._running)


def run(asked: Settings, console: Console) -> int:
    """Start everything, run the pipeline once and show it; 0 only if that run succeeded."""

    def say(line: str) -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    say(banner(asked.mode, asked.replay))
    try:
        if asked.symbols:
            planning.some_symbols(asked.symbols)  # before anything is started
        running = starting.start(asked, say)
        api = stack.wait_healthy(running)
        # an empty list is told here, not in the log of a task
        for text in planning.watchlist_of(running).refused:
            say(f"left out: {text.reason}")
        run_id = _run_id(running, api, console)
        peak = Peak(running)
        ended = _watch(running, api, run_id, peak, console)
    except KeyboardInterrupt:
        say(f"\nInterrupted. {LEFT_RUNNING}")
        return 130
    say("\n" + report.summary(running, run_id) + "\n")
    report.addresses(console, running, DAG_ID, run_id)
    say(report.memory_line(peak.bytes, peak.look()))
    if ended != "success":
        say(f"The run {run_id} has {ended}: what is told above says why, and its tasks in the UI say more.")
        if asked.mode is Mode.REPLAY and not (asked.symbols and asked.now):
            say(REPLAY_KNOWS)
    return 0 if ended == "success" else 1


def _run_id(running: Stack, api: AirflowApi, console: Console) -> str:
    dag_run.wait_for_dag(api, DAG_ID, running.check)
    before = dag_run.active(api, DAG_ID)
    run_id, joined = dag_run.trigger_or_join(api, DAG_ID, running.settings.conf(), running.banner)
    api.unpause(DAG_ID)
    verb = "joined the run in progress:" if joined else "started the run"
    console.print(f"{verb} {run_id}  {running.ui}", markup=False, highlight=False, soft_wrap=True)
    if before and not joined:
        console.print(
            f"waiting until {before[0]} ends, which goes first; `make stop` gives it up",
            markup=False,
            highlight=False,
        )
    return run_id


def _watch(running: Stack, api: AirflowApi, run_id: str, peak: Peak, console: Console) -> str:
    def between() -> None:
        running.check()
        peak.look()

    delay = running.settings.retry_delay
    view = Watch(console, DAG_ID, between, *([] if delay is None else [delay]))
    return dag_run.watch(api, DAG_ID, run_id, view)
