"""Ages the store: what is old is removed, unless something in the warehouse still points to it."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.fetch.raw_store import REFUSED, read_path
from include.warehouse.origins import origin_of
from include.warehouse.statements import statement

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

log = logging.getLogger(__name__)

YOUNG = "young"
ANOTHER_ORIGIN = "another_origin"
UNKNOWN_RUN = "unknown_run"

_ACCEPTED = re.compile(r"accepted/([a-z]+)-([1-9]\d{0,17})(/[a-z0-9_.:&-]+)?\.parquet")
"""A file for each dataset of a run; before there were other datasets, one for the run."""


@dataclass(frozen=True)
class Retention:
    """What was found in the store, in files: removed, young, or old and kept.

    :param kept: how many by cause. A file with several causes counts under the first by name.
    :param dry_run: nothing was removed; ``removed`` is what would have been.
    """

    found: int
    young: int
    removed: int
    removed_bytes: int
    kept: dict[str, int]
    dry_run: bool


def remove_old(
    connection: Connection[Any], store: ObjectStoragePath, *, now: datetime, days: int, dry_run: bool = False
) -> Retention:
    """Remove raw bodies and accepted rows older than so many days that nothing needs any more.

    A body is as old as the newest request that points to it; where none does, as its name says. It stays if
    the quarantine points to it, if it brought a value that ``stock_data``, its history or a dataset holds, if
    it is the newest good one of its symbol and function, or if a run that is still running has it. Bodies of
    another origin than the warehouse's stay, and where there are any, refusals do: other warehouses may need
    them. The requests of a removed body say so in ``reason``, and their ``path`` is null. Files that the
    pipeline did not name are not looked at.
    """
    sizes = _sizes(store)
    before = now - timedelta(days=days)
    causes = _bodies(connection, sizes, before) | _accepted(connection, sizes, before)
    old = [key for key, cause in causes.items() if cause is None]
    counts = Counter(cause for cause in causes.values() if cause)
    young = counts.pop(YOUNG, 0)
    size = sum(sizes[key] for key in old)
    result = Retention(len(causes), young, len(old), size, dict(sorted(counts.items())), dry_run)
    if not dry_run:
        # First the rows: a file that is then left behind by a crash goes the next time.
        connection.execute(statement("load/forget_bodies"), {"keys": old, "day": now.date()})
        connection.commit()
        for key in old:
            (store / key).unlink(missing_ok=True)
        _remove_empty_folders(store, old)
    log.info("Older than %s: %s", before, result)
    return result


def _remove_empty_folders(store: ObjectStoragePath, removed: Iterable[str]) -> None:
    """Those of runs of which nothing that was accepted is left; an object store has none."""
    for folder in {(store / key).parent for key in removed if key.startswith("accepted/")}:
        if folder.name != "accepted" and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _sizes(store: ObjectStoragePath) -> dict[str, int]:
    """Every file under ``raw`` and ``accepted``, by its path inside the store."""
    root = store.path.strip("/")
    found: dict[str, dict[str, Any]] = {}
    for folder in ("raw", "accepted"):
        found |= store.fs.find(f"{store.path.rstrip('/')}/{folder}", detail=True)
    return {name.strip("/").removeprefix(f"{root}/"): about["size"] for name, about in found.items()}


def _bodies(connection: Connection[Any], keys: Collection[str], before: datetime) -> dict[str, str | None]:
    bodies = {key: body for key in keys if (body := read_path(key)) and body.key == key}
    others = {body.origin for body in bodies.values()} - {origin_of(connection), REFUSED}
    about = {
        "keys": list(bodies),
        "symbols": [body.symbol for body in bodies.values()],
        "fetched_at": [body.fetched_at for body in bodies.values()],
        "before": before,
    }
    causes: dict[str, str | None] = dict(
        connection.execute(statement("load/bodies_in_use"), about).fetchall()
    )
    for key, body in bodies.items():
        if body.origin in others or (body.origin == REFUSED and others):
            causes[key] = causes[key] or ANOTHER_ORIGIN
    return causes


def _accepted(connection: Connection[Any], keys: Collection[str], before: datetime) -> dict[str, str | None]:
    found = [(key, match) for key in keys if (match := _ACCEPTED.fullmatch(key))]
    own = origin_of(connection)
    runs = {key: int(match[2]) for key, match in found if match[1] == own}
    about = {"runs": list(set(runs.values())), "before": before}
    known = dict(connection.execute(statement("load/accepted_in_use"), about).fetchall())
    others = {key: ANOTHER_ORIGIN for key, match in found if match[1] != own}
    return others | {key: known.get(run, UNKNOWN_RUN) for key, run in runs.items()}
