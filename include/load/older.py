"""What an older response would have changed: it replaces nothing, and a warning has both values."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from include.datasets.base import Dataset
from include.load.merge import filled
from include.warehouse.runs import Request, Run
from include.warehouse.statements import statement

log = logging.getLogger(__name__)

_SHOWN = 3
"""Rows whose values are in the warning; the others are counted."""

_Row = dict[str, Any]


def warn_of_older_rows(
    connection: Connection[Any], dataset: Dataset, columns: Sequence[str], run: Run
) -> None:
    """Compare the staged rows of a dataset, once they are merged, with those that a newer response brought.

    :param columns: those of the staged rows.
    """
    values = [name for name in columns if name not in {*dataset.key, "fetched_at", "of_subject"}]
    query = filled("load/older_rows", dataset.table, columns, dataset.key, values)
    found: list[tuple[_Row, _Row]] = connection.execute(query).fetchall()
    by_name: dict[str, list[tuple[_Row, _Row]]] = {}
    for pair in found:
        by_name.setdefault(str(pair[0]["of_subject"]), []).append(pair)
    for name, pairs in by_name.items():
        _warn_of_rows(connection, run, dataset, name, pairs, values)


def _warn_of_rows(
    connection: Connection[Any],
    run: Run,
    dataset: Dataset,
    name: str,
    found: Sequence[tuple[_Row, _Row]],
    values: Sequence[str],
) -> None:
    days = sorted(str(came[dataset.day])[:10] for came, _ in found if dataset.day and came[dataset.day])
    lines = [f"{_key(dataset, came)}: {_differing(came, stays, values)}" for came, stays in found[:_SHOWN]]
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    sentence = f"{name}: not_stale ({'; '.join(lines)}{more})."
    about = {"rows": len(found), "first": min(days, default=None), "last": max(days, default=None)}
    _record(connection, run, name, sentence, about)


def warn_of_older_list(
    connection: Connection[Any], run: Run, name: str, request: Request, newest: datetime
) -> None:
    """Say of a list that a newer one was loaded before.

    :param newest: when that was fetched.
    """
    came, stays = (f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for moment in (request.answered_at, newest))
    sentence = f"{name}: not_stale (the list of {came} is older than the one of {stays}, which stays)."
    _record(connection, run, name, sentence, {"rows": 0, "first": None, "last": None})


def _record(connection: Connection[Any], run: Run, name: str, sentence: str, about: dict[str, Any]) -> None:
    log.warning("%s", sentence)
    whose = {"run": run.id, "name": name, "sentence": sentence}
    connection.execute(statement("load/record_older"), about | whose)


def _key(dataset: Dataset, row: _Row) -> str:
    return " ".join(str(row[name]) for name in dataset.key)


def _differing(came: _Row, stays: _Row, values: Sequence[str]) -> str:
    names = [name for name in values if came[name] != stays[name]]
    there, here = (", ".join(f"{name} {_text(row[name])}" for name in names) for row in (came, stays))
    return f"{there} came from an older response; {here} stays"


def _text(value: object) -> str:
    return "null" if value is None else str(value)
