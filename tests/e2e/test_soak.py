"""Days of runs under fifty readers, while what runs is killed, cut off and out of disk: the end is the truth.

One minute of it here; `make soak` goes on for ten, and fills disks, too.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from itertools import cycle

import httpx
import pytest

from include.local import memory, processes
from include.local.airflow_api import AirflowApiError
from include.local.dag_run import DAG_ID

from .conftest import SANDBOX_SYMBOLS, Local, wait_for
from .disturbances import (
    Disturb,
    full_database,
    full_store,
    kill_a_task,
    killed,
    may_mount,
    restart_postgres,
)
from .readers import Readers

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]
SECONDS = int(os.environ.get("SOAK_SECONDS", "60"))
MORNING = clock_time(6, tzinfo=UTC)
AFTER_A_SESSION = range(1, 6)
"""Tuesday to Saturday."""
IS_LONG = SECONDS > 60
KILLS: tuple[Disturb, ...] = (
    kill_a_task,
    restart_postgres,
    killed("scheduler"),
    killed("api-server"),
    killed("dag-processor"),
    killed("triggerer"),
    killed("sandbox"),
)


class Days:
    """One run for each day of the market, on a clock that only we move."""

    def __init__(self, local: Local) -> None:
        self.local, self.told = local, list[str]()
        begun = datetime.fromisoformat(local.sandbox("clock")["now"])
        self.now = datetime.combine(begun, MORNING)

    def run(self, now: datetime) -> int:
        """Run the pipeline by that clock, as a person would, and return how `make run` ended."""
        self.set_clock(now)
        ended = self.make_run(now)
        self.told.append(f"{now:%m-%d} ended with {ended}")
        return ended

    def set_clock(self, now: datetime) -> None:
        self.local.sandbox("clock", {"now": now.isoformat()})
        self.local.sandbox("reset", {})
        self.local.rows("delete from api_call returning id")  # a day has passed on that clock alone

    def make_run(self, now: datetime) -> int:
        return self.local("run", NOW=now.isoformat(), RETRY_DELAY="1").returncode

    def next_day(self) -> None:
        """Go to the morning after the next weekday."""
        self.now += timedelta(days=1)
        while self.now.weekday() not in AFTER_A_SESSION:
            self.now += timedelta(days=1)

    def disturbed(self, disturb: Disturb) -> None:
        """Begin the run of the next day, disturb it, and run again if `make run` says so."""
        self.next_day()
        with ThreadPoolExecutor(1) as begun:
            first: Future[int] = begun.submit(self.run, self.now)
            wait_for(lambda: first.done() or self.is_under_way(), 120)
            disturb(self.local)
            self.told.append(getattr(disturb, "__name__", str(disturb)))
            ended = first.result()
        if ended:
            assert self.again() == 0, self.local.printed[-1]

    def on(self, disk: AbstractContextManager[None]) -> None:
        """Run the next day where no room is left: that fails. With room it is made up for."""
        self.next_day()
        self.set_clock(self.now)
        with disk:
            ended = self.make_run(self.now)
            self.told.append(f"no room: {ended}")
        assert ended, "It ended well, although nothing could be written."
        assert self.again() == 0, self.local.printed[-1]

    def again(self) -> int:
        """Make sure that all runs, and run the day again."""
        if self.local("status").returncode:
            self.make_run(self.now)
        return self.run(self.now)

    def is_under_way(self) -> bool:
        try:
            return bool(self.local.api.active_runs(DAG_ID))
        except (httpx.HTTPError, AirflowApiError):
            return False


@pytest.fixture
def days(local: Local) -> Days:
    done = local("run")
    assert done.returncode == 0, done.stdout
    return Days(local)


def used(local: Local) -> int:
    """Bytes of the API server."""
    server = processes.find(local.run_dir, "api-server")
    return memory.used([server]) if server else 0


def test_whatever_befalls_it_under_fifty_readers_the_end_is_the_truth(local, days, capsys):
    stack, before, end = local.stack, used(local), time.monotonic() + SECONDS
    kills = cycle(KILLS)
    with Readers(stack.ui, stack.secrets.admin_password, stack.reader) as readers:
        while time.monotonic() < end:
            days.disturbed(next(kills))
        assert days.run(days.now - timedelta(days=2)) == 0  # a clock that jumps back
        assert days.run(days.now) == 0
    if IS_LONG and may_mount():
        for disk in (full_store(local), full_database(local)):
            days.on(disk)
    with capsys.disabled():
        print(f"\n{readers.seen.told}; API server {before >> 20} to {used(local) >> 20} MB\n{days.told}")
    assert readers.seen.wrong == set()
    assert set(readers.seen.statuses) <= {200, 503}
    assert readers.seen.p99 < 10
    for symbol in SANDBOX_SYMBOLS:
        assert held(local, symbol) == truth(local, symbol), symbol
    assert local.rows("select count(*) from pipeline_run where state = 'running'") == [(0,)]
    assert local.rows("select symbol from quarantine_open") == []


def held(local: Local, symbol: str) -> list[tuple[str, ...]]:
    query = f"""
        select data_date::text, open::numeric(18, 4)::text, close::numeric(18, 4)::text, volume::text,
            is_final
        from stock_data where symbol = '{symbol}' order by data_date
        """
    return local.rows(query)


def truth(local: Local, symbol: str) -> list[tuple[object, ...]]:
    bars = local.sandbox(f"truth/{symbol}")["bars"]
    last = local.rows(f"select count(*) from stock_data where symbol = '{symbol}'")[0][0]
    return [(bar["session"], bar["open"], bar["close"], bar["volume"], True) for bar in bars[-last:]]
