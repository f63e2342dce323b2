"""What persons decided about what is refused: for a row's exact values, whenever they come again.

A value that changes asks anew. Decisions are only added; the newest on the same values is in force.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import MAX_PREC, Context, Decimal
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from include.datasets.registry import dataset_for
from include.datasets.rows import written
from include.datasets.rule import READABLE, Rule
from include.exceptions import BadDecision
from include.warehouse.runs import Run
from include.warehouse.statements import statement

Kind = Literal["released", "discarded", "undone"]

_EXACT = Context(prec=MAX_PREC)

Values = tuple[str, frozenset[tuple[str, str | None]]]
"""What a person's decision is remembered for: whose row it is, and its values as texts, by column."""

_NOT_OF_IT = frozenset({"symbol", "is_final", "fetched_at", "origin"})
_LONGEST_NUMBER = 1000
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True)
class Decision:
    """The decision in force for a row's exact values."""

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
    data_date: date | None
    rules: list[str]
    decision: Kind | None
    decided_by: str | None
    reason: str | None
    decided_at: datetime | None
    pipeline_run_id: int | None


def decisions_on(connection: Connection[Any], symbols: Sequence[str]) -> dict[Values, Decision]:
    """Return the decisions in force for rows of these symbols, datasets and lists, by the rows' values."""
    rows = connection.execute(statement("gate/decisions_on"), {"symbols": list(symbols)})
    decisions = (Decision((name, frozenset(row.items())), *taken) for name, row, *taken in rows)
    return {decision.values: decision for decision in decisions}


def values_of(name: str, row: Mapping[str, Any]) -> Values:
    """Return what a decision on a row is remembered for, as ``row_identity`` of the warehouse makes it.

    :param name: whose row it is: a symbol, or the name of a dataset or list.
    """
    return name, frozenset((column, _text(cell)) for column, cell in row.items() if column not in _NOT_OF_IT)


def _text(cell: Any) -> str | None:
    """A value as the quarantine has it; a number without zeros that say nothing."""
    text = f"{cell:f}" if isinstance(cell, Decimal) else None if cell is None else written(cell)
    if text is None or len(text) > _LONGEST_NUMBER or not _PLAIN_NUMBER.fullmatch(text):
        return text
    number = Decimal(text)
    return f"{number.normalize(_EXACT):f}" if number else "0"


def symbols_of(connection: Connection[Any], ids: Sequence[int]) -> list[str]:
    """Return the symbols of quarantined rows.

    :raises BadDecision: a row is not in quarantine, or none is named.
    """
    return sorted({row.symbol for row in _rows(connection, ids)})


def check_decision(
    connection: Connection[Any],
    ids: Sequence[int],
    decision: Kind,
    *,
    who: str,
    why: str,
    among_others: bool = False,
) -> None:
    """Refuse a decision that cannot be taken.

    :param among_others: the rows are chosen from others of their keys, which are left out.

    :raises BadDecision: nobody takes it or for no reason, a row is not in quarantine or is decided so
        already, or it is to be released and cannot be stored.
    """
    if not who.strip() or not why.strip():
        raise BadDecision(
            "A decision needs a person and a reason: trigger it as a user of Airflow, and say why."
        )
    for row in _rows(connection, ids):
        _refuse(row, decision, among_others)


def decide(
    connection: Connection[Any],
    run: Run,
    ids: Sequence[int],
    decision: Kind,
    *,
    who: str,
    why: str,
    among_others: bool = False,
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
        check_decision(connection, left, decision, who=who, why=why, among_others=among_others)
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


def _refuse(row: _Row, decision: Kind, among_others: bool) -> None:
    name = f"Row {row.id} ({' '.join(map(str, filter(None, (row.symbol, row.data_date))))})"
    if decision == "undone" and row.decision is None:
        raise BadDecision(f"{name} has no decision that could be undone. Nothing was decided.")
    if row.decision == decision:
        raise BadDecision(
            f"{name} is {decision} already: by {row.decided_by} on {row.decided_at:%Y-%m-%d %H:%M %Z} "
            f"({row.reason}). Nothing was decided; name the other rows without it."
        )
    rules = (READABLE, *dataset_for(row.symbol).all_rules)
    broken = [rule for rule in rules if rule.name in row.rules and not (among_others and rule.one_of)]
    lasting = [rule for rule in broken if not rule.releasable]
    if decision == "released" and lasting:
        raise BadDecision(
            f"{name} cannot be released, because the table cannot hold it: {lasting[0].name}. "
            f"{lasting[0].says} {_way_out(lasting[0])}"
        )


def _way_out(rule: Rule) -> str:
    if rule.one_of:
        return "Choose one of the rows of its key; the others are left out."
    return "Discard it, or replay it once the cause is fixed."


def _is_by(row: _Row, run: Run, decision: Kind) -> bool:
    return (row.decision, row.pipeline_run_id) == (decision, run.id)
