"""Measure the load of new symbols with their bars, splits and dividends, against bare COPY of the bars.

    python -m benchmarks.new_symbols [symbols] [rounds]

Each symbol has 100 bars, a list of splits and a list of dividends that the gate has accepted. Each round
has a database of its own on one embedded PostgreSQL; a figure is the median, and so is the ratio.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.load import ACCEPTED, FETCHED, NOW, bare_copy, databases, make_bars, seconds
from benchmarks.stand_in import SPLITS, dividends
from include.datasets.base import Batch, Body, Dataset
from include.datasets.corporate_actions import CORPORATE_ACTIONS, read_actions
from include.datasets.daily_bars import DAILY_BARS
from include.gate.accepted import write_accepted
from include.gate.batches import batch_of
from include.load.run import load_run
from include.market.instruments import write_sessions
from include.warehouse.connections import connect_to
from include.warehouse.runs import Request, Run, RunRequest, record_requests, start_run

if TYPE_CHECKING:
    import pyarrow as pa
    from airflow.sdk import ObjectStoragePath
    from psycopg import Connection

LISTS = {"SPLITS": SPLITS, "DIVIDENDS": dividends(2016, "1.67")}


def started(connection: Connection[Any], bars: pa.Table, folder: Path) -> tuple[Run, ObjectStoragePath]:
    """A run that has fetched bars and both lists of each symbol, and where what may enter of it is."""
    import pyarrow.parquet as pq
    from airflow.sdk import ObjectStoragePath

    symbols = bars["symbol"].unique().to_pylist()
    asked = RunRequest("benchmark", str(time.monotonic()), now=NOW.isoformat())
    run = start_run(connection, asked, clock=NOW, symbols=symbols)
    write_sessions(connection, "XNYS")
    about: Any = {"path": "body", "origin": "sandbox", "fetched_at": FETCHED, "final_through": FETCHED.date()}
    requests = [Request(s, f, "fetched", "", **about) for s in symbols for f in (DAILY_BARS.function, *LISTS)]
    record_requests(connection, run, requests)
    accepted = ObjectStoragePath(f"file://{folder}/accepted-{run.id}")
    for dataset in (DAILY_BARS, *CORPORATE_ACTIONS):
        own = [request for request in requests if request.function == dataset.function]
        connection.execute(ACCEPTED, (run.id, [dataset.name_of(request.symbol) for request in own]))
        if dataset is not DAILY_BARS:
            write_accepted([_list_of(dataset, request) for request in own], accepted)
    pq.write_table(bars, f"{folder}/accepted-{run.id}/daily_bars.parquet")
    connection.commit()
    return run, accepted


def _list_of(dataset: Dataset, request: Request) -> Batch:
    content = json.dumps({"symbol": request.symbol, "data": LISTS[request.function]}).encode()
    rows = read_actions(Body(content, request.symbol, request.function, FETCHED))
    return batch_of(dataset, request, rows)


def ours(url: str, bars: pa.Table, folder: Path) -> float:
    """Seconds of the load of a run."""
    with connect_to(url) as connection:
        run, accepted = started(connection, bars, folder)

        def go() -> None:
            load_run(connection, run, accepted)
            connection.commit()

        return seconds(url, go)


def main(symbols: int = 2_000, rounds: int = 3) -> None:
    from airflow.sdk import ObjectStoragePath  # its import takes seconds, and is no part of a load

    ObjectStoragePath("file:///").exists()
    bars = make_bars(symbols * 100, FETCHED.date(), sessions=100)
    names = [f"{kind}_{number}" for number in range(rounds) for kind in ("ours", "copy")]
    with tempfile.TemporaryDirectory() as folder, databases(names) as urls:
        pairs = []
        for number in range(rounds):
            mine, bare = urls[f"ours_{number}"], urls[f"copy_{number}"]
            pairs.append((ours(mine, bars, Path(folder)), seconds(bare, bare_copy(bare, bars))))
    taken, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"{symbols:,} new symbols, {len(bars):,} bars, {2 * symbols:,} lists, median of {rounds}")
    print(f"  load of the run {taken:6.2f} s, bare COPY of the bars {bare:6.2f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
