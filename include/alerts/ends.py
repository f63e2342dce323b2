"""What the end of a run of daily bars has to tell: the symbols it did not bring, and what is well again."""

from __future__ import annotations

from collections.abc import Sequence

from include.alerts.digest import Recovery, Trouble
from include.report.results import SymbolResult, nothing_loaded


def run_failed(dag_id: str, text: str) -> Trouble:
    """Return that a run of a DAG did not get to its end."""
    return Trouble("", f"{dag_id} failed", text)


def run_late(dag_id: str, text: str) -> Trouble:
    """Return that a run of a DAG takes longer than it should."""
    return Trouble("", f"{dag_id} is late", text)


def troubles_of(results: Sequence[SymbolResult]) -> list[Trouble]:
    """Return what a person has to look at, by symbol; a spent quota is none unless nothing was loaded."""
    found = [Trouble(result.symbol, _cause(result), result.problem) for result in results if result.problem]
    nothing = nothing_loaded(results)
    return found + ([Trouble("", "nothing loaded", nothing)] if nothing else [])


def recovery_at_end(dag_id: str, results: Sequence[SymbolResult], *, whole_list: bool) -> Recovery:
    """Return how the end of a run tells that something is over.

    :param whole_list: the run was of the whole watchlist, so what it does not have is not asked for any more.
    """
    good = {result.symbol for result in results if _is_good(result)}
    asked = {result.symbol for result in results}
    run_causes = {run_failed(dag_id, "").cause, run_late(dag_id, "").cause}

    def recovery(trouble: Trouble) -> str | None:
        if not trouble.symbol:
            if trouble.cause in run_causes:
                return f"{dag_id} gets to its end again."
            return "Bars are loaded again." if trouble.cause == "nothing loaded" and good else None
        if trouble.symbol not in asked:
            return f"{trouble.symbol} is not asked for any more." if whole_list else None
        is_over = trouble.symbol in good and trouble.cause != LATE
        return f"{trouble.symbol} is loaded again." if is_over else None

    return recovery


LATE = "late"
"""The cause of a symbol whose session is missing though it should be held: see :mod:`include.alerts.late`."""


def _is_good(result: SymbolResult) -> bool:
    return not result.problem and (result.loaded or result.outcome == "complete")


def _cause(result: SymbolResult) -> str:
    if result.loaded or result.outcome in {"complete", "deferred", "left out"}:
        return "splits or dividends"
    return result.kind or result.verdict
