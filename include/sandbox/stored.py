"""The pipeline's raw store as a folder to replay: what was known at any moment since it was begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from include.fetch.raw_store import REFUSED, StoredBody, read_path
from include.market.listing import ACTIVE_LIST, DELISTED_LIST
from include.sandbox.recordings import Recording

COPIED = "replay"
"""The origin of bodies that an earlier replay brought: copies of what was replayed."""


@dataclass(frozen=True)
class StoredRecording(Recording):
    """A body the pipeline kept."""

    stored: StoredBody

    def is_known(self, now: datetime) -> bool:
        return self.stored.fetched_at <= now

    def has_size(self, size: str) -> bool:
        return self.stored.kind == size


def read_store(folder: Path) -> Sequence[Recording]:
    """Every body of a raw store, the newest first; refusals are none.

    Bodies of one origin are replayed; copies that an earlier replay left, only where there is nothing else.

    :param folder: the store, or one origin's folder in it.
    :raises ValueError: it holds bodies of several origins, and none was named.
    """
    found = [one for pattern in ("raw/origin=*/", "") for one in _bodies(folder, pattern)]
    origins = {one.stored.origin for one in found}
    origins = origins - {COPIED} or origins
    if len(origins) > 1:
        names = sorted(origins)
        raise ValueError(
            f"{folder} holds bodies of {' and '.join(names)}, which are never mixed: name the folder of one, "
            f"such as {folder}/raw/origin={names[0]}"
        )
    chosen = [one for one in found if one.stored.origin in origins]
    return sorted(chosen, key=lambda one: (one.stored.fetched_at, one.path.name), reverse=True)


def _bodies(folder: Path, pattern: str) -> list[StoredRecording]:
    paths = folder.absolute().glob(f"{pattern}function=*/symbol=*/*")
    read = ((path, read_path(path.as_posix())) for path in paths)
    return [
        StoredRecording(path, body.function, _subject(body), "", body)
        for path, body in read
        if body and body.origin != REFUSED
    ]


def _subject(body: StoredBody) -> str:
    """What a question is about: the active listing, which is of no symbol, is what the API gives unasked."""
    return {ACTIVE_LIST: "none", DELISTED_LIST: "delisted"}.get(body.symbol, body.symbol)
