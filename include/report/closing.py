"""The end of a run: gaps are looked for, and its audit row is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from include.market.lifecycle import notes_of
from include.report.gaps import Missing, find_gaps, gaps_of
from include.report.results import SymbolResult, are_datasets, problems, results_of
from include.warehouse.runs import Run, end_run


@dataclass(frozen=True)
class ClosedRun:
    """What a run did.

    :param wrong: why it has failed, a line each; nothing if it did what it could.
    :param notes: what it learnt of its symbols.
    :param missing: sessions of its symbols that are not held, by cause.
    """

    results: Sequence[SymbolResult]
    wrong: Sequence[str]
    notes: Sequence[str]
    missing: Sequence[Missing]


def close_run(
    connection: Connection[Any],
    run: Run,
    failures: Callable[[Sequence[SymbolResult]], Sequence[str]] = problems,
) -> ClosedRun:
    """Record how a run ended, whatever happened in it; where it was about symbols, look for gaps first.

    :param failures: tells from the results why the run has failed.
    """
    results = results_of(connection, run)
    if not are_datasets(results):
        find_gaps(connection, now=run.now())
    wrong = failures(results)
    end_run(connection, run, state="failed" if wrong else "success", message="\n".join(problems(results)))
    return ClosedRun(results, wrong, notes_of(connection, run), gaps_of(connection, run))
