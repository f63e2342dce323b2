"""What a run did, for people: a table by symbol, and what to do where something is missing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from include.fetch.outage import ApiUnreachable
from include.gate.quarantine import Action
from include.warehouse.runs import Outcome, Run
from include.warehouse.statements import statement


@dataclass(frozen=True)
class SymbolResult:
    """One symbol of a run, from its request to what was loaded; None where it did not get that far.

    ``failures`` and ``deferred_requests`` are those of its splits and dividends.
    """

    symbol: str
    outcome: Outcome | None
    kind: str | None
    reason: str | None
    accepted: bool | None
    bars: int | None
    refused_bars: int | None
    discarded_bars: int
    warnings: int
    reasons: list[str]
    approval: str | None
    approval_by: str | None
    new_bars: int | None
    changed_bars: int | None
    unchanged_bars: int | None
    first_session: date | None
    last_session: date | None
    failures: list[str]
    deferred_requests: int

    @property
    def loaded(self) -> bool:
        """Whether its bars are in ``stock_data``."""
        return self.new_bars is not None

    @property
    def verdict(self) -> str:
        """How it ended, in a word or two."""
        if self.loaded:
            left_out = [f"{self.discarded_bars} discarded"] if self.discarded_bars else []
            approved = f" approved by {self.approval_by}" if self.approval else ""
            warnings = [_count(self.warnings, "warning") + approved] if self.warnings else []
            return ", ".join(["loaded", *left_out, *warnings])
        if self.outcome in {None, "failed", "deferred", "complete", "left out"}:
            return self.outcome or "not asked"
        if self.approval == "rejected":
            return f"{_count(self.warnings, 'warning')} rejected by {self.approval_by}"
        return "refused" if self.accepted is False else "not loaded"

    @property
    def problem(self) -> str | None:
        """What keeps it from being complete and what to do, or None if nothing does."""
        if self.loaded or self.outcome in {"deferred", "complete", "left out"}:
            return f"{self.symbol}: {' '.join(self.failures)}" if self.failures else None
        if self.outcome is None:
            return (
                f"{self.symbol}: no outcome was recorded. Clear the task fetch_stock_data and run it again."
            )
        if self.outcome == "failed":
            return f"{self.symbol}: {self.reason}"
        if self.approval == "rejected":
            return (
                f"{self.symbol}: {_count(self.warnings, 'warning')}, rejected by {self.approval_by}: none of "
                f"its bars loaded. {' '.join(self.reasons[:3])} Its body is kept: the next run judges it "
                "again; with approve_warnings it asks again, without it loads."
            )
        if self.accepted is False:
            return (
                f"{self.symbol}: {self.refused_bars} of {self.bars} bars refused, none loaded. "
                f"{' '.join(self.reasons[:3])} Release or discard them: `make quarantine`, or the DAG "
                "quarantine. The other symbols are not affected."
            )
        return f"{self.symbol}: fetched, but not loaded. See the logs of validate_data and load_stock_data."


def results_of(connection: Connection[Any], run: Run) -> list[SymbolResult]:
    """Return every planned symbol of a run, in the order of the plan."""
    with connection.cursor(row_factory=class_row(SymbolResult)) as cursor:
        return cursor.execute(statement("report/summary_of_run"), {"run": run.id}).fetchall()


def problems(results: Sequence[SymbolResult]) -> list[str]:
    """Return what a person has to look at, a line for each symbol.

    A spent quota is none, unless nothing at all was loaded: a key that is not valid gets the same answer.
    """
    found = [result.problem for result in results if result.problem]
    nothing = nothing_loaded(results)
    return [*found, nothing] if nothing else found


def nothing_loaded(results: Sequence[SymbolResult]) -> str | None:
    """Return what to do where a spent quota left a run with nothing at all, or None."""
    quota = [result for result in results if result.kind == "DailyQuotaSpent"]
    if not quota or any(result.loaded or result.outcome == "complete" for result in results):
        return None
    told = min(quota, key=lambda result: str(result.reason).startswith("Not asked"))
    return (
        f"Nothing was loaded: the API says that the day's quota is spent ({told.reason}) "
        "It says the same of a key that is not valid: test the connection alphavantage_default."
    )


def headline(results: Sequence[SymbolResult]) -> str:
    """Return the run in one line."""
    loaded = [result for result in results if result.loaded]
    unreachable = [result.symbol for result in results if result.kind == ApiUnreachable.__name__]
    deferred = [
        result.symbol
        for result in results
        if result.outcome == "deferred" and result.symbol not in unreachable
    ]
    parts = [
        f"{len(loaded)} of {_count(len(results), 'symbol')} loaded",
        f"{sum(result.new_bars or 0 for result in loaded)} bars new",
        f"{sum(result.changed_bars or 0 for result in loaded)} changed",
        f"{sum(result.unchanged_bars or 0 for result in loaded)} unchanged",
    ]
    complete = [result for result in results if result.outcome == "complete"]
    if complete:
        parts.insert(1, f"{len(complete)} complete already")
    left_out = [result.symbol for result in results if result.outcome == "left out"]
    if left_out:
        parts.append(f"left out: {', '.join(left_out)}")
    if deferred:
        parts.append(f"deferred until the budget returns: {', '.join(deferred)}")
    if unreachable:
        parts.append(f"not asked, as the API did not answer: {', '.join(unreachable)}")
    waiting = sum(result.deferred_requests for result in results)
    if waiting:
        parts.append(f"{_count(waiting, 'request')} for splits and dividends deferred")
    return "; ".join(parts)


def table(results: Sequence[SymbolResult], title: str | None = None, width: int = 100) -> str:
    """Return the table by symbol as text."""
    from rich.console import Console
    from rich.table import Table

    columns = ("symbol", "bars", "new", "changed", "unchanged", "first session", "last session", "verdict")
    drawn = Table(*columns, title=title, title_justify="left")
    for column in drawn.columns[1:5]:
        column.justify = "right"
    for result in results:
        cells = (
            result.symbol,
            result.bars,
            result.new_bars,
            result.changed_bars,
            result.unchanged_bars,
            result.first_session,
            result.last_session,
            result.verdict,
        )
        drawn.add_row(*("-" if cell is None else str(cell) for cell in cells))
    page = io.StringIO()
    Console(file=page, width=width, markup=False).print(drawn)
    return page.getvalue()


def run_summary(dsn: str, run_id: str, dag_id: str = "stock_data_pipeline") -> str:
    """Return all a person wants to know of one run: table, headline, warnings, notes, gaps and problems.

    :param dsn: the warehouse, as a PostgreSQL URL.
    :raises LookupError: the run was never started.
    """
    from include.market.lifecycle import notes_of
    from include.report.gaps import gaps_of
    from include.warehouse.connections import connect_to
    from include.warehouse.origins import origin_of
    from include.warehouse.runs import find_run

    with connect_to(dsn) as connection:
        run = find_run(connection, dag_id, run_id)
        results = results_of(connection, run)
        missing = gaps_of(connection, run)
        learnt = notes_of(connection, run)
        origin = origin_of(connection) or "none yet"
    notes = {"sandbox": " (SIMULATED prices)", "replay": " (REPLAYED recordings)"}
    lines = [table(results, f"Origin of the data: {origin}{notes.get(origin, '')}"), headline(results) + "."]
    lines += [
        f"warning  {reason}" for result in results if result.loaded for reason in _first(result.reasons)
    ]
    lines += [f"note     {note}" for note in learnt]
    lines += [f"missing  {gap}" for gap in missing]
    lines += [f"problem  {problem}" for problem in problems(results)]
    return "\n".join(lines)


def _first(reasons: Sequence[str], most: int = 5) -> list[str]:
    more = [f"... and {len(reasons) - most} more like these"] if len(reasons) > most else []
    return [*reasons[:most], *more]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def undone(results: Sequence[SymbolResult], action: Action) -> list[str]:
    """Return why a run has failed; nothing if it did what it could.

    A decision is done once it is recorded, whatever else keeps its symbol out. A replay is done if it
    brought a symbol in.
    """
    if action != "replay" or any(result.loaded for result in results):
        results = [
            result for result in results if result.outcome != "failed" and result.accepted is not False
        ]
    return [result.problem for result in results if result.problem]
