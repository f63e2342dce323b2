"""Kill -9 anywhere in the load of a run: the table and its views are as before or after; again helps."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from airflow.sdk import ObjectStoragePath

from include.gate.accepted import write_accepted
from include.load.views import refresh_views
from include.warehouse.connections import connect_to
from include.warehouse.runs import record_request
from tests.bars import SESSIONS, StockBar, batches_of
from tests.conftest import PROJECT
from tests.load.test_history import MONDAY, bar

pytestmark = pytest.mark.postgres

LOAD = """
import os, signal, sys
from contextlib import contextmanager
import psycopg
from airflow.sdk import ObjectStoragePath
from include.load.run import load_run
from include.warehouse.runs import find_run

left = int(sys.argv[2])

def point():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

class Copy:
    def __init__(self, copy):
        self.copy = copy
    def write(self, lines):
        half = len(lines) // 2
        for part in (lines[:half], lines[half:]):
            point()
            self.copy.write(part)
        point()

class Cursor(psycopg.Cursor):
    def execute(self, *args, **options):
        point()
        return super().execute(*args, **options)
    @contextmanager
    def copy(self, *args, **options):
        point()
        with super().copy(*args, **options) as copy:
            yield Copy(copy)
        point()

with psycopg.connect(sys.argv[1]) as connection:
    run = find_run(connection, "stock_data_pipeline", "killed")
    connection.cursor_factory = Cursor
    loaded = load_run(connection, run, ObjectStoragePath(sys.argv[3]))
    point()
print("committed", flush=True)
point()
print(*((symbol.new, symbol.changed, symbol.unchanged) for symbol in loaded))
"""


def corrected() -> list[StockBar]:
    """The bars of a second load: one changed, one new, one of a new symbol."""
    draw = random.Random(1)
    first = [bar("IBM", session, draw, MONDAY, True) for session in SESSIONS[:10]]
    return [
        replace(first[0], volume=first[0].volume + 1),
        *first[1:],
        bar("IBM", SESSIONS[10], draw, MONDAY, True),
        bar("MSFT", SESSIONS[10], draw, MONDAY, True),
    ]


@pytest.fixture
def held(warehouse, loading, validated, tmp_path) -> str:
    """The bars of the first load, in the table and its views; the accepted ones of a run about to load."""
    loading([replace(corrected()[0], volume=7), *corrected()[1:10]], "first", MONDAY)
    refresh_views(warehouse)
    run = validated(corrected(), "killed")
    batches = batches_of(corrected())
    for came in batches:
        record_request(warehouse, run, came.request)
    warehouse.commit()
    folder = f"file://{tmp_path}/accepted"
    write_accepted(batches, ObjectStoragePath(folder))
    return folder


def load(url: str, folder: str, points: int) -> subprocess.CompletedProcess[str]:
    """Load the run in a process of its own that kills itself after so many points."""
    command = [sys.executable, "-c", LOAD, url, str(points), folder]
    return subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)


def state(url: str) -> list[list[tuple]]:
    """All rows the load writes, and what the views say."""
    relations = ("stock_data", "stock_data_history", "verdict", "latest_price", "symbol_coverage")
    with connect_to(url) as connection:
        return [
            connection.execute(f"select * from {name} order by 1, 2".encode()).fetchall()
            for name in relations
        ]


def test_killed_anywhere_the_table_and_its_views_are_as_before_or_as_after(warehouse_url, held):
    before = state(warehouse_url)
    died = 0
    while (done := load(warehouse_url, held, died)).returncode:
        assert done.returncode == -signal.SIGKILL, done.stderr
        died += 1
        if done.stdout == "committed\n":
            break
        assert state(warehouse_url) == before
    assert died >= 30
    after = state(warehouse_url)
    with connect_to(warehouse_url) as connection:
        bars = connection.execute("select symbol, data_date, volume from stock_data order by 1, 2").fetchall()
        seen = connection.execute("select symbol, data_date, volume from latest_price order by 1").fetchall()
    assert bars == sorted((b.symbol, b.data_date, b.volume) for b in corrected())
    assert seen == [bars[10], bars[11]]

    # Nobody heard that it was done, so it is tried again: nothing changes, and it still says what it did.
    again = load(warehouse_url, held, 1_000)
    assert again.stdout.splitlines() == ["committed", "(1, 1, 9) (1, 0, 0)"]
    assert state(warehouse_url) == after
