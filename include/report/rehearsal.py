"""What an instruction about quarantined rows would do, found by doing it and taking all of it back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from include.gate.quarantine import Instruction, take_up
from include.gate.validate import validate
from include.load.run import load_run
from include.load.undoing import put_back
from include.report.results import SymbolResult, results_of
from include.warehouse.statements import statement

if TYPE_CHECKING:
    from include.warehouse.runs import RunRequest


def rehearse(connection: Connection[Any], asked: Instruction, request: RunRequest) -> list[SymbolResult]:
    """Return by symbol what would load, change and stay out; nothing in the warehouse or the store changes.

    :param request: the run it would be, under a name that no run has.
    :raises BadDecision: it cannot be carried out.
    """
    from airflow.sdk import ObjectStoragePath

    with TemporaryDirectory() as folder, connection.transaction(force_rollback=True):
        store = ObjectStoragePath(f"file://{folder}")
        run = take_up(connection, asked, request)
        put_back(connection, run)
        accepted = validate(connection, run, store=store, reports=Path(folder)).accepted
        load_run(connection, run, ObjectStoragePath(accepted))
        return results_of(connection, run)


def keep(
    connection: Connection[Any], asked: Instruction, run_id: str, results: Sequence[SymbolResult]
) -> None:
    """Keep what was rehearsed for a week, for the page that shows it.

    :param run_id: the run that found it out.
    """
    about = {"run_id": run_id, "action": asked.action, "rows": list(asked.rows), "reason": asked.reason}
    shown = [_shown(result) for result in results]
    connection.execute(statement("report/keep_preview"), {**about, "results": Jsonb(shown)})
    connection.commit()


def _shown(result: SymbolResult) -> dict[str, Any]:
    names = ("symbol", "bars", "new_bars", "changed_bars", "unchanged_bars", "refused_bars", "discarded_bars")
    return {name: getattr(result, name) for name in names} | {
        "verdict": result.verdict,
        "problem": result.problem,
    }
