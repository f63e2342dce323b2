"""The audit of runs: what each was asked to do, and how each of its requests ended.

Tasks of a run learn from these rows, not from XCom or task states: a skipped or failed mapped task
leaves no XCom, and a retry clears it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from include.exceptions import RunNotStarted
from include.warehouse.statements import statement

Outcome = Literal["fetched", "reused", "complete", "left out", "deferred", "failed"]


@dataclass(frozen=True)
class RunRequest:
    """What a run is asked to do: read once, from its DAG run and its parameters.

    :param subjects: the symbols, as a text or a list; empty where the DAG has none.
    :param now: the run's clock, ISO 8601 with a zone; empty for the real time.
    :param force: ask although nothing is due.
    """

    dag_id: str
    run_id: str
    subjects: str | Iterable[str] = ()
    now: str | None = None
    force: bool = False


@dataclass(frozen=True)
class Run:
    """One run of a DAG. ``clock`` is its time; a simulated clock stands still for the whole run."""

    id: int
    run_id: str
    clock: datetime
    simulated: bool
    symbols: list[str]

    def now(self) -> datetime:
        """Return the run's time: the real one, unless the clock is simulated."""
        return self.clock if self.simulated else datetime.now(UTC)


@dataclass(frozen=True)
class Request:
    """How one planned request ended: the path of a body, or a reason and the next step.

    ``final_through`` is the newest session of which the body holds the final bar; of a list of splits or
    dividends, the newest that had closed when it was asked for.
    """

    symbol: str
    function: str
    outcome: Outcome
    outputsize: str = "compact"
    path: str | None = None
    origin: str | None = None
    fetched_at: datetime | None = None
    final_through: date | None = None
    kind: str | None = None
    reason: str | None = None

    @property
    def answered_at(self) -> datetime:
        """When its response was fetched.

        :raises ValueError: it has none.
        """
        if self.fetched_at is None:
            raise ValueError(f"The request of {self.symbol} has no response.")
        return self.fetched_at

    @property
    def has_body(self) -> bool:
        """Whether there is a body to load."""
        return self.outcome in {"fetched", "reused"}


def start_run(
    connection: Connection[Any],
    request: RunRequest,
    *,
    clock: datetime,
    symbols: Sequence[str],
) -> Run:
    """Record a run; started again, it keeps the outcomes it has and takes the new clock and symbols.

    :param clock: the run's time, which stands still where the request sets it.
    :param symbols: what the run is about, as its outcomes name it.
    """
    key = {"dag_id": request.dag_id, "run_id": request.run_id}
    facts = {"clock": clock, "simulated": bool(request.now), "symbols": list(symbols)}
    with connection.cursor(row_factory=class_row(Run)) as cursor:
        cursor.execute(statement("warehouse/start_run"), key | facts)
        return cursor.fetchall()[0]


def record_failed_start(connection: Connection[Any], dag_id: str, run_id: str, message: str) -> None:
    """Record that a run failed before it was planned: :func:`find_run` does not find it."""
    about = {"dag_id": dag_id, "run_id": run_id, "message": message}
    connection.execute(statement("warehouse/record_failed_start"), about)


def find_run(connection: Connection[Any], dag_id: str, run_id: str) -> Run:
    """Return a run that was started and planned.

    :raises RunNotStarted: it never was.
    """
    with connection.cursor(row_factory=class_row(Run)) as cursor:
        run = cursor.execute(statement("warehouse/find_run"), {"dag_id": dag_id, "run_id": run_id}).fetchone()
    if run is None:
        raise RunNotStarted(f"Run {run_id} of {dag_id} was never started: see the log of its first task.")
    return run


def end_run(connection: Connection[Any], run: Run, *, state: str, message: str) -> None:
    """Record how a run ended."""
    connection.execute(statement("warehouse/end_run"), {"id": run.id, "state": state, "message": message})


def has_ended(connection: Connection[Any], run: Run) -> bool:
    """Return whether it is on record how a run ended."""
    asked = "select ended_at is not null from pipeline_run where id = %s"
    ((ended,),) = connection.execute(asked, [run.id])
    return bool(ended)


def record_request(connection: Connection[Any], run: Run, request: Request) -> None:
    """Record how a request ended; the newest try of a run replaces the one before."""
    record_requests(connection, run, [request])


def record_requests(connection: Connection[Any], run: Run, requests: Iterable[Request]) -> None:
    """Record how requests ended, with one statement; of two for the same, the last one counts."""
    newest = {(request.symbol, request.function): request for request in requests}
    columns = {field.name: [getattr(one, field.name) for one in newest.values()] for field in fields(Request)}
    connection.execute(statement("warehouse/record_requests"), {"run": run.id} | columns)


def requests_of(connection: Connection[Any], run: Run) -> list[Request]:
    """Return the outcomes of a run so far."""
    with connection.cursor(row_factory=class_row(Request)) as cursor:
        return cursor.execute(statement("warehouse/requests_of_run"), {"run": run.id}).fetchall()


def requests_since_start(connection: Connection[Any], run: Run) -> dict[tuple[str, str], Request]:
    """Return the outcomes since the run was last started, by symbol and function: what a retry goes by."""
    with connection.cursor(row_factory=class_row(Request)) as cursor:
        rows = cursor.execute(statement("warehouse/requests_since_start"), {"run": run.id}).fetchall()
    return {(request.symbol, request.function): request for request in rows}


def is_quota_spent(connection: Connection[Any], run: Run, symbol: str) -> bool:
    """Return whether the API has just told this symbol, or two of the run, that the day's quota is spent."""
    about = {"run": run.id, "symbol": symbol}
    row = connection.execute(statement("warehouse/quota_spent_since_start"), about).fetchone()
    return bool(row and row[0])


def moment(connection: Connection[Any], now: datetime) -> datetime:
    """Return the time answers go by: the real one, or that of the last run if it was simulated."""
    row = connection.execute(statement("warehouse/moment"), {"now": now}).fetchone()
    return row[0] if row else now
