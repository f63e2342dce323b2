"""Measure pages under a thousand requests at once, and the daily run beside them.

    python -m benchmarks.readers [requests]

An installation of its own is started as `make run` starts it. The daily run of the next session is timed
while nobody asks, and again while so many requests at a time ask for the overview, the next thousand as soon
as all of one have their answer. Said are the statuses, p50 and p99 of those served, the connections of
readers, the API server's memory against idle, and the ratio of the two runs. All is on the same cores.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx

from include.local import memory, processes, settings, stack
from include.local.dag_run import DAG_ID, TERMINAL
from include.local.stack import Stack

PROJECT = Path(__file__).parent.parent


def local(command: str, environment: dict[str, str]) -> None:
    """What `make` does."""
    asked = [sys.executable, "-m", "include.local", command]
    subprocess.run(asked, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)


def timed_run(running: Stack, now: datetime) -> float:
    """Seconds of a daily run by that clock, as Airflow has them."""
    port = running.state.sandbox_port
    httpx.post(f"http://127.0.0.1:{port}/admin/clock", json={"now": now.isoformat()}).raise_for_status()
    httpx.post(f"http://127.0.0.1:{port}/admin/reset").raise_for_status()
    api = running.api()
    run = api.trigger(DAG_ID, {**running.settings.conf(), "now": now.isoformat()}, "benchmark")
    while api.run_state(DAG_ID, run) not in TERMINAL:
        time.sleep(0.5)
    found = api._request("GET", f"/api/v2/dags/{DAG_ID}/dagRuns/{run}").json()
    begun, ended = (datetime.fromisoformat(found[name]) for name in ("start_date", "end_date"))
    assert found["state"] == "success", found
    return (ended - begun).total_seconds()


def storm(url: str, token: str, requests: int, over: Any, results: Any) -> None:
    """So many requests at once, each over a connection of its own, again and again until it is over."""
    address = httpx.URL(url)
    asked = f"GET /market/ HTTP/1.1\r\nHost: {address.host}\r\nAuthorization: Bearer {token}\r\n"

    async def one() -> tuple[int, float]:
        begun = time.monotonic()
        try:
            answer, request = await asyncio.open_connection(address.host, address.port)
            request.write(f"{asked}Connection: close\r\n\r\n".encode())
            status = int((await answer.read())[9:12])
            request.close()
        except OSError:
            status = 0
        return status, time.monotonic() - begun

    async def all_of_them() -> None:
        while not over.is_set():
            results.put(await asyncio.gather(*(one() for _ in range(requests))))
            await asyncio.sleep(1)

    asyncio.run(all_of_them())


class Watch(threading.Thread):
    """Looks at the readers' connections and at the API server's memory while it goes on."""

    def __init__(self, running: Stack) -> None:
        super().__init__(daemon=True)
        self._running, self._over = running, threading.Event()
        self.connections, self.memory = 0, 0

    def run(self) -> None:
        """Look four times a second."""
        import psycopg

        query = "select count(*) from pg_stat_activity where usename = 'market_reader'"
        with psycopg.connect(self._running.server.superuser_dsn(), autocommit=True) as connection:
            while not self._over.wait(0.25):
                ((count,),) = connection.execute(query).fetchall()
                self.connections = max(self.connections, count)
                self.memory = max(self.memory, used(self._running))

    def end(self) -> None:
        """Stop looking."""
        self._over.set()
        self.join()


def used(running: Stack) -> int:
    """Bytes of the API server."""
    server = processes.find(running.settings.run_dir, "api-server")
    return memory.used([server]) if server else 0


def main(requests: int) -> None:
    """Start, measure, stop."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "RUN_DIR": f"{folder}/run",
            "ALPHAVANTAGE_API_KEY": "",
            "STOCK_API_KEY": "",
        }
        try:
            local("run", environment)
            running = stack.known(settings.read(environment, PROJECT))
            assert running
            measure(running, requests)
        finally:
            local("clean", environment)


def measure(running: Stack, requests: int) -> None:
    """The quiet run, the run in the storm, and what readers met."""
    today = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    days = [day for day in (today + timedelta(days=n) for n in range(1, 14)) if day.weekday() in range(1, 6)]
    timed_run(running, days[0])  # the first has more to do
    quiet, idle = [timed_run(running, day) for day in days[1:3]], used(running)
    login = {"username": "admin", "password": running.secrets.admin_password}
    token = httpx.post(f"{running.ui}/auth/token", json=login).json()["access_token"]
    spawned, watch = get_context("spawn"), Watch(running)
    over, results = spawned.Event(), spawned.Manager().Queue()
    asking = spawned.Process(target=storm, args=(running.ui, token, requests, over, results))
    watch.start()
    asking.start()
    stormy = [timed_run(running, day) for day in days[3:5]]
    over.set()
    asking.join()
    watch.end()
    answers = [answer for _ in range(results.qsize()) for answer in results.get()]
    served = sorted(seconds for status, seconds in answers if status == httpx.codes.OK)
    print(f"{len(answers)} answers, {requests} at once: {dict(Counter(status for status, _ in answers))}")
    print(f"served: p50 {served[len(served) // 2]:.2f} s, p99 {served[int(len(served) * 0.99)]:.2f} s")
    print(f"readers' connections: {watch.connections} at the most")
    print(f"API server: {idle >> 20} MB idle, {watch.memory >> 20} MB at the most: {watch.memory / idle:.2f}")
    before, beside = statistics.median(quiet), statistics.median(stormy)
    print(f"daily run: {before:.1f} s quiet, {beside:.1f} s beside them: {beside / before:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
