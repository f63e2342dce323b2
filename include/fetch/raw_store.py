"""The raw store: every body as it was answered, under a path that says what it is."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote
from uuid import uuid4

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

REFUSED = "refused"
"""The origin under which refusals lie: messages, not answers."""

OBJECT_STORES = frozenset({"s3", "s3a", "s3n", "gs", "gcs", "abfs", "abfss", "az", "adl"})
"""Where one request puts a whole file or none, there are no folders, and a rename is a copy."""

_ON_DISK = (
    " Where tasks run on several machines, all have to reach the store: set the Variable market_data_store "
    "(docs/scaling.md)."
)
_STALE = timedelta(hours=1)
"""A file that was begun so long ago and is not whole is not being written any more."""

_STAMP = "%Y%m%dT%H%M%SZ"
_STAMPED = len("20260516T060000Z")
_LAYOUT = re.compile(
    r"raw/origin=(?P<origin>[^/]+)/function=(?P<function>[^/]+)/symbol=(?P<symbol>[^/]+)/"
    r"(?P<stamp>\d{8}T\d{6}Z)-[0-9a-f]{16}-(?P<kind>[a-z]+)\.(?:csv|json)"
)


@dataclass(frozen=True)
class StoredBody:
    """What the path of a body says of it.

    :param key: the path inside the store: the same whatever the URL through which the store is reached.
    :param fetched_at: when these bytes first came, to the second.
    :param kind: ``compact`` or ``full``, or ``refusal``.
    """

    key: str
    origin: str
    function: str
    symbol: str
    fetched_at: datetime
    kind: str


def read_path(path: str) -> StoredBody | None:
    """Return what a path says, or None for a file that :func:`write_body` did not name."""
    key = "/".join(path.split("/")[-5:])
    found = _LAYOUT.fullmatch(key)
    if found is None:
        return None
    try:
        fetched_at = datetime.strptime(found["stamp"], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    origin, function, symbol = (unquote(found[name]) for name in ("origin", "function", "symbol"))
    return StoredBody(key, origin, function, symbol, fetched_at, found["kind"])


def write_body(
    root: ObjectStoragePath,
    content: bytes,
    *,
    origin: str,
    function: str,
    symbol: str,
    fetched_at: datetime,
    kind: str,
) -> str:
    """Write one body and return its path; if the one known until then is the same, nothing is written.

    So the newest body of a kind is what was known last, also where an earlier one came back. Under that
    path there is all of the body or nothing, whatever happens; one that was damaged since is written anew.

    :param kind: the end of the name: ``compact.json``, ``full.csv``, or ``refusal.json`` for a body
        that is a message and has been scrubbed of the key.
    """
    folder = (
        root / "raw" / f"origin={_safe(origin)}" / f"function={_safe(function)}" / f"symbol={_safe(symbol)}"
    )
    name = f"{hashlib.sha256(content).hexdigest()[:16]}-{kind}"
    path = folder / f"{fetched_at:{_STAMP}}-{name}"
    folder.fs.invalidate_cache(folder.path)
    known = [held for held in folder.glob(f"*-{kind}") if held.name[:_STAMPED] <= path.name[:_STAMPED]]
    newest = max(known, key=lambda held: held.name, default=None)
    if newest is not None and newest.name.endswith(f"-{name}") and newest.read_bytes() == content:
        return str(newest)
    write_whole(path, content)
    return str(path)


def write_whole(path: ObjectStoragePath, content: bytes) -> None:
    """Write a file that is seen once it is whole: a bucket has it so, a disk shows every byte as it comes.

    Beginnings of files that a killed process left in its folder are removed.
    """
    if path.protocol in OBJECT_STORES:
        path.fs.pipe_file(path.path, content)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_beginnings(path.parent)
    beside = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        beside.write_bytes(content)
        beside.move(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def remove_beginnings(store: ObjectStoragePath) -> int:
    """Remove what killed processes left of files in a store, an hour old or older; return how many.

    A bucket has none.
    """
    return 0 if store.protocol in OBJECT_STORES else _remove_beginnings(store, "**/*.part")


def _remove_beginnings(folder: ObjectStoragePath, pattern: str = "*.part") -> int:
    before = datetime.now(UTC) - _STALE  # the disk's time, not the run's
    removed = 0
    for begun in folder.glob(pattern):
        with suppress(FileNotFoundError, NotImplementedError):  # whole by now, removed; or nobody knows
            if folder.fs.modified(begun.path) < before:
                begun.unlink()
                removed += 1
    return removed


def read_body(path: str) -> bytes:
    """Return a body as it was written.

    :raises FileNotFoundError: it is not in the store any more, or the store is a disk of another machine.
    """
    from airflow.sdk import ObjectStoragePath

    stored = ObjectStoragePath(path)
    try:
        content: bytes = stored.read_bytes()
    except FileNotFoundError:
        where = "" if stored.protocol in OBJECT_STORES else _ON_DISK
        raise FileNotFoundError(f"{path} is not in the store.{where}") from None
    return content


def is_stored(path: str) -> bool:
    """Tell whether the body is in the store now, whoever wrote or removed it."""
    from airflow.sdk import ObjectStoragePath

    stored = ObjectStoragePath(path)
    stored.fs.invalidate_cache(stored.path)
    return bool(stored.exists())


def _safe(name: str) -> str:
    return quote(name, safe="")
