"""The raw store: every body as it was answered, under a path that says what it is."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath


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
    """Write one body and return its path; a body the store holds already is not written again.

    :param kind: the end of the name: ``compact.json``, ``full.csv``, or ``refusal.json`` for a body
        that is a message and has been scrubbed of the key.
    """
    folder = (
        root / "raw" / f"origin={_safe(origin)}" / f"function={_safe(function)}" / f"symbol={_safe(symbol)}"
    )
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{hashlib.sha256(content).hexdigest()[:16]}-{kind}"
    held = next(folder.glob(f"*-{name}"), None)
    if held is not None:
        return str(held)
    path = folder / f"{fetched_at:%Y%m%dT%H%M%SZ}-{name}"
    path.write_bytes(content)
    return str(path)


def read_body(path: str) -> bytes:
    """Return a body as it was written.

    :raises FileNotFoundError: it is not in the store any more.
    """
    from airflow.sdk import ObjectStoragePath

    content: bytes = ObjectStoragePath(path).read_bytes()
    return content


def is_stored(path: str) -> bool:
    """Tell whether the body is still in the store."""
    from airflow.sdk import ObjectStoragePath

    return bool(ObjectStoragePath(path).exists())


def _safe(name: str) -> str:
    return quote(name, safe="")
