"""What ready datasets there are: which are switched on, what they cost, and what is held of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from include.datasets.ready.base import Ready
from include.datasets.ready.registry import READY
from include.datasets.ready.selection import Selection
from include.warehouse.statements import statement


@dataclass(frozen=True)
class DatasetState:
    """One family of datasets, as it stands.

    :param subjects: of how many it is switched on; 0: it is off.
    :param calls_a_day: what it costs, on average.
    :param loaded: how many of them were loaded at least once.
    :param rows: in its table, of all that share it.
    :param waiting: rows that await a decision.
    """

    name: str
    says: str
    is_premium: bool
    subjects: int
    calls_a_day: float
    loaded: int
    rows: int
    fetched_at: datetime | None
    waiting: int


def datasets_held(connection: Connection[Any], selection: Selection) -> list[DatasetState]:
    """Return every ready dataset, those that are switched on first."""
    on = selection.by_family
    pairs = [(dataset.name, family) for family, members in on.items() for dataset in members]
    about: dict[str, Any] = {"names": [name for name, _ in pairs], "families": [name for _, name in pairs]}
    held = {row[0]: row[1:] for row in connection.execute(statement("report/datasets"), about)}
    tables = connection.execute("select distinct table_name from dataset").fetchall()
    rows = {table: _rows(connection, table) for (table,) in tables}
    found = [
        _state(one, len(on.get(one.name, ())), held.get(one.name), rows.get(one.dataset.table, 0))
        for one in READY.values()
    ]
    return sorted(found, key=lambda state: not state.subjects)


def _state(one: Ready, subjects: int, held: Sequence[Any] | None, rows: int) -> DatasetState:
    loaded, fetched_at, waiting = held or (0, None, 0)
    calls = subjects / one.dataset.every_days if one.costs_calls else 0.0
    return DatasetState(
        one.name, one.says, one.is_premium, subjects, calls, loaded, rows, fetched_at, waiting
    )


def _rows(connection: Connection[Any], table: str) -> int:
    if connection.execute("select to_regclass(%s)", [table]).fetchone() == (None,):
        return 0
    ((rows,),) = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table)))
    return int(rows)
