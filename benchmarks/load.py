"""Measure the load of daily bars: ours, bare COPY, dlt's upsert, psycopg2's execute_values with ON CONFLICT.

    python -m benchmarks.load [rounds] [rows ...]

All start at the same Arrow table, newest bar first as the API serves it; execute_values at the tuples made of
it, unmeasured. Each has a database of its own on one embedded PostgreSQL: the warehouse's schema, and for dlt
the table that dlt makes, which has no index. Bare COPY sends the same bytes as ours into the same table; it
can only add. The contestants take turns after a checkpoint, so that a busy machine hurts all of them; each
figure is a median, and so is each ratio. All of it takes about twenty minutes.

A reload brings bodies fetched a day later: the same values, or one bar in a hundred with another volume.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from include.datasets.daily_bars.known import bar_schema
from include.load.copying import copy_rows
from include.load.daily_bars import _as_new, load_bars
from include.local import postgres
from include.warehouse.connections import connect_to
from include.warehouse.migrations.upgrade import upgrade
from include.warehouse.runs import RunRequest, start_run

if TYPE_CHECKING:
    import pyarrow as pa

FETCHED = datetime(2026, 5, 16, 6, tzinfo=UTC)
NOW = FETCHED + timedelta(hours=1)
SESSIONS = 5_000
SCENARIOS = ("first load", "unchanged reload", "1% changed", "symbols hold rows")
DEAD = "dead tuples after the unchanged reload"
ACCEPTED = (
    "insert into verdict (pipeline_run_id, symbol, accepted, bars, refused_bars, warnings, reasons) "
    "select %s, unnest(%s::text[]), true, 1, 0, 0, '{}'"
)
Go = Callable[[], object]


def make_bars(rows: int, newest: date, sessions: int = SESSIONS) -> pa.Table:
    """Bars of as many symbols as it takes, up to that many weekdays of each."""
    import pyarrow as pa

    draw = Random(1)
    days = [newest - timedelta(days=back) for back in range(SESSIONS * 7 // 5)]
    weekdays = [day for day in days if day.weekday() < 5][: min(sessions, rows // 10)]
    pairs = ((f"S{number:04d}", day) for number in range(rows // len(weekdays)) for day in weekdays)
    bars = [_bar(draw, symbol, day) for symbol, day in pairs]
    schema = accepted_schema()
    return pa.table(list(map(list, zip(*bars, strict=True))), schema=schema)


def accepted_schema() -> pa.Schema:
    """The columns of accepted bars."""
    import pyarrow as pa

    return (
        bar_schema()
        .append(pa.field("of_subject", pa.string()))
        .append(pa.field("fetched_at", pa.timestamp("us", "UTC")))
    )


def _bar(draw: Random, symbol: str, day: date) -> tuple[Any, ...]:
    low, step, span = draw.randrange(900_000, 2_500_000), draw.randrange(9_000), draw.randrange(9_000)
    prices = (Decimal(value).scaleb(-4) for value in (low + step, low + 18_000, low, low + span))
    return (symbol, day, *prices, draw.randrange(10**6, 10**8), True, symbol, FETCHED)


def fetched_later(bars: pa.Table, *, changed: bool) -> pa.Table:
    """The same bars of bodies fetched a day later; one in a hundred with another volume, if changed."""
    import pyarrow as pa

    later = pa.array([FETCHED + timedelta(days=1)] * len(bars), bars.schema.field("fetched_at").type)
    moved = bars.set_column(bars.column_names.index("fetched_at"), "fetched_at", later)
    volumes = bars["volume"].to_pylist()
    if changed:
        volumes[::100] = [volume + 1 for volume in volumes[::100]]
    return moved.set_column(bars.column_names.index("volume"), "volume", pa.array(volumes))


def ours(url: str, bars: pa.Table) -> Go:
    """include.load.daily_bars, with the verdicts it writes its counts into."""
    asked = RunRequest("benchmark", str(time.monotonic()), now=NOW.isoformat())
    with connect_to(url) as connection:
        run = start_run(connection, asked, clock=NOW, symbols=[])
        connection.execute(ACCEPTED, (run.id, bars["symbol"].unique().to_pylist()))

    def go() -> None:
        with connect_to(url) as connection:
            load_bars(connection, bars, run, now=NOW)

    return go


def bare_copy(url: str, bars: pa.Table) -> Go:
    """COPY into the indexed table, and nothing else."""

    def go() -> None:
        with connect_to(url) as connection:
            copy_rows(connection, "stock_data", _as_new(bars, NOW))

    return go


def execute_values(url: str, bars: pa.Table) -> Go:
    """Pages of 1,000 tuples, ON CONFLICT DO UPDATE."""
    import psycopg2
    from psycopg2.extras import execute_values

    rows = bars.drop_columns(["of_subject"])
    names = [*rows.column_names, "valid_from", "final_from"]
    columns = [column.to_pylist() for column in rows.columns]
    rows = list(zip(*columns, [NOW] * len(bars), [NOW] * len(bars), strict=True))
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[2:])
    conflict = f"on conflict (symbol, data_date) do update set {changes}"
    insert = f"insert into stock_data ({', '.join(names)}) values %s {conflict}"  # ruff: ignore[hardcoded-sql-expression]

    def go() -> None:
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            execute_values(cursor, insert, rows, page_size=1_000)

    return go


def dlt_upsert(url: str, bars: pa.Table, folder: str) -> Go:
    """dlt, write disposition merge, strategy upsert, its CSV files: the faster of its formats here."""
    import dlt

    destination = dlt.destinations.postgres(url)
    pipeline = dlt.pipeline("load", pipelines_dir=folder, destination=destination, dataset_name="bench")
    how: dict[str, Any] = {
        "table_name": "stock_data",
        "primary_key": ["symbol", "data_date"],
        "write_disposition": {"disposition": "merge", "strategy": "upsert"},
        "loader_file_format": "csv",
    }
    return lambda: pipeline.run(bars.drop_columns(["of_subject"]), **how)


@contextmanager
def databases(names: list[str]) -> Generator[dict[str, str]]:
    """A warehouse for each contestant, by URL."""
    with tempfile.TemporaryDirectory() as folder:
        server = postgres.start(Path(folder))
        try:
            yield {name: _warehouse(server, f"contestant_{number}") for number, name in enumerate(names)}
        finally:
            postgres.remove(Path(folder))


def _warehouse(server: postgres.Server, name: str) -> str:
    from sqlalchemy import create_engine

    execute(server.superuser_dsn(), f"create database {name}")
    url = server.superuser_dsn(name)
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    return url


def execute(url: str, query: str) -> list[tuple[Any, ...]]:
    """Execute one statement on a connection of its own, outside of a transaction."""
    with connect_to(url) as connection:
        connection.autocommit = True
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


def seconds(url: str, go: Go) -> float:
    """How long it takes, after a checkpoint."""
    execute(url, "checkpoint")
    start = time.perf_counter()
    go()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Contestant:
    """One way to load. ``merges``: it can load bars that are held."""

    prepare: Callable[[str, pa.Table], Go]
    table: str = "stock_data"
    merges: bool = True

    def play(self, url: str, bars: dict[str, pa.Table]) -> dict[str, float]:
        """The seconds of each scenario, and the dead tuples after the unchanged reload."""
        self.empty(url)
        taken = {"first load": seconds(url, self.prepare(url, bars["all"]))}
        if self.merges:
            taken["unchanged reload"] = seconds(url, self.prepare(url, bars["later"]))
            taken[DEAD] = self.dead_tuples(url)
            taken["1% changed"] = seconds(url, self.prepare(url, bars["changed"]))
        self.empty(url)
        self.prepare(url, bars["other"])()
        taken["symbols hold rows"] = seconds(url, self.prepare(url, bars["all"]))
        self.empty(url)
        return taken

    def empty(self, url: str) -> None:
        """Leave the table as if nothing had ever been loaded."""
        execute(url, f"truncate {self.table}")

    def dead_tuples(self, url: str) -> int:
        """Versions of rows that a vacuum has to clear away."""
        query = f"select n_dead_tup from pg_stat_user_tables where relid = '{self.table}'::regclass"  # ruff: ignore[hardcoded-sql-expression]
        return int(execute(url, query)[0][0])


def contestants(folder: str) -> dict[str, Contestant]:
    """Those that are installed."""
    found = {"ours": Contestant(ours), "bare COPY": Contestant(bare_copy, merges=False)}
    if importlib.util.find_spec("dlt"):
        os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
        found["dlt upsert"] = Contestant(partial(dlt_upsert, folder=folder), "bench.stock_data")
    if importlib.util.find_spec("psycopg2"):
        found["execute_values"] = Contestant(execute_values)
    return found


def measure(players: dict[str, Contestant], urls: dict[str, str], rows: int, rounds: int) -> None:
    """Print what each took, and how many times longer than ours, as medians over the rounds."""
    everything = make_bars(rows, date(2026, 5, 15))
    bars = {
        "all": everything,
        "later": fetched_later(everything, changed=False),
        "changed": fetched_later(everything, changed=True),
        "other": make_bars(rows, min(everything["data_date"].to_pylist()) - timedelta(days=1)),
    }
    for name, player in players.items():  # caches are warm, and dlt has made its table
        player.prepare(urls[name], bars["all"].slice(0, 10))()
    names = list(players)
    played = []
    for number in range(rounds):  # each begins in its turn, and works in the wake of another
        first = number % len(names)
        order = names[first:] + names[:first]
        played.append({name: players[name].play(urls[name], bars) for name in order})
    print(f"\n{len(bars['all']):,} bars, {len(bars['all']['symbol'].unique())} symbols, median of {rounds}")
    for scenario in (*SCENARIOS, DEAD):
        print(f"  {scenario}")
        for name in players:
            if scenario in played[0][name]:
                print(f"    {name:<16}{line(played, name, scenario)}")


def line(played: list[dict[str, dict[str, float]]], name: str, scenario: str) -> str:
    """One contestant's median, and its median ratio to ours; for ours, to its first load."""
    taken = [results[name][scenario] for results in played]
    if scenario == DEAD:
        return f"{statistics.median(taken):10,.0f}"
    ratio = statistics.median(results[name][scenario] / results["ours"][scenario] for results in played)
    return f"{statistics.median(taken):10.2f} s {ratio:8.2f} x ours"


def main(rounds: int = 4, *sizes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        players = contestants(folder)
        with databases(list(players)) as urls:
            for rows in sizes or (50_000, 500_000):
                measure(players, urls, rows, rounds)
    for name, package in (("dlt upsert", "dlt"), ("execute_values", "psycopg2")):
        if name not in players:
            print(f"\n{package} is not installed: {name} was not measured.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
