"""Measure the pages over 1,000 symbols x 5,000 sessions: each against its own statements sent through psql.

    python -m benchmarks.pages [symbols] [sessions]

A page is read and rendered in this process, so Airflow's login and HTTP are not in the figures. psql sends
the statements the page sent, values filled in, and throws their rows away; the time it takes to start and to
log in is taken off. Each figure is the median of seven.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.instruments import register, write_sessions
from include.local import postgres
from include.local.place import wheel_programs
from include.migrations.upgrade import upgrade
from include.warehouse import connect_to
from include.web.budget import budget_page
from include.web.overview import overview
from include.web.rendering import render
from include.web.symbol import symbol_page

if TYPE_CHECKING:
    from psycopg import Connection

NOW = datetime(2026, 5, 16, 6, tzinfo=UTC)
BARS = """
insert into stock_data
(symbol, data_date, open, high, low, close, volume, fetched_at, is_final, valid_from, final_from)
select
    instrument.symbol, day.session, 100, 102, 99, 101.25, 1000000 + day.position,
    %(now)s, true, %(now)s, %(now)s
from instrument
cross join (
    select session, position from exchange_session
    where exchange = 'XNYS' and session <= '2026-05-15' order by session desc limit %(sessions)s
) as day
"""


def fill(connection: Connection[Any], symbols: int, sessions: int) -> None:
    """Hold so many sessions of so many symbols."""
    write_sessions(connection, "XNYS")
    register(connection, [f"S{number:04d}" for number in range(symbols)], through=date(2026, 5, 15))
    connection.execute(BARS, {"now": NOW, "sessions": sessions})
    for view in ("symbol_coverage", "latest_price"):
        connection.execute(f"refresh materialized view {view}".encode())
    connection.commit()
    connection.autocommit = True
    connection.execute("vacuum analyze")


def median(action: Callable[[], object]) -> float:
    """The median of seven runs, in milliseconds."""
    action()
    taken = []
    for _ in range(7):
        began = time.perf_counter()
        action()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def statements_of(url: str, page: Callable[[Connection[Any]], object]) -> str:
    """What a page asks, values filled in."""
    from psycopg import ClientCursor

    asked: list[str] = []

    class Noting(ClientCursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Noting:
            asked.append(self.mogrify(query, params) if params else query.decode())
            return super().execute(query, params, **more)

    with connect_to(url) as connection:
        connection.cursor_factory = Noting
        page(connection)
    return ";\n".join(asked) + ";\n"


def through_psql(url: str, statements: str) -> float:
    """How long psql takes for these, without its own start."""

    def run(text: str) -> Callable[[], object]:
        program = wheel_programs() / "psql"
        return lambda: subprocess.run([program, url, "-qo", "/dev/null"], input=text, text=True, check=True)

    return median(run(statements)) - median(run("select 1;\n"))


def main(symbols: int = 1000, sessions: int = 5000) -> None:
    """Print a line for each page."""
    pages: dict[str, Callable[[Connection[Any]], object]] = {
        "overview": lambda at: render(
            "overview.html", base="", origin=None, now=NOW, page=overview(at, now=NOW, per_day=25)
        ),
        "symbol": lambda at: render(
            "symbol.html", base="", origin=None, page=symbol_page(at, "S0007", "none")
        ),
        "budget": lambda at: render(
            "budget.html", base="", origin=None, now=NOW,
            page=budget_page(at, now=NOW, per_day=25, watchlist=None),
        ),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        server = postgres.start(Path(folder))
        try:
            _measure(server.superuser_dsn(), pages, symbols, sessions)
        finally:
            postgres.remove(Path(folder))


def _measure(
    url: str, pages: dict[str, Callable[[Connection[Any]], object]], symbols: int, sessions: int
) -> None:
    from sqlalchemy import create_engine

    with create_engine(url.replace("postgresql://", "postgresql+psycopg://")).begin() as engine:
        upgrade(engine)
    with connect_to(url) as connection:
        fill(connection, symbols, sessions)
        for name, page in pages.items():
            ours = median(lambda page=page: page(connection))  # type: ignore[misc]
            psql = through_psql(url, statements_of(url, page))
            print(
                f"{name}: {ours:.0f} ms, its statements through psql {psql:.0f} ms: {ours / psql:.1f} times"
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
