"""What a person says of a batch with warnings who is asked about it: it is loaded, or nothing of it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from include.plan.summary import counted
from include.warehouse.runs import Run
from include.warehouse.statements import statement


@dataclass(frozen=True)
class Warned:
    """A symbol of a run that may enter and has warnings nobody was asked about; the first of them."""

    symbol: str
    warnings: int
    first: str


def warned_of(connection: Connection[Any], run: Run) -> Sequence[Warned]:
    """Return the symbols of a run to ask about, the one with the most warnings first."""
    with connection.cursor(row_factory=class_row(Warned)) as cursor:
        return cursor.execute(statement("gate/warned_of_run"), {"run": run.id}).fetchall()


def record_approval(
    connection: Connection[Any], run: Run, decision: Literal["approved", "rejected"], *, who: str
) -> None:
    """Record what a person decided of the symbols with warnings; nothing of a rejected one is loaded."""
    about = {"run": run.id, "decision": decision, "who": who}
    connection.execute(statement("gate/record_approval"), about)


def question_of(warned: Sequence[Warned], run: Run, report: str, most: int = 20) -> tuple[str, str]:
    """Return what a person is asked, in a line and in Markdown.

    :param report: where the run's quality report is.
    :param most: so many symbols are listed.
    """
    count = sum(one.warnings for one in warned)
    symbols = counted(len(warned), "symbol")
    subject = f"{counted(count, 'warning')} in {symbols}: load their bars?"
    lines = [f"* **{one.symbol}**: {one.warnings}, such as {one.first}" for one in warned[:most]]
    if len(warned) > most:
        lines.append(f"* and {len(warned) - most} more symbols")
    told = (
        f"[The quality report of {run.run_id}]({report}) shows the bars. Approve loads them. Reject "
        f"loads nothing of {symbols}, and the run fails; what has no warning is loaded either way."
    )
    return subject, "\n".join([told, "", *lines])
