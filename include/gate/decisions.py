"""What persons decided about quarantined rows: for a bar's exact values, whenever they come again.

A value that changes asks anew. Decisions are only added; the newest on the same values is in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from include.datasets.daily_bars.rules import DAILY_BAR_RULES
from include.exceptions import BadDecision
from include.warehouse.runs import Run
from include.warehouse.statements import statement

Kind = Literal["released", "discarded"]

Values = tuple[Any, ...]
"""Symbol, session, open, high, low, close and volume: what a person's decision is remembered for."""

_IDENTITY = ("symbol", "data_date", "open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Decision:
    """The decision in force for a bar's exact values."""

    values: Values
    decision: Kind
    decided_by: str
    reason: str
    decided_at: datetime

    @property
    def sentence(self) -> str:
        """Who decided, and why."""
        return f"{self.decision} by {self.decided_by}: {self.reason.rstrip('.')}"


@dataclass(frozen=True)
class _Row:
    """A quarantined row and the decision in force for its values, if there is one."""

    id: int
    symbol: str
    data_date: date
    rules: list[str]
    decision: Kind | None
    decided_by: str | None
    reason: str | None
    decided_at: datetime | None
    pipeline_run_id: int | None


def decisions_on(connection: Connection[Any], symbols: Sequence[str]) -> dict[Values, Decision]:
    """Return the decisions in force for bars of these symbols, by the bars' values."""
    rows = connection.execute(statement("gate/decisions_on"), {"symbols": list(symbols)})
    decisions = (Decision(tuple(row[:7]), *row[7:]) for row in rows)
    return {decision.values: decision for decision in decisions}


def values_of(row: Mapping[str, Any]) -> Values:
    """Return what a decision on a row is remembered for; equal however many zeros its prices have."""
    return tuple(row.get(name) for name in _IDENTITY)


def symbols_of(connection: Connection[Any], ids: Sequence[int]) -> list[str]:
    """Return the symbols of quarantined rows.

    :raises BadDecision: a row is not in quarantine, or none is named.
    """
    return sorted({row.symbol for row in _rows(connection, ids)})


def check_decision(
    connection: Connection[Any], ids: Sequence[int], decision: Kind, *, who: str, why: str
) -> None:
    """Refuse a decision that cannot be taken.

    :raises BadDecision: nobody takes it or for no reason, a row is not in quarantine or is decided so
        already, or it is to be released and cannot be stored.
    """
    if not who.strip() or not why.strip():
        raise BadDecision("A decision needs a person and a reason: say who decides, and why.")
    for row in _rows(connection, ids):
        _refuse(row, decision)


def decide(
    connection: Connection[Any], run: Run, ids: Sequence[int], decision: Kind, *, who: str, why: str
) -> None:
    """Record a decision on quarantined rows: all of them, or none.

    The newest decision on the same values is the one in force. A run that decides the same again is a
    retry and records nothing more.

    :raises BadDecision: see :func:`check_decision`.
    """
    with connection.transaction():
        connection.execute("lock table quarantine_decision in share row exclusive mode")
        done = {row.id for row in _rows(connection, ids) if _is_by(row, run, decision)}
        left = [number for number in ids if number not in done]
        if not left:
            return
        check_decision(connection, left, decision, who=who, why=why)
        about = {"ids": left, "decision": decision, "who": who.strip(), "why": why.strip()}
        connection.execute(statement("gate/record_decision"), about | {"run": run.id, "now": run.now()})


def _rows(connection: Connection[Any], ids: Sequence[int]) -> list[_Row]:
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(statement("gate/rows_to_decide"), {"ids": list(ids)}).fetchall()
    if unknown := sorted(set(ids) - {row.id for row in rows}):
        raise BadDecision(f"There is no row {unknown[0]} in quarantine. List what is open and take its ids.")
    if not rows:
        raise BadDecision("No row was named. List what is open and give the ids of rows.")
    return rows


def _refuse(row: _Row, decision: Kind) -> None:
    name = f"Row {row.id} ({row.symbol} {row.data_date})"
    if row.decision == decision:
        raise BadDecision(
            f"{name} is {decision} already: by {row.decided_by} on {row.decided_at:%Y-%m-%d %H:%M %Z} "
            f"({row.reason}). Nothing was decided; name the other rows without it."
        )
    lasting = [rule for rule in DAILY_BAR_RULES if rule.name in row.rules and not rule.releasable]
    if decision == "released" and lasting:
        raise BadDecision(
            f"{name} cannot be released, because the table cannot hold it: {lasting[0].name}. "
            f"{lasting[0].says} Discard it, or replay it once the cause is mended."
        )


def _is_by(row: _Row, run: Run, decision: Kind) -> bool:
    return (row.decision, row.pipeline_run_id) == (decision, run.id)
