"""Bring `airflow_settings.yaml` into Airflow's database without overwriting what a person changed in the UI.

    python -m include.installation.airflow_settings airflow_settings.yaml --record FILE < fills.json

Runs with Airflow's environment. `fills.json` holds what the file cannot know, secrets included, so that they
are in no argument and no environment: {"connections": {conn_id: {field: value}}, "variables": {name: value}}.

Each field is decided by three values: what we wrote last (FILE keeps only salted hashes), what is there now,
and what we want now. If what is there is what we wrote last, we write; else a person chose it, and it stays.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from include.installation.written import Record, Value, Wanted, decide, read_record
from include.settings import ALPHAVANTAGE_CONN_ID, POOL

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

EXTRA = "extra."

PREMIUM_SLOTS = 4
"""Tasks that fetch at once on a premium key: so many start while others ask, and each asks for several."""

PLAIN_FIELDS = {
    "connection": ("conn_type", "host", "schema", "login", "password", "port"),
    "pool": ("slots", "description"),
    "variable": ("val",),
}


@dataclass(frozen=True)
class Outcome:
    """What one load did: fields written, and fields a person had changed."""

    written: list[str]
    kept: list[str]


def read_wanted(file: Path, fills: Mapping[str, Any]) -> Iterator[Wanted]:
    """The rows of `airflow_settings.yaml`, completed by the fills; a field without a value is not ours."""
    content = (yaml.safe_load(file.read_text()) or {}).get("airflow") or {}
    for row in content.get("connections") or []:
        filled = {**_connection_fields(row), **(fills.get("connections", {}).get(row["conn_id"]) or {})}
        yield Wanted("connection", row["conn_id"], _present(filled))
    for row in content.get("pools") or []:
        fields = {"slots": row["pool_slot"], "description": row.get("pool_description")}
        yield Wanted("pool", row["pool_name"], _present(fields))
    for row in content.get("variables") or []:
        name = row["variable_name"]
        value = fills.get("variables", {}).get(name, row.get("variable_value"))
        yield Wanted("variable", name, _present({"val": None if value is None else str(value)}))


def load(session: Session, wanted: list[Wanted], record: Record) -> Outcome:
    """Write what is ours to write, and commit."""
    outcome = Outcome([], [])
    for asked in wanted:
        target = _by_plan(session, asked)
        row = _find(session, target)
        write, kept = decide(target, None if row is None else _current(target, row), record)
        outcome.kept.extend(kept)
        outcome.written.extend(f"{target.kind} {target.name}, {name}" for name in write)
        if row is None:
            row = _new(target)
            session.add(row)
        _write(target, row, write)
    record.save()
    session.commit()
    record.settle()
    return outcome


def main(arguments: list[str] | None = None) -> int:
    """Load the file named on the command line; say in one line each what a person's change kept from us."""
    parser = argparse.ArgumentParser(
        prog="include.installation.airflow_settings", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--record", type=Path, required=True, help="where the hashes of what was written are kept"
    )
    options = parser.parse_args(arguments)
    fills = {} if sys.stdin.isatty() else json.loads(sys.stdin.read() or "{}")
    from airflow.utils.session import create_session

    with create_session() as session:
        outcome = load(session, list(read_wanted(options.file, fills)), read_record(options.record))
    for key in outcome.kept:
        print(f"kept as you changed it: {key.removesuffix(', val')}")
    print(f"Airflow settings: {len(outcome.written)} fields written, {len(outcome.kept)} kept")
    return 0


def _connection_fields(row: Mapping[str, Any]) -> dict[str, Value]:
    plain = {name: row.get(f"conn_{name.removeprefix('conn_')}") for name in PLAIN_FIELDS["connection"]}
    extra = row.get("conn_extra") or {}
    extras = json.loads(extra) if isinstance(extra, str) else extra
    return {**plain, **{EXTRA + name: value for name, value in extras.items()}}


def _present(fields: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in fields.items() if value not in {None, ""}}


def _table(kind: str) -> tuple[Any, str]:
    """Airflow's ORM class of a kind of row, and the column that names one."""
    from airflow.models.connection import Connection
    from airflow.models.pool import Pool
    from airflow.models.variable import Variable

    return {"connection": (Connection, "conn_id"), "pool": (Pool, "pool"), "variable": (Variable, "key")}[
        kind
    ]


def _find(session: Session, target: Wanted) -> Any:
    from sqlalchemy import select

    table, named = _table(target.kind)
    return session.scalar(select(table).where(getattr(table, named) == target.name))


def _by_plan(session: Session, target: Wanted) -> Wanted:
    """The pool of the key with as many slots as its plan has use for; all else as it is wanted."""
    if (target.kind, target.name) != ("pool", POOL):
        return target
    key = _find(session, Wanted("connection", ALPHAVANTAGE_CONN_ID, {}))
    is_premium = key is not None and json.loads(key.extra or "{}").get("plan") == "premium"
    return replace(target, fields={**target.fields, "slots": PREMIUM_SLOTS}) if is_premium else target


def _new(target: Wanted) -> Any:
    table, named = _table(target.kind)
    required = {"include_deferred": False} if target.kind == "pool" else {}
    return table(**{named: target.name}, **required)


def _current(target: Wanted, row: Any) -> dict[str, Value]:
    plain = {name: getattr(row, name) or None for name in PLAIN_FIELDS[target.kind]}
    extras = json.loads(row.extra or "{}") if target.kind == "connection" else {}
    return {**plain, **{EXTRA + name: value for name, value in extras.items()}}


def _write(target: Wanted, row: Any, fields: Mapping[str, Value]) -> None:
    extras = {name.removeprefix(EXTRA): value for name, value in fields.items() if name.startswith(EXTRA)}
    for name in fields.keys() & set(PLAIN_FIELDS[target.kind]):
        setattr(row, name, fields[name])
    if extras:
        row.extra = json.dumps({**json.loads(row.extra or "{}"), **extras})


if __name__ == "__main__":
    sys.exit(main())
