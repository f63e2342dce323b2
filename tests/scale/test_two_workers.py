"""Two workers that share no folder; one of them is lost in the middle of a run."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from include.fetch.raw_store import read_path
from include.local import processes

from .cluster import CONCURRENCY, WORKERS, Cluster, until
from .conftest import BUCKET, SYMBOLS

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.postgres,
    pytest.mark.airflow,
    pytest.mark.skipif(not os.environ.get("SCALE"), reason="takes minutes: `make test-scale` runs it"),
]
PIPELINE, FETCH = "stock_data_pipeline", "fetch_stock_data"
LOST, LEFT = WORKERS


def keys(s3) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def busy(airflow: Cluster, run: str, plan: list[str]) -> set[int]:
    """The fetches that the worker to be lost works on, each with a call under way."""
    asked = {symbol for (symbol,) in airflow.rows("select symbol from api_call where outcome is null")}
    return {
        one["map_index"]
        for one in airflow.instances(PIPELINE, run, FETCH)
        if one["state"] == "running"
        and plan[one["map_index"]] in asked
        and airflow.worker_of(one["pid"]) == LOST
    }


def test_a_worker_is_lost_and_the_run_ends_right(airflow, sandbox, s3):
    airflow.start(*WORKERS)
    run = airflow.run(PIPELINE)
    until("some symbols are fetched", lambda: len(sandbox.calls()) > 40, 300)
    plan = [group[0]["symbol"] for group in airflow.api.xcom(PIPELINE, run, "pipeline_start")]
    lost = until(f"{LOST} waits for an answer", lambda: busy(airflow, run, plan))
    airflow.kill(LOST)
    calls_before = len(sandbox.calls())
    assert airflow.end(PIPELINE, run) == "success", airflow.log("scheduler")[-3000:]
    assert calls_before < len(sandbox.calls())

    bars = dict(airflow.rows("select symbol, count(*)::int from stock_data group by symbol"))
    assert bars == dict.fromkeys(SYMBOLS, 100)
    tries = {one["map_index"]: one["try_number"] for one in airflow.instances(PIPELINE, run, FETCH)}
    again = {index for index, number in tries.items() if number > 1}
    assert lost <= again
    assert len(again) <= CONCURRENCY

    asked = Counter((call["function"], call["symbol"]) for call in sandbox.calls())
    twice = [symbol for (_, symbol), times in asked.items() if times > 1]
    assert max(asked.values()) <= 2
    assert len(twice) == len(set(twice)), "more than one call of a task was made again"
    assert set(twice) <= {plan[index] for index in again}
    cut_off = airflow.rows("select symbol from api_call where outcome is null")
    assert {symbol for (symbol,) in cut_off} <= set(twice)
    assert cut_off
    ledger = airflow.rows("select function, coalesce(symbol, 'none') from api_call")
    assert Counter(ledger) == asked


def test_both_workers_worked_and_share_no_folder(airflow, s3):
    for name in WORKERS:
        assert airflow.log(name).count("succeeded in ") > 2, airflow.log(name)[-3000:]
        assert not (airflow.home(name) / "market_data").exists()
    run_dir = airflow.asked.run_dir
    used = {Path(file.path) for process in processes.ours(run_dir, LEFT) for file in process.open_files()} - {
        processes.log_path(run_dir, LEFT)
    }
    assert {path for path in used if path.is_relative_to(run_dir)} == {
        path for path in used if path.is_relative_to(airflow.home(LEFT))
    }


def test_the_bucket_holds_every_body_whole_and_nothing_beside(airflow, s3):
    bodies = [key for key in keys(s3) if key.startswith("market/raw/")]
    assert all(read_path(key) for key in bodies), bodies
    paths = {path.partition(f"@{BUCKET}/")[2] for (path,) in airflow.rows("select path from request")}
    assert paths <= set(bodies)
    assert [key for key in keys(s3) if key.startswith("market/accepted/")]


def test_the_log_of_each_task_is_read_although_its_worker_is_gone(airflow):
    ((run,),) = airflow.rows("select run_id from pipeline_run")
    for one in airflow.instances(PIPELINE, run, FETCH):
        path = f"/api/v2/dags/{PIPELINE}/dagRuns/{run}/taskInstances/{FETCH}/logs/{one['try_number']}"
        log = airflow.api._request("GET", path, params={"map_index": one["map_index"]}).text
        assert f"kept at s3://aws_default@{BUCKET}/market/raw/" in log


def test_tasks_per_second_with_one_and_with_two_workers(airflow, say):
    measured: dict[str, list[float]] = {"nothing": [], FETCH: []}
    for workers in (WORKERS[1:], WORKERS):
        airflow.start(*workers)
        run = airflow.run("throughput", tasks=60)
        assert airflow.end("throughput", run) == "success"
        measured["nothing"].append(airflow.tasks_per_second("throughput", run, "nothing"))
        run = airflow.run(PIPELINE, force=True)
        assert airflow.end(PIPELINE, run) == "success"
        measured[FETCH].append(airflow.tasks_per_second(PIPELINE, run, FETCH))
    for task, (one, two) in measured.items():
        say(f"{task}: {one:.2f} tasks/s with one worker, {two:.2f} with two (x {two / one:.2f})")
    assert measured[FETCH][1] > measured[FETCH][0]
