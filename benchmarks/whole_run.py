"""Measure a whole run of new symbols against a stand-in: ours, and plain scripts that people write.

    python -m benchmarks.whole_run [symbols] [latency in ms] [calls a minute]

Each symbol takes three calls: bars, splits, dividends. Ours plans, reserves in the ledger, keeps each body,
reads, validates, loads and reports, in one process and without Airflow around it (a task takes 1 to 2 s to
start). Beside it 16 threads of requests with pandas and execute_values: no ledger, no bodies, no rules, no
history. Figures are seconds, CPU seconds of this process and its peak memory; the ratios count.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
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


def ours(host: str, url: str, symbols: list[str], per_minute: int, folder: str) -> None:
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
    from include.plan.start import start
    from include.report.closing import close_run
    from include.report.summary import headline
    from include.warehouse.connections import connect_to
    from include.warehouse.origins import claim_origin
    from include.warehouse.runs import RunRequest, find_run

    store = ObjectStoragePath(f"file://{folder}/store")
    stage = measured()
    with connect_to(url) as warehouse:
        claim_origin(warehouse, "sandbox")
        asked = RunRequest("stock_data_pipeline", "benchmark", symbols, now=NOW.isoformat())

        def allowance(run: Any) -> Any:
            return entitled(warehouse, api_of(run), within=timedelta(0), now=NOW)

        groups = start(warehouse, asked, allowance=allowance)
        run = find_run(warehouse, asked.dag_id, asked.run_id)
        stage("plan")
        calls = sum(map(len, groups))
        for group in groups:
            with api_of(run).client_for(len(group)) as client:
                how: Any = {
                    "entitlement": Entitlement(client, warehouse, run.now),
                    "in_flight": in_flight_of(client),
                }
                if errors := Fetcher(run, warehouse, client, store, **how).fetch(group):
                    raise errors[0]
        stage(f"fetch of {calls} calls")
        accepted = validate(warehouse, run, store=store, reports=Path(folder)).accepted
        stage("validate")
        load_run(warehouse, run, ObjectStoragePath(accepted))
        warehouse.commit()
        stage("load")
        closed = close_run(warehouse, run)
        print("   ", headline(closed.results))
        stage("report")
        again = RunRequest("stock_data_pipeline", "again", symbols, now=NOW.isoformat())
        left = start(warehouse, again, allowance=allowance)
        rerun = find_run(warehouse, again.dag_id, again.run_id)
        nothing = validate(warehouse, rerun, store=store, reports=Path(folder)).accepted
        load_run(warehouse, rerun, ObjectStoragePath(nothing))
        warehouse.commit()
        print("   ", f"{sum(map(len, left))} calls,", headline(close_run(warehouse, rerun).results))
        stage("rerun of the day")


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


def main(symbols: int, latency: float, per_minute: int) -> None:
    """Run each contestant in a process of its own, and say how long it took."""
    took = {}
    spawned = get_context("spawn")
    contestants: dict[str, Callable[..., None]] = {"ours": ours, f"{THREADS} threads": threads}
    with (
        stand_in(latency) as host,
        databases(list(contestants)) as urls,
        tempfile.TemporaryDirectory() as folder,
    ):
        for name, contestant in contestants.items():
            print(f"{name}, {symbols} symbols, {latency * 1000:.0f} ms:", flush=True)
            about = (host, urls[name], names(symbols), per_minute, f"{folder}/{name}")
            process = spawned.Process(target=contestant, args=about)
            begun = time.monotonic()
            process.start()
            process.join()
            took[name] = time.monotonic() - begun
            print(f"  {'all, with the imports':<22}{took[name]:8.2f} s (exit {process.exitcode})")
    best = took["ours"]
    print(", ".join(f"{name} {seconds / best:.2f} times ours" for name, seconds in took.items()))


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    asked = [*given, *(300.0, 200.0, 1e8)[len(given) :]]
    main(int(asked[0]), asked[1] / 1000, int(asked[2]))
