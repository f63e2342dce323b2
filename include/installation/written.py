"""What we wrote last, so that what a person changed since is recognised and stays."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from include.installation.private_file import write_private

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Wanted:
    """One row we want in Airflow's database, and the fields of it that are ours."""

    kind: str
    name: str
    fields: Mapping[str, Value] = field(repr=False)


@dataclass
class Record:
    """What we wrote last, as salted hashes: a value can be recognised, not read."""

    path: Path
    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    hashes: dict[str, list[str]] = field(default_factory=dict)
    existed: bool = False

    def wrote(self, key: str, value: Value) -> bool:
        """Whether this value is what we wrote there last."""
        if key not in self.hashes:
            return self.existed and value is None
        return self._hash(key, value) in self.hashes[key]

    def note(self, key: str, value: Value) -> None:
        """Accept this value as ours; the former is accepted too until `settle`, should the commit fail."""
        self.hashes[key] = [*self.hashes.get(key, [])[-1:], self._hash(key, value)]

    def settle(self) -> None:
        """What was written is committed: only the newest value is ours now."""
        self.hashes = {key: hashes[-1:] for key, hashes in self.hashes.items()}
        self.save()

    def save(self) -> None:
        write_private(self.path, json.dumps({"salt": self.salt, "hashes": self.hashes}, indent=1))

    def _hash(self, key: str, value: Value) -> str:
        return hashlib.sha256(json.dumps([self.salt, key, value]).encode()).hexdigest()


def read_record(path: Path) -> Record:
    """The record of former loads; an empty one when there is none."""
    if not path.exists():
        return Record(path)
    kept = json.loads(path.read_text())
    return Record(path, kept["salt"], kept["hashes"], existed=True)


def decide(
    wanted: Wanted, current: Mapping[str, Value] | None, record: Record
) -> tuple[dict[str, Value], list[str]]:
    """The fields to write, and the keys of those a person changed; a row that is missing is written whole."""
    write: dict[str, Value] = {}
    kept: list[str] = []
    for name, value in wanted.fields.items():
        key = f"{wanted.kind} {wanted.name}, {name}"
        now = None if current is None else current.get(name)
        if current is not None and now != value and not record.wrote(key, now):
            kept.append(key)
            continue
        record.note(key, value)
        if now != value:
            write[name] = value
    return write, kept
