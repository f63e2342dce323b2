"""The table ``broken_rule``: every rule that a symbol, or a dataset, broke in a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection

from include.datasets.rule import Severity
from include.warehouse.runs import Run
from include.warehouse.statements import statement


@dataclass(frozen=True)
class BrokenRule:
    """A rule that was broken, by how many rows, from when to when, and the newest of them in a sentence."""

    rule: str
    severity: Severity
    bars: int
    first_session: date | None
    last_session: date | None
    told: str


def record_broken_rules(
    connection: Connection[Any], run: Run, symbol: str, broken: Sequence[BrokenRule]
) -> None:
    """Keep every rule that a symbol, or a dataset, broke; a retry replaces what the try before kept."""
    about = {
        "run": run.id,
        "symbol": symbol,
        "rules": [one.rule for one in broken],
        "severities": [one.severity for one in broken],
        "bars": [one.bars for one in broken],
        "first": [one.first_session for one in broken],
        "last": [one.last_session for one in broken],
        "told": [one.told for one in broken],
    }
    connection.execute(statement("gate/record_broken_rules"), about)
