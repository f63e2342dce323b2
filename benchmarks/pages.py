"""Measure each page and API route against the bare SELECT of the same rows, through psql.

    python -m benchmarks.pages [rounds] [symbols] [sessions]

An embedded PostgreSQL holds 1,000 symbols of 5,000 sessions, a gap, a dividend and a revision in each, and
60 runs and 100,000 calls. The application is asked without Airflow around it and without its login; the ratio
is of two medians, in turns.
"""

from __future__ import annotations

import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from unittest import mock

from benchmarks.load import _warehouse, execute
from include.local import postgres
from include.local.place import wheel_programs
from include.market.instruments import write_sessions
from include.warehouse.connections import connect_to
from include.warehouse.statements import statement

FILL = Path(__file__).with_name("pages.sql")
NOW = datetime(2026, 5, 16, 6, tzinfo=UTC)
SYMBOL = "S0001"  # in a market of any size
BARS = "select * from stock_data where symbol = %(symbol)s order by data_date"
ROUTES = {
    "": """
        select symbol, data_date, is_final from stock_data
        where data_date = any(%(sessions)s)
        and symbol in (select symbol from instrument order by symbol limit 100)
        """,
    f"symbol/{SYMBOL}": f"{BARS} desc limit 100",
    "quality": """
        select * from verdict where pipeline_run_id in (select id from pipeline_run order by id desc limit 20)
        """,
    "budget": "select * from api_call where reserved_at > '2026-05-02 06:00Z'",
    "api/symbols?limit=1000": """
        select instrument.*, held.*, newest.close, newest.is_final from instrument
        left join symbol_coverage as held using (symbol) left join latest_price as newest using (symbol)
        order by instrument.symbol
        """,
    f"api/bars/{SYMBOL}?limit=5000": BARS,
    f"api/bars/{SYMBOL}?limit=5000&adjusted=full": BARS.replace("stock_data", "stock_data_adjusted"),
    f"api/bars/{SYMBOL}?format=csv": BARS,
    "api/coverage?limit=1000": """
        select * from instrument left join symbol_coverage using (symbol)
        left join adjustment_coverage using (symbol) order by symbol
        """,
    "api/gaps?limit=1000": "select * from gap where valid_to is null order by id limit 1000",
}
"""What is asked, and the SELECT of the same rows."""


def fill(url: str, symbols: int, sessions: int) -> None:
    """Write the bars of a market that nobody trades in."""
    with connect_to(url) as connection:
        write_sessions(connection, "XNYS")
        for statement in FILL.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.execute(statement.encode(), {"symbols": symbols, "sessions": sessions, "now": NOW})
        for view in ("latest_price", "symbol_coverage"):  # those the pages read
            connection.execute(f"refresh materialized view {view}".encode())
    execute(url, "vacuum analyze")


@contextmanager
def application(url: str) -> Generator[Callable[[str], int]]:
    """The application on that warehouse, asked as by one who has a login."""
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi.testclient import TestClient

    from include.web.access import READS
    from include.web.app import create_app
    from include.web.sources import Sources

    app = create_app(
        Sources(lambda: connect_to(url), lambda: connect_to(url), lambda: NOW, lambda: 25, lambda: None)
    )
    app.dependency_overrides |= {READS.dependency: lambda: None, get_user: lambda: None}
    with TestClient(app) as client, mock.patch("include.web.quality.may_decide", return_value=False):
        logging.getLogger("httpx2").setLevel(logging.WARNING)  # Airflow would have each request told
        yield lambda path: len(client.get(f"/{path}").raise_for_status().content)


def bare(url: str, query: str, sessions: list[date]) -> None:
    """Have psql print the rows of a SELECT; its start is in the time, as a connection is in an answer's."""
    days = ", ".join(f"'{day}'" for day in sessions)
    query = query.replace("%(symbol)s", f"'{SYMBOL}'").replace("%(sessions)s", f"array[{days}]::date[]")
    command = [wheel_programs() / "psql", "-XqAt", "-c", query, url]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def last_sessions(url: str) -> list[date]:
    """Those that the overview shows."""
    with connect_to(url) as connection:
        found = connection.execute(
            statement("web/last_sessions"), {"exchanges": ["XNYS"], "now": NOW, "sessions": 100}
        )
        return [session for (session,) in found]


def seconds(go: Callable[[], object]) -> float:
    start = time.perf_counter()
    go()
    return time.perf_counter() - start


def main(rounds: int = 9, symbols: int = 1000, sessions: int = 5000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = postgres.start(Path(folder))
        try:
            url = _warehouse(server, "pages")
            print(f"filled in {seconds(partial(fill, url, symbols, sessions)):.0f} s")
            with application(url) as ask:
                days = last_sessions(url)
                for path, query in ROUTES.items():
                    bare(url, query, days), ask(path)
                    taken = [
                        (seconds(partial(ask, path)), seconds(partial(bare, url, query, days)))
                        for _ in range(rounds)
                    ]
                    ours, theirs = (statistics.median(times) * 1000 for times in zip(*taken, strict=True))
                    print(f"{path or '(overview)':<45}{ours:8.1f} ms{theirs:8.1f} ms{ours / theirs:6.2f} x")
        finally:
            postgres.remove(Path(folder))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
