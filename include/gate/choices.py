"""Two different rows of one key: a person chooses one of them, and the others are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from include.datasets.registry import dataset_for
from include.exceptions import BadDecision
from include.warehouse.statements import statement


def alternatives(connection: Connection[Any], ids: Sequence[int]) -> list[int]:
    """Return the rows that came with the chosen ones under the same key.

    :raises BadDecision: there is none, or two of the chosen rows are of one key.
    """
    others: list[int] = []
    for chosen in ids:
        found = _ids(connection, "gate/alternatives", chosen)
        if not found:
            what = f"Row {chosen} came alone under its key, so there is nothing to choose from."
            raise BadDecision(f"{what} Release or discard it.")
        if both := set(found) & set(ids):
            raise BadDecision(f"Rows {chosen} and {both.pop()} have one key: choose one of them.")
        others += found
    return sorted(set(others))


def chosen_with(connection: Connection[Any], ids: Sequence[int]) -> list[int]:
    """Return these rows and, where one of them was chosen or lost to a choice, the others of that choice."""
    others = [other for one in ids for other in _ids(connection, "gate/chosen_with", one)]
    return list(dict.fromkeys([*ids, *others]))


def _ids(connection: Connection[Any], name: str, row: int) -> list[int]:
    found = connection.execute("select symbol from quarantine where id = %s", (row,)).fetchone()
    key = [column for column in dataset_for(found[0]).key if column != "symbol"] if found else []
    return [number for (number,) in connection.execute(statement(name), {"id": row, "key": key})]
