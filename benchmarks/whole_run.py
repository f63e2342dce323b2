"""Measure a whole run of new symbols against a stand-in: ours, and plain scripts that people write.

    python -m benchmarks.whole_run [symbols] [latency in ms] [calls a minute] [contestants]

Each symbol takes three calls: bars, splits, dividends. Ours plans, reserves in the ledger, keeps each body,
reads, validates, loads and reports, each stage in a forked process as a task is, without Airflow around it (a
task takes 1 to 2 s to start); then the complete day again. Beside it 16 threads of requests with pandas and
execute_values, and dlt's REST API source with PostgreSQL: no ledger, no bodies, no rules, no history. Figures
are seconds, CPU seconds and peak memory of a process; the ratios count.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.load import databases, execute
from benchmarks.stand_in import names, stand_in

NOW = datetime(2026, 5, 16, 6, tzinfo=UTC)
FUNCTIONS = ("TIME_SERIES_DAILY", "SPLITS", "DIVIDENDS")
THREADS = 16
LISTS = (("split", "effective_date", "split_factor"), ("dividend", "ex_dividend_date", "amount"))
KEY = "BENCHMARK9KEY9999"
BARS = """
    insert into stock_data (
        symbol, data_date, open, high, low, close, volume, is_final, fetched_at, valid_from, final_from
    )
    values %s
    on conflict (symbol, data_date) do update set close = excluded.close, volume = excluded.volume
"""
ACTIONS = """
    insert into corporate_action (
        symbol, kind, effective_date, value, session_before, path, fetched_at, valid_from
    )
    values %s
    on conflict do nothing
"""
Stage = Callable[[], Any]
FORKED = get_context("fork")


def in_a_process(name: str, stage: Stage) -> None:
    """Do it in a forked process, as Airflow does a task; print its seconds, CPU seconds and peak memory.

    :raises SystemExit: it failed.
    """
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    receiving, sending = FORKED.Pipe(duplex=False)

    def go() -> None:
        stage()
        sending.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

    process = FORKED.Process(target=go)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(f"{name} ended with {process.exitcode}.")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    taken, peak = time.monotonic() - begun, receiving.recv()
    print(f"  {name:<18}{taken:8.2f} s {cpu:8.2f} s CPU {peak:7.0f} MB", flush=True)


@dataclass(frozen=True)
class Ours:
    """Runs of the pipeline, each stage in a process of its own, which opens its own connections."""

    url: str
    symbols: list[str]
    folder: str
    run_id: str

    @property
    def _asked(self) -> Any:
        from include.warehouse.runs import RunRequest

        return RunRequest("stock_data_pipeline", self.run_id, self.symbols, now=NOW.isoformat())

    @contextmanager
    def _run(self) -> Generator[tuple[Any, Any]]:
        from include.warehouse.connections import connect_to
        from include.warehouse.runs import find_run

        with connect_to(self.url) as warehouse:
            yield warehouse, find_run(warehouse, self._asked.dag_id, self.run_id)

    @property
    def _store(self) -> Any:
        from airflow.sdk import ObjectStoragePath

        return ObjectStoragePath(f"file://{self.folder}/store")

    def plan(self) -> None:
        from include.fetch.api import api_of
        from include.plan.entitlement import entitled
        from include.plan.start import start
        from include.warehouse.connections import connect_to
        from include.warehouse.origins import claim_origin

        with connect_to(self.url) as warehouse:
            claim_origin(warehouse, "sandbox")

            def allowance(run: Any) -> Any:
                return entitled(warehouse, api_of(run), within=timedelta(0), now=NOW)

            groups = start(warehouse, self._asked, allowance=allowance)
        Path(self.folder).mkdir(exist_ok=True)
        Path(self.folder, self.run_id).write_bytes(pickle.dumps(groups))

    def fetch(self) -> None:
        from include.fetch.api import api_of, in_flight_of
        from include.fetch.entitlement import Entitlement
        from include.fetch.fetcher import Fetcher

        with self._run() as (warehouse, run):
            for group in pickle.loads(Path(self.folder, self.run_id).read_bytes()):
                with api_of(run).client_for(len(group)) as client:
                    how: Any = {
                        "entitlement": Entitlement(client, warehouse, run.now),
                        "in_flight": in_flight_of(client),
                    }
                    if errors := Fetcher(run, warehouse, client, self._store, **how).fetch(group):
                        raise errors[0]

    def validate(self) -> None:
        from include.gate.validate import validate

        with self._run() as (warehouse, run):
            accepted = validate(warehouse, run, store=self._store, reports=Path(self.folder)).accepted
        Path(self.folder, self.run_id).write_text(accepted)

    def load(self) -> None:
        from airflow.sdk import ObjectStoragePath

        from include.load.run import load_run

        with self._run() as (warehouse, run):
            load_run(warehouse, run, ObjectStoragePath(Path(self.folder, self.run_id).read_text()))

    def report(self) -> None:
        from include.report.closing import close_run
        from include.report.summary import headline

        with self._run() as (warehouse, run):
            print("   ", headline(close_run(warehouse, run).results))


def ours(about: Contest) -> None:
    """A run, and the complete day again."""
    os.environ["AIRFLOW_CONN_LEDGER"] = about.url
    extra = {"plan": "premium", "calls_per_minute": about.per_minute, "pacing_conn_id": "ledger"}
    connection = {"conn_type": "alphavantage", "host": about.host, "password": KEY, "extra": extra}
    os.environ["AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT"] = json.dumps(connection)
    logging.disable()
    import airflow.sdk

    del airflow
    begun = time.monotonic()
    for run_id in ("first", "again"):
        run = Ours(about.url, about.symbols, about.folder, run_id)
        for stage in (run.plan, run.fetch, run.validate, run.load, run.report):
            in_a_process(f"{run_id}: {stage.__name__}", stage)
        about.took.put(time.monotonic() - begun)
        begun = time.monotonic()


def with_dlt(about: Contest) -> None:
    """dlt, by :mod:`benchmarks.with_dlt` in an environment of its own."""
    python = "build/dlt/bin/python"
    if not Path(python).exists():
        venv.create("build/dlt", with_pip=True)
        install = [python, "-m", "pip", "install", "-q", "-r", "benchmarks/requirements.txt"]
        subprocess.run(install, check=True)
    given = {"host": about.host, "url": about.url, "symbols": about.symbols, "key": KEY}
    begun = time.monotonic()
    command = [python, "benchmarks/with_dlt.py", about.folder]
    subprocess.run(command, input=json.dumps(given), text=True, check=True)
    about.took.put(time.monotonic() - begun)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"  CPU {used.ru_utime + used.ru_stime:.2f} s")


def threads(about: Contest) -> None:
    """A script of 16 threads."""
    begun = time.monotonic()
    import pandas as pd
    import psycopg2
    import requests
    from psycopg2.extras import execute_values

    def fetch(symbol: str) -> Any:
        with requests.Session() as session:
            got = [
                session.get(
                    f"{about.host}/query", params={"function": function, "symbol": symbol, "apikey": KEY}
                ).json()
                for function in FUNCTIONS
            ]
        frame = pd.DataFrame(got[0]["Time Series (Daily)"]).T.astype(float)
        return symbol, frame, got[1]["data"], got[2]["data"]

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(fetch, about.symbols))
        print(f"  fetch and parse {time.monotonic() - begun:10.2f} s", flush=True)
        rows = [(symbol, day, *values, True, NOW, NOW, NOW) for symbol, frame, *_ in found
                for day, values in zip(frame.index, frame.to_numpy().tolist(), strict=True)]  # fmt: skip
        actions = [
            (symbol, kind, one[day], one[value], one[day], "body", NOW, NOW)
            for symbol, _, *lists in found
            for (kind, day, value), own in zip(LISTS, lists, strict=True)
            for one in own
        ]
        with closing(psycopg2.connect(about.url)) as connection, connection, connection.cursor() as cursor:
            execute_values(cursor, BARS, rows, page_size=1000)
            execute_values(cursor, ACTIONS, actions, page_size=1000)
    about.took.put(time.monotonic() - begun)
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss / 1024
    print(f"  CPU {used.ru_utime + used.ru_stime:.2f} s, {peak:.0f} MB")


@dataclass(frozen=True)
class Contest:
    """What each contestant is given; it puts into ``took`` the seconds of what it was asked for."""

    host: str
    url: str
    symbols: list[str]
    per_minute: int
    folder: str
    took: Any


CONTESTANTS: dict[str, Callable[[Contest], None]] = {"ours": ours, "16 threads": threads, "dlt": with_dlt}


def main(symbols: int, latency: float, per_minute: int, only: list[str]) -> None:
    """Run each contestant in a process of its own, and say how long it took."""
    took = {}
    spawned = get_context("spawn")
    with (
        stand_in(latency) as host,
        databases(only) as urls,
        tempfile.TemporaryDirectory() as folder,
    ):
        for name in only:
            print(f"{name}, {symbols} symbols, {latency * 1000:.0f} ms:", flush=True)
            about = Contest(host, urls[name], names(symbols), per_minute, f"{folder}/{name}", spawned.Queue())
            asked = calls(host)
            process = spawned.Process(target=CONTESTANTS[name], args=(about,))
            process.start()
            process.join()
            if process.exitcode:
                sys.exit(f"{name} ended with {process.exitcode}.")
            took[name] = about.took.get()
            print(
                f"  {took[name]:.2f} s, {calls(host) - asked} calls, {bars_of(urls[name])} bars", flush=True
            )
    ratios = [f"{name} {seconds / took[only[0]]:.2f} times {only[0]}" for name, seconds in took.items()]
    print(", ".join(ratios))


def bars_of(url: str) -> int:
    """How many bars are held, whoever loaded them."""
    (has_dlt,) = execute(url, "select to_regclass('bench.bars') is not null")[0]
    (held,) = execute(
        url, "select count(*) from bench.bars" if has_dlt else "select count(*) from stock_data"
    )[0]
    return int(held)


def calls(host: str) -> int:
    """How many calls the stand-in has answered."""
    import requests

    return int(requests.get(f"{host}/?function=calls", timeout=30).text)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.replace(".", "").isdigit()]
    given = [float(word) for word in sys.argv[1:] if word not in words]
    asked = [*given, *(300.0, 200.0, 1e8)[len(given) :]]
    main(int(asked[0]), asked[1] / 1000, int(asked[2]), words or ["ours", "16 threads"])
