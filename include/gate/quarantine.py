"""The quarantine: what awaits a person's decision, and judging its stored bodies again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from include.fetch.raw_store import is_stored
from include.fetch.stored import newest_body
from include.gate.decisions import Kind, check_decision, decide, symbols_of
from include.plan.clock import clock_of
from include.settings import DAILY
from include.warehouse.runs import Request, Run, RunRequest, record_request, start_run
from include.warehouse.statements import statement

Action = Literal["release", "discard", "replay"]


@dataclass(frozen=True)
class OpenRow:
    """Values that keep their symbol out and await a decision, however often they came."""

    id: int
    symbol: str
    data_date: date
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal | None
    volume: Decimal | None
    rules: list[str]
    first_seen: datetime
    last_seen: datetime
    times: int


@dataclass(frozen=True)
class Instruction:
    """What a person wants done with rows of the quarantine."""

    action: Action
    rows: Sequence[int]
    who: str
    why: str

    @property
    def decision(self) -> Kind | None:
        """The decision it asks for; a replay is none."""
        decisions: dict[Action, Kind] = {"release": "released", "discard": "discarded"}
        return decisions.get(self.action)


def open_rows(connection: Connection[Any]) -> list[OpenRow]:
    """Return what awaits a decision, by symbol and session."""
    with connection.cursor(row_factory=class_row(OpenRow)) as cursor:
        return cursor.execute(statement("gate/open_rows")).fetchall()


def table(rows: Sequence[OpenRow], width: int = 150, most: int = 200) -> str:
    """Return what is open as text, a line for each row, and how many more there are than are shown."""
    from rich.console import Console
    from rich.table import Table

    if not rows:
        return "Nothing in quarantine awaits a decision."
    values = ("open", "high", "low", "close", "volume")
    drawn = Table("id", "symbol", "session", *values, "broken rules", "first seen", "last seen", "times")
    for row in rows[:most]:
        bar = (getattr(row, name) for name in values)
        seen = (f"{row.first_seen:%Y-%m-%d}", f"{row.last_seen:%Y-%m-%d}", row.times)
        cells = (row.id, row.symbol, row.data_date, *bar, ", ".join(row.rules), *seen)
        drawn.add_row(*("null" if cell is None else str(cell) for cell in cells))
    page = io.StringIO()
    Console(file=page, width=width, markup=False).print(drawn)
    more = len(rows) - most
    return page.getvalue() + (f"... and {more} more: see the view quarantine_open.\n" if more > 0 else "")


def check(connection: Connection[Any], asked: Instruction) -> list[str]:
    """Return the symbols an instruction is about.

    :raises BadDecision: it cannot be carried out.
    """
    if asked.decision:
        check_decision(connection, asked.rows, asked.decision, who=asked.who, why=asked.why)
    return symbols_of(connection, asked.rows)


def take_up(connection: Connection[Any], asked: Instruction, request: RunRequest) -> Run:
    """Record a run and its decision, and give it the newest stored bodies of the symbols.

    :raises BadDecision: it cannot be carried out.
    """
    clock = clock_of(connection, request.now)
    symbols = symbols_of(connection, asked.rows)
    run = start_run(connection, request, clock=clock, symbols=symbols)
    if asked.decision:
        decide(connection, run, asked.rows, asked.decision, who=asked.who, why=asked.why)
    judge_again(connection, run)
    return run


def judge_again(connection: Connection[Any], run: Run) -> None:
    """Give a run the newest stored body of each of its symbols, as if it had fetched them."""
    for symbol in run.symbols:
        record_request(connection, run, _again(symbol, newest_body(connection, symbol, DAILY)))


def _again(symbol: str, body: Request | None) -> Request:
    if body and body.path and is_stored(body.path):
        return replace(body, outcome="reused")
    which = f"The body {body.path} is" if body else "Its bodies are"
    reason = (
        f"{which} no longer in the raw store, so there is nothing to judge. What was decided holds, and "
        "takes effect with the next run of stock_data_pipeline."
    )
    return Request(symbol, DAILY, "failed", kind="BodyRemoved", reason=reason)
