"""Kill -9 with several calls under way: a rerun makes those again, and no other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from include.warehouse.connections import connect_to
from include.warehouse.runs import requests_of
from tests.conftest import PROJECT

pytestmark = pytest.mark.postgres
AT_ONCE, ANSWERED = 4, 10
SYMBOLS = tuple(f"S{number}" for number in range(24))
BARS = b"timestamp,open,high,low,close,volume\n2026-05-15,218.2,220.91,217.615,219.3,6154450\n"
FETCH = """
import sys
import psycopg
from airflow.sdk import ObjectStoragePath
from airflow_provider_alphavantage.client import AlphaVantageClient
from include.fetch.fetcher import Fetcher
from include.fetch.in_flight import InFlight
from include.plan.needs import PlannedRequest
from include.warehouse.runs import find_run

url, host, store, at_once, *symbols = sys.argv[1:]
options = {"plan": "premium", "calls_per_minute": 60000}
client = AlphaVantageClient("WORKER9KEY9999", host=host, options=options)
with psycopg.connect(url) as connection:
    run = find_run(connection, "stock_data_pipeline", "killed")
    in_flight = InFlight(1e6, int(at_once))
    fetcher = Fetcher(run, connection, client, ObjectStoragePath(store), in_flight=in_flight)
    errors = fetcher.fetch(PlannedRequest(symbol, "compact", "TIME_SERIES_DAILY") for symbol in symbols)
    print(errors)
"""


class Vendor(ThreadingHTTPServer):
    """Answers so many calls, and keeps the others waiting until it is let go on."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[str] = []
        self.lock, self.all_wait, self.go_on = threading.Lock(), threading.Event(), threading.Event()

    def take(self, symbol: str) -> None:
        with self.lock:
            self.asked.append(symbol)
            held = len(self.asked) - ANSWERED
        if held == AT_ONCE:
            self.all_wait.set()
        if held > 0:
            self.go_on.wait(60)


class Answering(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self) -> None:
        self.server.take(parse_qs(urlsplit(self.path).query)["symbol"][0])
        self.send_response(200)
        self.send_header("Content-Type", "application/x-download")
        self.send_header("Content-Length", str(len(BARS)))
        self.end_headers()
        self.wfile.write(BARS)

    def handle(self) -> None:
        with suppress(ConnectionError):  # who asked was killed
            super().handle()

    def log_message(self, *about: object) -> None:
        pass


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_worker_killed_with_calls_under_way_makes_those_again_and_no_other(
    warehouse, warehouse_url, started, vendor, tmp_path
):
    run = started(*SYMBOLS, run_id="killed")
    address = f"http://127.0.0.1:{vendor.server_port}"
    about = [warehouse_url, address, f"file://{tmp_path}/store", str(AT_ONCE), *SYMBOLS]
    command = [sys.executable, "-c", FETCH, *about]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as worker:
        assert vendor.all_wait.wait(60)
        os.kill(worker.pid, signal.SIGKILL)
    assert worker.returncode == -signal.SIGKILL
    with connect_to(warehouse_url) as connection:
        assert {one.symbol for one in requests_of(connection, run)} == set(SYMBOLS[:ANSWERED])

    vendor.go_on.set()
    done = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    twice = [symbol for symbol, times in Counter(vendor.asked).items() if times > 1]
    assert sorted(twice) == sorted(SYMBOLS[ANSWERED : ANSWERED + AT_ONCE])
    assert len(vendor.asked) == len(SYMBOLS) + AT_ONCE
    assert {one.symbol: one.outcome for one in requests_of(warehouse, run)} == dict.fromkeys(
        SYMBOLS, "fetched"
    )
