"""The tables of datasets: made when their first rows come, widened when the vendor adds a column."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, LiteralString

import pyarrow as pa
from psycopg import Connection, sql

from include.datasets.base import Dataset
from include.datasets.column import Kind, named
from include.exceptions import PipelineError
from include.gate.accepted import is_of_numbers
from include.warehouse.statements import statement

_TYPES: Mapping[Kind, LiteralString] = {
    "number": "numeric",
    "text": "text",
    "date": "date",
    "time": "timestamp with time zone",
}

_OURS = {
    "fetched_at": "When the body that brought these values was fetched.",
    "valid_from": "Since when the table holds these values, by the clock of the load.",
}


class Misfit(PipelineError):
    """What came does not fit the table it is for."""


def prepare(connection: Connection[Any], dataset: Dataset, rows: pa.Table) -> pa.Table:
    """Make the table, or add the columns it lacks; return the rows it has columns for.

    Declared columns are made at once. Another column without any value says nothing of its type, so none is
    made for it yet.

    :param rows: as :func:`include.gate.accepted.accepted_of` makes them.
    :raises Misfit: a column of the table is of another type than its values.
    """
    about = {"table": dataset.table}
    held = dict(connection.execute(statement("load/columns_of_table"), about).fetchall())
    empty = {name for name in rows.column_names if rows[name].null_count == rows.num_rows}
    rows = rows.drop_columns(sorted(empty - held.keys() - named(dataset.typed).keys()))
    came = {field.name: _type_of(field) for field in rows.schema if field.name != "of_subject"}
    first = {name: came[name] for name in (*dataset.key, dataset.day) if name in came}
    types = first | {name: _TYPES[column.kind] for name, column in named(dataset.typed).items()} | came
    for name, wanted in came.items():
        if name in held and name not in empty and not _fits(wanted, held[name]):
            raise Misfit(
                f"The column {name} of {dataset.table} is {held[name]}; what came is {wanted}. Look at the "
                "stored body; if it is right, alter the column's type."
            )
    _make(connection, dataset, types, held)
    _make_readable_as_of(connection, dataset)
    return rows


def _type_of(field: pa.Field) -> LiteralString:
    """The type of a column that is made for such values."""
    kind = field.type
    if pa.types.is_timestamp(kind):
        return "timestamp with time zone"
    if is_of_numbers(field):
        return "numeric"  # a whole number in this body; the next one's may have decimals
    return "date" if pa.types.is_date(kind) else "boolean" if pa.types.is_boolean(kind) else "text"


def _fits(wanted: str, held: str) -> bool:
    """Whether a column takes such values without bending one: PostgreSQL would cut the time off a date."""
    plain = held.partition("(")[0]
    return plain in {"text", wanted} or (wanted == "numeric" and plain in {"bigint", "integer"})


def _make(
    connection: Connection[Any], dataset: Dataset, types: Mapping[str, LiteralString], held: Collection[str]
) -> None:
    table = sql.Identifier(dataset.table)
    typed = {
        name: sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in types.items()
    }
    new = [name for name in types if name not in held]
    if held:
        for name in new:
            connection.execute(sql.SQL("alter table {} add column {}").format(table, typed[name]))
    else:
        template: Any = statement("load/make_table").decode()
        own = [column for name, column in typed.items() if name not in _OURS]
        key = sql.SQL(", ").join(map(sql.Identifier, dataset.key))
        connection.execute(sql.SQL(template).format(table=table, typed=sql.SQL(", ").join(own), key=key))
        comment = (
            f"{dataset.function} of Alpha Vantage: dataset says what is asked, dataset_history what was "
            "replaced."
        )
        connection.execute(sql.SQL("comment on table {} is {}").format(table, sql.Literal(comment)))
        new = [*(name for name in new if name not in _OURS), *_OURS]
    for name in new:
        column = sql.Identifier(dataset.table, name)
        says = sql.Literal(_meaning(dataset, name))
        connection.execute(sql.SQL("comment on column {} is {}").format(column, says))


def _make_readable_as_of(connection: Connection[Any], dataset: Dataset) -> None:
    """Make ``<table>_as_of(timestamptz)``, unless it is there: the table as it was at a moment."""
    name = f"{dataset.table}_as_of"
    if connection.execute("select to_regproc(%s)", [name]).fetchone() != (None,):
        return
    template: Any = statement("load/make_as_of").decode()
    parts = (
        sql.SQL("{}, to_jsonb(held) -> {}").format(sql.Literal(column), sql.Literal(column))
        for column in dataset.key
    )
    filled = sql.SQL(template).format(
        function=sql.Identifier(name),
        table=sql.Identifier(dataset.table),
        name=sql.Literal(dataset.table),
        key=sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(parts)),
    )
    connection.execute(filled)
    says = sql.Literal(f"{dataset.table} as it was at a moment, by the clock of the loads.")
    connection.execute(sql.SQL("comment on function {} is {}").format(sql.Identifier(name), says))


def _meaning(dataset: Dataset, name: str) -> str:
    if name == dataset.period:
        return f"The first day of the {name}."
    if column := named(dataset.typed).get(name):
        return column.says
    if name in dataset.parameters:
        return f"The {name} that {dataset.function} was asked for."
    return _OURS.get(name, f"{name} of {dataset.function}, as Alpha Vantage has it.")
