"""A folder of recorded bodies, found by what was asked: ``FUNCTION__subject_details__sourceN.ext``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from include.sandbox import catalogue
from include.sandbox.query import Query

# Most trusted first; "cg" bodies were cut down to a few rows by whoever recorded them.
SOURCES = ("pt", "ptc", "fc", "rv", "rt", "te", "bw", "cg")
CUT_DOWN = "cg"

INTERVALS = frozenset("1min 5min 15min 30min 60min daily weekly monthly quarterly annual".split())
NAME = re.compile(
    r"(?P<function>[A-Z0-9_]+)__(?P<subject>[^_]+)(?P<details>.*)__(?P<source>[a-z]+)(?P<number>\d+)"
)


@dataclass(frozen=True)
class Recording:
    """One recorded body and what it answers."""

    path: Path
    function: str
    subject: str
    interval: str

    @property
    def is_csv(self) -> bool:
        return self.path.suffix == ".csv"

    @property
    def is_whole(self) -> bool:
        return True

    @property
    def body(self) -> bytes:
        return self.path.read_bytes()

    def is_known(self, now: datetime) -> bool:
        return True

    def has_size(self, size: str) -> bool:
        """Whether it is as long as was asked for, ``compact`` or ``full``, as far as it is known."""
        return True


@dataclass(frozen=True)
class NamedRecording(Recording):
    """A file that somebody recorded and named."""

    source: str
    number: int

    @property
    def is_whole(self) -> bool:
        return self.source != CUT_DOWN

    @property
    def rank(self) -> tuple[int, int]:
        """Lower is more trusted, then newer."""
        return SOURCES.index(self.source), self.number

    @property
    def body(self) -> bytes:
        """The file's bytes; in a CSV every line ends as the server ended it, whatever git made of that."""
        found = self.path.read_bytes()
        return b"".join(line + b"\r\n" for line in found.splitlines()) if self.is_csv else found


def read_recordings(folder: Path) -> Sequence[Recording]:
    """Every body of a function the API knows, the most trusted first. Refusals are none."""
    found = (_read(path) for path in folder.iterdir() if path.suffix in {".csv", ".json"})
    return sorted((one for one in found if one), key=lambda one: (one.rank, one.path.name))


def answers_to(recordings: Iterable[Recording], query: Query, now: datetime) -> tuple[Recording, ...]:
    """The bodies recorded for a question by then: of the size asked for, then the most trusted, first."""
    subject, interval = query.subject.upper(), query.get("interval")
    found = (
        one
        for one in recordings
        if one.function == query.function
        and one.subject.upper() == subject
        and (not one.interval or interval in {"", one.interval})
        and one.is_known(now)
    )
    size = "full" if query.full else "compact"
    return tuple(sorted(found, key=lambda one: not one.has_size(size)))


def _read(path: Path) -> NamedRecording | None:
    match = NAME.match(path.name)
    if not match or match["function"] not in catalogue.KNOWN or match["source"] not in SOURCES:
        return None
    interval = next((part for part in match["details"].split("_") if part in INTERVALS), "")
    # An old LISTING_STATUS is called "old" where others about no symbol are called "none".
    subject = "none" if match["subject"] == "old" else match["subject"]
    return NamedRecording(path, match["function"], subject, interval, match["source"], int(match["number"]))
