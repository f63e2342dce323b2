"""What the warehouse holds of a dataset and has held, cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from psycopg import sql

from tests.desk import Desk
from tests.good_responses import Good, plain

Cell = tuple[tuple[Any, ...], str, Any]
"""The key of a row, a column, and the value there."""

OURS = frozenset(
    "id fetched_at valid_from valid_to is_final final_from replaced_by path session_before".split()
)
"""Columns that say where a value is from and when it stood."""


def rows_held(desk: Desk, good: Good) -> set[tuple[str, ...]]:
    """Return the rows of the dataset's table in the columns of a response, as texts."""
    names = good.columns.split(",")
    rows = _rows(desk, good, good.dataset.table)
    return {tuple(plain(row.get(name)) for name in names) for row in rows}


def cells_held(desk: Desk, good: Good) -> set[Cell]:
    """Return every value that the table has."""
    return _cells(good, ((row, row) for row in _rows(desk, good, good.dataset.table)))


def cells_of_history(desk: Desk, good: Good) -> set[Cell]:
    """Return every value that was replaced."""
    if good.dataset.subjects:
        history = _rows(desk, good, f"{good.dataset.table}_history")
        return _cells(good, ((row, row) for row in history))
    asked = f"select key::text, before::text from dataset_history where dataset = '{good.name}'"
    return _cells(good, ((_json(key), _json(before)) for key, before in desk.rows(asked)))


def _cells(good: Good, rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> set[Cell]:
    return {
        (tuple(key[name] for name in good.dataset.key), name, value)
        for key, values in rows
        for name, value in values.items()
        if name not in OURS
    }


def _rows(desk: Desk, good: Good, table: str) -> list[dict[str, Any]]:
    scope = good.dataset.scope(good.symbol) if good.dataset.scope else {}
    where = " and ".join(f"{name} = '{value}'" for name, value in scope.items()) or "true"
    query = sql.SQL("select to_jsonb(held)::text from {} as held where {}")
    found = desk.warehouse.execute(query.format(sql.Identifier(table), sql.SQL(where)))
    return [_json(text) for (text,) in found]


def _json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return found
