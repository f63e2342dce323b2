"""The tables of datasets: made when their first rows come, widened when the vendor adds a column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, LiteralString

from psycopg import Connection, sql

from airflow_provider_alphavantage.parsing import Kind
from include.datasets.base import Dataset
from include.datasets.rows import Rows
from include.exceptions import PipelineError
from include.warehouse.statements import statement

_TYPES: dict[Kind, LiteralString] = {
    "text": "text",
    "date": "date",
    "time": "timestamptz",
    "number": "numeric",
    "whole": "numeric",  # in this body; the next one's may have decimals
    "flag": "boolean",
}
_HELD = _TYPES | {"time": "timestamp with time zone"}
_OURS = {
    "fetched_at": "When the body that brought these values was fetched.",
    "valid_from": "Since when the table holds these values, by the clock of the load.",
}


class Misfit(PipelineError):
    """What came does not fit the table it is for."""


def prepare(connection: Connection[Any], rows: Rows) -> Rows:
    """Make the table, or add the columns it lacks; return the rows it has columns for.

    A column without any value says nothing of its type, so none is made for it yet.

    :raises Misfit: a column of the table is of another type than its values.
    """
    about = {"table": rows.dataset.table}
    held = dict(connection.execute(statement("load/columns_of_table"), about).fetchall())
    empty = {
        name
        for name, cells in zip(rows.columns, zip(*rows.rows, strict=True), strict=True)
        if all(cell is None for cell in cells)
    }
    rows = rows.without(empty - held.keys())
    for name, kind in zip(rows.columns, rows.kinds, strict=True):
        if name in held and name not in empty and not _fits(kind, held[name]):
            raise Misfit(
                f"The column {name} of {rows.dataset.table} is {held[name]}; what came is {_TYPES[kind]}. "
                "Look at the stored body; if it is right, alter the column's type."
            )
    _make(connection, rows, held)
    return rows


def _fits(kind: Kind, held: str) -> bool:
    """Whether a column takes such values without bending one: PostgreSQL would cut the time off a date."""
    plain = held.partition("(")[0]
    return plain in {"text", _HELD[kind]} or (kind in {"number", "whole"} and plain in {"bigint", "integer"})


def _make(connection: Connection[Any], rows: Rows, held: Collection[str]) -> None:
    table = sql.Identifier(rows.dataset.table)
    typed = {
        name: sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_TYPES[kind]))
        for name, kind in zip(rows.columns, rows.kinds, strict=True)
    }
    new = [name for name in rows.columns if name not in held]
    if held:
        for name in new:
            connection.execute(sql.SQL("alter table {} add column {}").format(table, typed[name]))
    else:
        connection.execute(filled("load/make_dataset_table", rows, typed=sql.SQL(", ").join(typed.values())))
        comment = (
            f"{rows.dataset.function} of Alpha Vantage: dataset says what is asked, dataset_history what was "
            "replaced."
        )
        connection.execute(sql.SQL("comment on table {} is {}").format(table, sql.Literal(comment)))
        new += _OURS
    for name in new:
        column = sql.Identifier(rows.dataset.table, name)
        says = sql.Literal(_meaning(rows.dataset, name))
        connection.execute(sql.SQL("comment on column {} is {}").format(column, says))


def _meaning(dataset: Dataset, name: str) -> str:
    if name == dataset.period:
        return f"The first day of the {name}."
    if name in dataset.parameters:
        return f"The {name} that {dataset.function} was asked for."
    return _OURS.get(name, f"{name} of {dataset.function}, as Alpha Vantage has it.")


def filled(name: str, rows: Rows, **parts: sql.Composable) -> sql.Composed:
    """Return the statement of that name, with the names of this dataset's table and columns in it."""
    template: Any = statement(name).decode()
    key = rows.dataset.key
    return sql.SQL(template).format(
        table=sql.Identifier(rows.dataset.table),
        columns=_names(rows.columns),
        staged=_names(rows.columns, "staged"),
        key=_names(key),
        held_key=_names(key, "held"),
        staged_key=_names(key, "staged"),
        **parts,
    )


def _names(names: Sequence[str], table: str | None = None) -> sql.Composed:
    within = (table,) if table else ()
    return sql.SQL(", ").join(sql.Identifier(*within, name) for name in names)
