"""The rows of a warehouse, read so that two moments can be compared.

Values are PostgreSQL's own text, moments in UTC: reading loses no digit, null or zone.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import Connection, sql

from .catalog import RELATIONS

Rows = list[dict[str, str | None]]


def in_utc(url: str) -> Connection:
    """A connection that reads moments in UTC, whatever the zone of the database."""
    return psycopg.connect(url, options="-c timezone=UTC")


def columns(connection: Connection) -> dict[str, list[str]]:
    """The columns of every table, view and materialized view."""
    query = (
        "select relname, array_agg(attname::text order by attnum) from pg_class "
        "inner join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped "
        f"where {RELATIONS} and relname <> 'alembic_version' group by relname order by relname"
    )
    return dict(connection.execute(query).fetchall())


def contents(
    connection: Connection, wanted: Mapping[str, list[str]], instead: Mapping[str, str] | None = None
) -> dict[str, Rows]:
    """Every row of these relations, with these columns only, in the order of its values.

    :param instead: SQL to read in place of a column, by ``relation.column``.
    """
    return {relation: _rows(connection, relation, names, instead or {}) for relation, names in wanted.items()}


def _rows(connection: Connection, relation: str, names: list[str], instead: Mapping[str, str]) -> Rows:
    values = [_value(name, instead.get(f"{relation}.{name}")) for name in names]
    query = sql.SQL("select {} from {}").format(sql.SQL(", ").join(values), sql.Identifier(relation))
    return [dict(zip(names, row, strict=True)) for row in sorted(connection.execute(query), key=repr)]


def _value(name: str, instead: str | None) -> sql.Composed:
    value = sql.SQL("({})").format(sql.SQL(instead)) if instead else sql.Identifier(name)
    return sql.SQL("{}::text").format(value)


def changes(before: Mapping[str, Rows], after: Mapping[str, Rows]) -> dict[str, dict[str, Rows]]:
    """By relation, the rows that only one of the two has; nothing where both are the same."""
    return {
        relation: {
            "lost": [row for row in rows if row not in after[relation]],
            "new": [row for row in after[relation] if row not in rows],
        }
        for relation, rows in before.items()
        if rows != after[relation]
    }
