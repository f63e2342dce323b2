"""The merge: rows of one dataset into its table, what they replace into its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Connection, sql
from psycopg.rows import class_row

from include.load.copying import copy_rows
from include.warehouse.locks import take
from include.warehouse.runs import Run
from include.warehouse.statements import statement


@dataclass(frozen=True)
class Loaded:
    """What a load did for one symbol, in bars, or for one dataset, in rows."""

    symbol: str
    new: int
    changed: int
    unchanged: int


def alone(connection: Connection[Any]) -> None:
    """Wait until no other load is at work; none begins before this transaction is over.

    :raises psycopg.errors.LockNotAvailable: another one did not end; see ``take``.
    """
    take(connection, "load_lock")


def stage(connection: Connection[Any], table: str, rows: pa.Table) -> None:
    """Put rows, whose ``of_subject`` says whose they are, into the temporary table ``staged_row``."""
    connection.execute("drop table if exists pg_temp.staged_row, pg_temp.row_step")
    columns = [name for name in rows.column_names if name != "of_subject"]
    connection.execute(filled("load/stage_rows", table, columns))
    copy_rows(connection, "staged_row", rows)
    connection.execute("analyze staged_row")


def merge(
    connection: Connection[Any],
    table: str,
    key: Sequence[str],
    rows: pa.Table,
    run: Run,
    *,
    now: datetime,
    day: str | None = None,
    history: str = "load/keep_replaced_rows",
    not_compared: Sequence[str] = ("fetched_at",),
) -> None:
    """Compare staged rows with those held, and write what differs; the same rows again write nothing.

    :param day: the column that dates a row, if there is one.
    :param history: the statement that keeps what is replaced.
    :param not_compared: columns that say where a row is from; alone they make it no other one.
    """
    columns = [name for name in rows.column_names if name != "of_subject"]
    values = [name for name in columns if name not in not_compared]
    about = {"run": run.id, "now": now, "key": list(key), "values": values}
    for step in ("load/compare_rows", history, "load/change_rows", "load/add_rows"):
        connection.execute(filled(step, table, columns, key, values, day), about)


def by_subject(rows: pa.Table, day: str | None) -> pa.Table:
    """Return of each subject how many rows there are, and the first and the last day."""
    if day is None:
        rows, day = rows.append_column("_day", pa.nulls(rows.num_rows, pa.date32())), "_day"
    elif pa.types.is_timestamp(rows[day].type):
        days = rows[day].cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us")).cast(pa.date32())
        rows, day = rows.append_column("_day", days), "_day"
    counted = rows.group_by("of_subject").aggregate([([], "count_all"), (day, "min"), (day, "max")])
    return counted.rename_columns(["of_subject", "rows", "first", "last"])


def count(connection: Connection[Any], subjects: pa.Table, run: Run) -> list[Loaded]:
    """Write what the load did into the verdicts, and return it.

    :param subjects: as :func:`by_subject` counts them; with ``held``, whether any row was held.
    """
    with connection.cursor(row_factory=class_row(Loaded)) as cursor:
        about: Any = subjects.to_pydict() | {"run": run.id}
        counts = cursor.execute(statement("load/count_rows"), about).fetchall()
    return sorted(counts, key=lambda loaded: loaded.symbol)


def all_held(subjects: pa.Table) -> pa.Table:
    """Return subjects of whose rows each has its step."""
    return subjects.append_column("held", pc.is_valid(subjects["of_subject"]))


def filled(
    name: str,
    table: str,
    columns: Sequence[str],
    key: Sequence[str] = (),
    values: Sequence[str] = (),
    day: str | None = None,
) -> sql.Composed:
    """Return the statement of that name with the names of a table and its columns in it."""
    template: Any = statement(name).decode()
    return sql.SQL(template).format(
        table=sql.Identifier(table),
        columns=_names(columns),
        staged=_names(columns, "staged"),
        key=_names(key),
        held_key=_names(key, "held"),
        staged_key=_names(key, "staged"),
        staged_day=sql.SQL("{}::date").format(sql.Identifier("staged", day)) if day else sql.NULL,
        held_values=_names(values, "held"),
        staged_values=_names(values, "staged"),
    )


def _names(names: Sequence[str], table: str | None = None) -> sql.Composed:
    within = (table,) if table else ()
    return sql.SQL(", ").join(sql.Identifier(*within, name) for name in names)
