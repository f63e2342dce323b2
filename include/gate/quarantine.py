"""The quarantine: what awaits a person's decision, and judging its stored bodies again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from include.datasets.registry import request_for
from include.fetch.raw_store import is_stored
from include.fetch.stored import newest_body
from include.gate.choices import alternatives, chosen_with
from include.gate.decisions import Kind, check_decision, decide, symbols_of
from include.plan.clock import clock_of
from include.warehouse.runs import Request, Run, RunRequest, record_request, start_run
from include.warehouse.statements import statement

Action = Literal["release", "discard", "choose", "undo", "replay"]


@dataclass(frozen=True)
class OpenRow:
    """Values that are kept out, and perhaps all that came with them, and await a decision.

    :param symbol: a symbol, or in lower case the name of a dataset or list.
    :param bar: the row by column, as text; of a list, what would be withdrawn.
    :param times: how many runs refused it.
    """

    id: int
    symbol: str
    data_date: date | None
    bar: dict[str, str | None]
    rules: list[str]
    first_seen: datetime
    last_seen: datetime
    times: int

    @property
    def values(self) -> str:
        """The values in words, without what the other columns say."""
        left_out = {"symbol", "data_date", "is_final", "fetched_at", "origin"}
        shown = {
            name: "null" if value is None else value for name, value in sorted(self.bar.items(), key=_place)
        }
        return ", ".join(f"{name} {value}" for name, value in shown.items() if name not in left_out)


@dataclass(frozen=True)
class Instruction:
    """What a person wants done with rows of the quarantine.

    :param who: the person, as Airflow's login knows them.
    :param named: a name given besides: a remark, which says nothing of who decided.
    """

    action: Action
    rows: Sequence[int]
    who: str
    why: str
    named: str = ""

    @property
    def reason(self) -> str:
        """Why, and the name given besides; empty where no reason was given."""
        why, named = self.why.strip(), self.named.strip()
        return f"{why} (on behalf of {named})" if why and named and named != self.who else why

    @property
    def decision(self) -> Kind | None:
        """The decision it asks for; a replay is none."""
        decisions: dict[Action, Kind] = {
            "release": "released",
            "discard": "discarded",
            "choose": "released",
            "undo": "undone",
        }
        return decisions.get(self.action)

    def of(self, rows: Sequence[int], decision: Kind) -> dict[str, Any]:
        """Return what a decision on rows is recorded with."""
        chosen = f"row {', '.join(map(str, self.rows))} chosen: "
        why = self.reason if decision == self.decision else chosen + self.reason
        about = {"ids": rows, "decision": decision, "who": self.who, "why": why}
        return about | {"among_others": self.action == "choose"}


def _place(cell: tuple[str, Any]) -> int:
    """Prices and the volume come first, as everybody writes them."""
    return ("open", "high", "low", "close", "volume", cell[0]).index(cell[0])


def open_rows(connection: Connection[Any]) -> list[OpenRow]:
    """Return what awaits a decision, by symbol and session."""
    with connection.cursor(row_factory=class_row(OpenRow)) as cursor:
        return cursor.execute(statement("gate/open_rows")).fetchall()


def table(rows: Sequence[OpenRow], width: int = 170, most: int = 200) -> str:
    """Return what is open as text, a line for each row, and how many more there are than are shown."""
    from rich.console import Console
    from rich.table import Table

    if not rows:
        return "Nothing in quarantine awaits a decision."
    drawn = Table("id", "symbol", "day", "values", "broken rules", "first seen", "last seen", "times")
    for row in rows[:most]:
        seen = (f"{row.first_seen:%Y-%m-%d}", f"{row.last_seen:%Y-%m-%d}", row.times)
        cells = (row.id, row.symbol, row.data_date or "", row.values, ", ".join(row.rules), *seen)
        drawn.add_row(*map(str, cells))
    page = io.StringIO()
    Console(file=page, width=width, markup=False).print(drawn)
    more = len(rows) - most
    return page.getvalue() + (f"... and {more} more: see the view quarantine_open.\n" if more > 0 else "")


def check(connection: Connection[Any], asked: Instruction) -> list[str]:
    """Return the symbols an instruction is about.

    :raises BadDecision: it cannot be carried out.
    """
    for decision in _decisions(connection, asked):
        check_decision(connection, **decision)
    return symbols_of(connection, asked.rows)


def take_up(connection: Connection[Any], asked: Instruction, request: RunRequest) -> Run:
    """Record a run and its decision, and give it the newest stored bodies of the symbols.

    :raises BadDecision: it cannot be carried out.
    """
    clock = clock_of(connection, request.now)
    symbols = symbols_of(connection, asked.rows)
    run = start_run(connection, request, clock=clock, symbols=symbols)
    with connection.transaction():
        for decision in _decisions(connection, asked):
            decide(connection, run, **decision)
    judge_again(connection, run)
    return run


def _decisions(connection: Connection[Any], asked: Instruction) -> list[dict[str, Any]]:
    """The decisions an instruction asks for: a choice decides about the rows that are not chosen, too."""
    if asked.decision is None:
        return []
    rows = chosen_with(connection, asked.rows) if asked.action == "undo" else asked.rows
    others = alternatives(connection, asked.rows) if asked.action == "choose" else []
    return [asked.of(rows, asked.decision), *([asked.of(others, "discarded")] if others else [])]


def judge_again(connection: Connection[Any], run: Run) -> None:
    """Give a run the newest stored body of each of its symbols, datasets and lists, as if it fetched them."""
    for name in run.symbols:
        symbol, function = request_for(name)
        again = _again(symbol, function, newest_body(connection, symbol, function))
        record_request(connection, run, again)


def _again(symbol: str, function: str, body: Request | None) -> Request:
    if body and body.path and is_stored(body.path):
        return replace(body, outcome="reused")
    which = f"The body {body.path} is" if body else "Its bodies are"
    reason = (
        f"{which} no longer in the raw store, so there is nothing to judge. What was decided holds, and "
        "takes effect with the next run that brings it."
    )
    return Request(symbol, function, "failed", kind="BodyRemoved", reason=reason)
