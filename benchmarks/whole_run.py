"""Measure a whole run of new symbols against a stand-in: ours, and plain scripts that people write.

    python -m benchmarks.whole_run [symbols] [latency in ms] [calls a minute]

Each symbol takes three calls: bars, splits, dividends. Ours plans, reserves in the ledger, keeps each body,
reads, validates, loads and reports, each stage in a process of its own as a task has, without Airflow around
it (a task takes 1 to 2 s to start); then it runs again for the complete day. Beside it 16 threads of requests
with pandas and execute_values, and dlt with its REST API source and its PostgreSQL destination: no ledger, no
bodies, no rules, no history. Figures are seconds, CPU seconds and peak memory of the process at work; the
ratios count. dlt gets an environment of its own from ``benchmarks/requirements.txt``, or the one that
``DLT_ENVIRONMENT`` names.
"""

from __future__ import annotations

import json
import logging
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from multiprocessing import Pipe, get_context
from pathlib import Path
from typing import Any

from benchmarks.load import databases
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
OF_DLT = (("dlt_run", "bars"), ("dlt_run", "splits"), ("dlt_run", "dividends"))
OF_OTHERS = (("stock_data",), ("corporate_action",))
Stage = Callable[[str], None]


def peak_since_last() -> float:
    """Return the peak memory of this process, in MB, since it was last asked for (Linux)."""
    kilobytes = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    Path("/proc/self/clear_refs").write_text("5")
    return int(kilobytes[1]) / 1024 if kilobytes else 0


def measured() -> Stage:
    """Return what prints the seconds, CPU seconds and peak memory of a stage at its end."""
    last = [time.monotonic(), time.process_time()]

    def stage(name: str) -> None:
        now = [time.monotonic(), time.process_time()]
        peak = peak_since_last()
        print(
            f"  {name:<22}{now[0] - last[0]:8.2f} s {now[1] - last[1]:8.2f} s CPU {peak:7.0f} MB", flush=True
        )
        last[:] = now

    return stage


def as_task(name: str, work: Callable[[], str]) -> str:
    """Do the work of a stage in a process of its own, as Airflow does; return its words."""
    here, there = Pipe(duplex=False)

    def task() -> None:
        stage = measured()
        words = work()
        stage(name)
        there.send(words)

    process = get_context("fork").Process(target=task)
    process.start()
    there.close()
    words = str(here.recv())
    process.join()
    return words


def ours(
    host: str, url: str, symbols: list[str], per_minute: int, folder: str, run_id: str = "first"
) -> None:
    """A run, stage by stage."""
    os.environ["AIRFLOW_CONN_LEDGER"] = url
    extra = {"plan": "premium", "calls_per_minute": per_minute, "pacing_conn_id": "ledger"}
    connection = {"conn_type": "alphavantage", "host": host, "password": KEY, "extra": extra}
    os.environ["AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT"] = json.dumps(connection)
    logging.disable()
    from airflow.sdk import ObjectStoragePath

    from include.fetch.api import api_of, in_flight_of
    from include.fetch.entitlement import Entitlement
    from include.fetch.fetcher import Fetcher
    from include.gate.validate import validate
    from include.load.run import load_run
    from include.plan.entitlement import entitled
    from include.plan.needs import PlannedRequest
    from include.plan.start import start
    from include.report.closing import close_run
    from include.report.summary import headline
    from include.warehouse.connections import connect_to
    from include.warehouse.origins import claim_origin
    from include.warehouse.runs import RunRequest, find_run

    store = ObjectStoragePath(f"file://{folder}/store")

    def plan() -> str:
        asked = RunRequest("stock_data_pipeline", run_id, symbols, now=NOW.isoformat())
        with connect_to(url) as warehouse:
            claim_origin(warehouse, "sandbox")

            def allowance(run: Any) -> Any:
                return entitled(warehouse, api_of(run), within=timedelta(0), now=NOW)

            groups = start(warehouse, asked, allowance=allowance)
        return json.dumps([[asdict(request) for request in group] for group in groups])

    def fetch(planned: str) -> str:
        with connect_to(url) as warehouse:
            run = find_run(warehouse, "stock_data_pipeline", run_id)
            for group in json.loads(planned):
                requests = [PlannedRequest(**request) for request in group]
                with api_of(run).client_for(len(requests)) as client:
                    how: Any = {
                        "entitlement": Entitlement(client, warehouse, run.now),
                        "in_flight": in_flight_of(client),
                    }
                    if errors := Fetcher(run, warehouse, client, store, **how).fetch(requests):
                        raise errors[0]
        return ""

    def check() -> str:
        with connect_to(url) as warehouse:
            run = find_run(warehouse, "stock_data_pipeline", run_id)
            return validate(warehouse, run, store=store, reports=Path(folder)).accepted

    def load(accepted: str) -> str:
        with connect_to(url) as warehouse:
            run = find_run(warehouse, "stock_data_pipeline", run_id)
            load_run(warehouse, run, ObjectStoragePath(accepted))
        return ""

    def close() -> str:
        with connect_to(url) as warehouse:
            return headline(close_run(warehouse, find_run(warehouse, "stock_data_pipeline", run_id)).results)

    planned = as_task("plan", plan)
    as_task("fetch", lambda: fetch(planned))
    accepted = as_task("validate", check)
    as_task("load", lambda: load(accepted))
    print("   ", as_task("report", close), flush=True)


def again(host: str, url: str, symbols: list[str], per_minute: int, folder: str) -> None:
    """Another run of the day, which is complete."""
    ours(host, url, symbols, per_minute, folder, "second")


def threads(host: str, url: str, symbols: list[str], *_: object) -> None:
    """A script of 16 threads."""
    import pandas as pd
    import psycopg2
    import requests
    from psycopg2.extras import execute_values

    def fetch(symbol: str) -> Any:
        with requests.Session() as session:
            got = [
                session.get(
                    f"{host}/query", params={"function": function, "symbol": symbol, "apikey": KEY}
                ).json()
                for function in FUNCTIONS
            ]
        frame = pd.DataFrame(got[0]["Time Series (Daily)"]).T.astype(float)
        return symbol, frame, got[1]["data"], got[2]["data"]

    stage = measured()
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(fetch, symbols))
        stage("fetch and parse")
        rows = [(symbol, day, *values, True, NOW, NOW, NOW) for symbol, frame, *_ in found
                for day, values in zip(frame.index, frame.to_numpy().tolist(), strict=True)]  # fmt: skip
        actions = [
            (symbol, kind, one[day], one[value], one[day], "body", NOW, NOW)
            for symbol, _, *lists in found
            for (kind, day, value), own in zip(LISTS, lists, strict=True)
            for one in own
        ]
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            execute_values(cursor, BARS, rows, page_size=1000)
            execute_values(cursor, ACTIONS, actions, page_size=1000)
        stage("write")


def dlt(host: str, url: str, symbols: list[str], _: object, folder: str) -> None:
    """dlt in an environment of its own: see ``benchmarks/dlt_run.py``."""
    command = [f"{os.environ['DLT_ENVIRONMENT']}/bin/python", "benchmarks/dlt_run.py"]
    subprocess.run([*command, host, url, KEY, str(len(symbols)), folder], check=True)


def dlt_environment(folder: str) -> str:
    """Install dlt where nothing else of this project is; return where."""
    place = os.environ.get("DLT_ENVIRONMENT", f"{folder}/dlt")
    if not Path(place).exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        install = [f"{place}/bin/pip", "install", "--quiet", "-r", "benchmarks/requirements.txt"]
        subprocess.run(install, check=True)
    return place


def rows_in(url: str) -> str:
    """How many bars and actions a contestant has written."""
    from psycopg import sql

    from include.warehouse.connections import connect_to

    with connect_to(url) as connection:
        ((of_dlt,),) = connection.execute("select to_regclass('dlt_run.bars') is not null")
        bars, *lists = OF_DLT if of_dlt else OF_OTHERS
        counts = []
        for table in (bars, *lists):
            asked = sql.SQL("select count(*) from {}").format(sql.Identifier(*table))
            counts += [count for (count,) in connection.execute(asked)]
    return f"{counts[0]} bars, {sum(counts[1:])} actions"


def calls_of(host: str) -> int:
    """How many calls the stand-in has answered since it was asked last."""
    import requests

    return int(requests.get(f"{host}/calls", timeout=30).text)


def cpu_of_children() -> float:
    """Seconds of CPU of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(symbols: int, latency: float, per_minute: int) -> None:
    """Run each contestant in a process of its own, and say how long it took."""
    took = {}
    spawned = get_context("spawn")
    contestants: dict[str, Callable[..., None]] = {
        "ours": ours, "again": again, f"{THREADS} threads": threads, "dlt": dlt}  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as folder,
        stand_in(latency) as host,
        databases([name for name in contestants if name != "again"]) as urls,
    ):
        os.environ["DLT_ENVIRONMENT"] = dlt_environment(folder)
        for name, contestant in contestants.items():
            print(f"{name}, {symbols} symbols, {latency * 1000:.0f} ms:", flush=True)
            whose = "ours" if name == "again" else name
            about = (host, urls[whose], names(symbols), per_minute, f"{folder}/{whose}")
            process = spawned.Process(target=contestant, args=about)
            calls_of(host)
            begun, used = time.monotonic(), cpu_of_children()
            process.start()
            process.join()
            took[name] = time.monotonic() - begun
            used = cpu_of_children() - used
            print(f"  {'all, with the imports':<22}{took[name]:8.2f} s {used:8.2f} s CPU")
            print(f"  {calls_of(host)} calls; {rows_in(urls[whose])}", flush=True)
    best = took["ours"]
    print(", ".join(f"{name} {seconds / best:.2f} times ours" for name, seconds in took.items()))


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    asked = [*given, *(300.0, 200.0, 1e8)[len(given) :]]
    main(int(asked[0]), asked[1] / 1000, int(asked[2]))
