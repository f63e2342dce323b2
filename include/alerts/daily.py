"""What is told of the daily bars: at the end of a run, and when somebody looks whether they are there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from include.alerts.digest import Findings, Trouble
from include.alerts.ends import recovery_at_end, run_failed, troubles_of
from include.alerts.late import late_of
from include.alerts.notify import about_run, tell
from include.market.watchlist import read_symbols
from include.plan.clock import clock_of
from include.report.results import SymbolResult
from include.report.summary import headline
from include.warehouse.connections import connect
from include.warehouse.runs import Run, moment


def notify_end(dag_id: str, run: Run, results: Sequence[SymbolResult], *, whole_list: bool) -> bool:
    """Mail the digest of a run, if it has news; return whether a mail was sent.

    :param whole_list: the run was of the whole watchlist.
    """
    at_end = recovery_at_end(dag_id, results, whole_list=whole_list)

    def look(warehouse: Connection[Any]) -> Findings:
        late = late_of(warehouse, run.symbols, run.now())
        troubles = [*troubles_of(results), *late.troubles]
        return Findings(troubles, lambda trouble: at_end(trouble) or late.recovery(trouble))

    return tell(about_run(dag_id, run.run_id, headline(results)), look)


def notify_late(dag_id: str, run_id: str, *, listed: str, now: str | None) -> list[str]:
    """Mail what is late of the watchlist and was not told; return all that is late, mailed or not.

    :param listed: the watchlist, as somebody wrote it.
    :param now: the moment of a simulation, ISO 8601; empty for the real time, which in a simulated
        warehouse is that of its last run.
    :raises BadParameter: a moment that may not or cannot be set.
    """
    symbols = read_symbols(listed).symbols
    failed = run_failed(dag_id, "").key

    def look(warehouse: Connection[Any]) -> Findings:
        late = late_of(warehouse, symbols, _moment(warehouse, now))

        def recovery(trouble: Trouble) -> str | None:
            return f"{dag_id} succeeds again." if trouble.key == failed else late.recovery(trouble)

        return Findings(late.troubles, recovery)

    with connect() as warehouse:
        texts = [trouble.text for trouble in look(warehouse).troubles]
    tell(about_run(dag_id, run_id), look)
    return texts


def _moment(warehouse: Connection[Any], now: str | None) -> datetime:
    return clock_of(warehouse, now) if now else moment(warehouse, datetime.now(UTC))
