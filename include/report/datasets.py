"""What a run did for its datasets, for people: a table, and what to do where one is missing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from include.warehouse.runs import Run
from include.warehouse.statements import statement


@dataclass(frozen=True)
class DatasetResult:
    """One dataset of a run, from its request to what was loaded; None where it did not get that far."""

    name: str
    outcome: Literal["fetched", "reused", "deferred", "failed"] | None
    reason: str | None
    accepted: bool | None
    rows_in: int | None
    refused_rows: int | None
    warnings: int
    reasons: list[str]
    new_rows: int | None
    changed_rows: int | None
    unchanged_rows: int | None

    @property
    def loaded(self) -> bool:
        """Whether its rows are in its table."""
        return self.new_rows is not None

    @property
    def verdict(self) -> str:
        """How it ended, in a word or two."""
        if self.loaded:
            return f"loaded, {self.warnings} unusual" if self.warnings else "loaded"
        if self.outcome in {None, "failed", "deferred"}:
            return self.outcome or "not asked"
        return "refused" if self.accepted is False else "not loaded"

    @property
    def problem(self) -> str | None:
        """What keeps it from being loaded and what to do, or None if nothing does."""
        if self.loaded or self.outcome == "deferred":
            return None
        if self.outcome is None:
            return f"{self.name}: no outcome was recorded. Clear the task fetch and run it again."
        if self.outcome == "failed":
            return f"{self.name}: {self.reason}"
        if self.accepted is False:
            return (
                f"{self.name}: {self.refused_rows} of {self.rows_in} rows refused, none loaded. "
                f"{' '.join(self.reasons[:3])} The table quarantine has them. If they are right, mend the "
                "rule in include/datasets/ and run again: on the same day (UTC) that costs no call."
            )
        return f"{self.name}: fetched, but not loaded. See the logs of validate and load."


def results_of(connection: Connection[Any], run: Run) -> list[DatasetResult]:
    """Return every dataset that was due in a run, in the order of the plan."""
    with connection.cursor(row_factory=class_row(DatasetResult)) as cursor:
        return cursor.execute(statement("report/datasets_of_run"), {"run": run.id}).fetchall()


def problems(results: Sequence[DatasetResult]) -> list[str]:
    """Return what a person has to look at, a line for each dataset."""
    return [result.problem for result in results if result.problem]


def headline(results: Sequence[DatasetResult]) -> str:
    """Return the run in one line."""
    if not results:
        return "nothing was due"
    loaded = [result for result in results if result.loaded]
    deferred = [result.name for result in results if result.outcome == "deferred"]
    parts = [
        f"{len(loaded)} of {len(results)} datasets loaded",
        f"{sum(result.new_rows or 0 for result in loaded)} rows new",
        f"{sum(result.changed_rows or 0 for result in loaded)} changed",
        f"{sum(result.unchanged_rows or 0 for result in loaded)} unchanged",
    ]
    return "; ".join([*parts, *([f"deferred: {', '.join(deferred)}"] if deferred else [])])


def table(results: Sequence[DatasetResult], width: int = 100) -> str:
    """Return the table by dataset as text."""
    from rich.console import Console
    from rich.table import Table

    drawn = Table("dataset", "rows", "new", "changed", "unchanged", "verdict")
    for column in drawn.columns[1:5]:
        column.justify = "right"
    for result in results:
        counts = (result.rows_in, result.new_rows, result.changed_rows, result.unchanged_rows)
        cells = ("-" if count is None else str(count) for count in counts)
        drawn.add_row(result.name, *cells, result.verdict)
    page = io.StringIO()
    Console(file=page, width=width, markup=False).print(drawn)
    return page.getvalue()
