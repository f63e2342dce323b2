"""Measure the load of new symbols with their bars, splits and dividends, against bare COPY of the bars.

    python -m benchmarks.new_symbols [symbols] [rounds]

Each symbol has 100 bars, a list of splits and a list of dividends in the raw store. Each round has a database
of its own on one embedded PostgreSQL; a figure is the median, and so is the ratio.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.load import ACCEPTED, FETCHED, NOW, bare_copy, databases, make_bars
from include.load.run import load_run
from include.market.instruments import write_sessions
from include.warehouse.connections import connect_to
from include.warehouse.runs import Request, Run, RunRequest, record_request, start_run

if TYPE_CHECKING:
    import pyarrow as pa
    from psycopg import Connection

DIVIDENDS = [
    {"ex_dividend_date": f"{year}-{month:02d}-08", "amount": "1.67"}
    | dict.fromkeys(("declaration_date", "record_date", "payment_date"), f"{year}-{month:02d}-09")
    for year in range(2016, 2026)
    for month in (2, 5, 8, 11)
]
SPLITS = [{"effective_date": "2020-08-31", "split_factor": "4.0000"}]
LISTS = {"SPLITS": SPLITS, "DIVIDENDS": DIVIDENDS}


def started(connection: Connection[Any], symbols: Sequence[str], folder: Path) -> Run:
    """A run that has fetched both lists of each symbol, and whose bars were accepted."""
    asked = RunRequest("benchmark", str(time.monotonic()), now=NOW.isoformat())
    run = start_run(connection, asked, clock=NOW, symbols=symbols)
    write_sessions(connection, "XNYS")
    connection.execute(ACCEPTED, (run.id, list(symbols)))
    for symbol in symbols:
        for function, rows in LISTS.items():
            path = folder / f"{symbol}-{function}.json"
            path.write_text(json.dumps({"symbol": symbol, "data": rows}))
            about = {"path": f"file://{path}", "origin": "sandbox", "fetched_at": FETCHED}
            request = Request(symbol, function, "fetched", "", final_through=FETCHED.date(), **about)
            record_request(connection, run, request)
    connection.commit()
    return run


def ours(url: str, bars: pa.Table, folder: Path) -> float:
    """Seconds of the load of a run."""
    with connect_to(url) as connection:
        run = started(connection, bars["symbol"].unique().to_pylist(), folder)
        begun = time.perf_counter()
        load_run(connection, bars, run)
        connection.commit()
        return time.perf_counter() - begun


def copied(url: str, bars: pa.Table) -> float:
    """Seconds of COPY of the same bars into the same table."""
    begun = time.perf_counter()
    bare_copy(url, bars)()
    return time.perf_counter() - begun


def main(symbols: int = 2_000, rounds: int = 3) -> None:
    from airflow.sdk import ObjectStoragePath  # its import takes seconds, and is no part of a load

    ObjectStoragePath("file:///").exists()
    bars = make_bars(symbols * 100, FETCHED.date(), sessions=100)
    names = [f"{kind}_{number}" for number in range(rounds) for kind in ("ours", "copy")]
    with tempfile.TemporaryDirectory() as folder, databases(names) as urls:
        pairs = [
            (ours(urls[f"ours_{number}"], bars, Path(folder)), copied(urls[f"copy_{number}"], bars))
            for number in range(rounds)
        ]
    taken, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"{symbols:,} new symbols, {len(bars):,} bars, {2 * symbols:,} lists, median of {rounds}")
    print(f"  load of the run {taken:6.2f} s, bare COPY of the bars {bare:6.2f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
