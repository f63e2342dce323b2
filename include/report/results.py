"""What a run did, for people: a table by symbol, and what to do where something is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from include.datasets.base import names_dataset
from include.gate.quarantine import Action
from include.plan.summary import counted
from include.warehouse.runs import Outcome, Run
from include.warehouse.statements import statement


@dataclass(frozen=True)
class SymbolResult:
    """One symbol or dataset of a run, from its request to what was loaded; None where it did not get so far.

    ``failures`` and ``deferred_requests`` are those of its splits and dividends. Of a dataset with a table of
    its own, ``symbol`` is its name and its bars are rows.
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
    def is_dataset(self) -> bool:
        """Whether it is a dataset with a table of its own."""
        return names_dataset(self.symbol)

    @property
    def noun(self) -> str:
        """What it is made of."""
        return "rows" if self.is_dataset else "bars"

    @property
    def loaded(self) -> bool:
        """Whether its bars are in their table."""
        return self.new_bars is not None

    @property
    def verdict(self) -> str:
        """How it ended, in a word or two."""
        if self.loaded:
            left_out = [f"{self.discarded_bars} discarded"] if self.discarded_bars else []
            left_out += [f"{self.refused_bars} kept out"] if self.refused_bars else []
            approved = f" approved by {self.approval_by}" if self.approval else ""
            warnings = [counted(self.warnings, "warning") + approved] if self.warnings else []
            return ", ".join(["loaded", *left_out, *warnings])
        if self.outcome == "complete" and self.warnings:
            return f"complete, {counted(self.warnings, 'warning')}"
        if self.outcome in {None, "failed", "deferred", "complete", "left out"}:
            return self.outcome or "not asked"
        if self.approval == "rejected":
            return f"{counted(self.warnings, 'warning')} rejected by {self.approval_by}"
        return "refused" if self.accepted is False else "not loaded"

    @property
    def problem(self) -> str | None:
        """What keeps it from being complete and what to do, or None if nothing does."""
        if self.loaded or self.outcome in {"deferred", "complete", "left out"}:
            return f"{self.symbol}: {' '.join(self.failures)}" if self.failures else None
        if self.outcome is None:
            task = self._task("fetch")
            return f"{self.symbol}: no outcome was recorded. Clear the task {task} and run it again."
        if self.outcome == "failed":
            return f"{self.symbol}: {self.reason}"
        if self.approval == "rejected":
            return (
                f"{self.symbol}: {counted(self.warnings, 'warning')}, rejected by {self.approval_by}: none "
                f"of its bars loaded. {' '.join(self.reasons[:3])} Its body is kept: the next run judges it "
                "again; with approve_warnings it asks again, without it loads."
            )
        if self.accepted is False:
            return (
                f"{self.symbol}: {self.refused_bars} of {self.bars} {self.noun} refused, none loaded. "
                f"{' '.join(self.reasons[:3])} {self._way_out}"
            )
        where = f"{self._task('validate')} and {self._task('load')}"
        return f"{self.symbol}: fetched, but not loaded. See the logs of {where}."

    def _task(self, step: str) -> str:
        if self.is_dataset:
            return step
        return "validate_data" if step == "validate" else f"{step}_stock_data"

    @property
    def _way_out(self) -> str:
        others = "datasets" if self.is_dataset else "symbols"
        return (
            f"Release or discard them: `make quarantine`, or the DAG quarantine. The other {others} are not "
            "affected."
        )


def results_of(connection: Connection[Any], run: Run) -> list[SymbolResult]:
    """Return every planned symbol of a run, in the order of the plan."""
    with connection.cursor(row_factory=class_row(SymbolResult)) as cursor:
        return cursor.execute(statement("report/summary_of_run"), {"run": run.id}).fetchall()


def are_datasets(results: Sequence[SymbolResult]) -> bool:
    """Whether a run is about datasets with tables of their own: the symbols beside them were refused."""
    return bool(results) and results[0].is_dataset


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
