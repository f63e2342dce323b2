"""What users of a warehouse rely on beside its rows, from PostgreSQL's catalog: a line for each thing."""

from __future__ import annotations

from psycopg import Connection

RELATIONS = "relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')"
"""Tables, views and materialized views, in a query on pg_class."""
COLUMNS = (
    "from pg_attribute inner join pg_class on pg_class.oid = attrelid "
    f"where {RELATIONS} and attnum > 0 and not attisdropped"
)
FUNCTIONS = "from pg_proc where pronamespace = 'public'::regnamespace"
UNIQUE = f"from pg_index inner join pg_class on pg_class.oid = indrelid where {RELATIONS} and indisunique"
CONSTRAINTS = f"from pg_constraint inner join pg_class on pg_class.oid = conrelid where {RELATIONS}"


def names(connection: Connection) -> set[str]:
    """Relations and their columns; functions and the names of what they take and return."""
    return _lines(
        connection,
        f"select relname from pg_class where {RELATIONS}",
        f"select relname || '.' || attname {COLUMNS}",
        f"select oid::regprocedure::text {FUNCTIONS}",
        f"select oid::regprocedure || ' ' || unnest(proargnames) {FUNCTIONS}",
    )


def keys(connection: Connection) -> set[str]:
    """What protects keys: unique indexes, which of their columns are never null, and references.

    Of checks there is only the name: a later revision may allow more values.
    """
    in_key = (
        "exists (select from pg_index where indrelid = attrelid and indisunique and attnum = any(indkey))"
    )
    return _lines(
        connection,
        f"select pg_get_indexdef(indexrelid) {UNIQUE}",
        f"select relname || '.' || attname || ' not null' {COLUMNS} and attnotnull and {in_key}",
        f"select relname || ': ' || pg_get_constraintdef(pg_constraint.oid) {CONSTRAINTS} and contype = 'f'",
        f"select relname || ': ' || conname {CONSTRAINTS} and contype <> 'n'",
    )


def grants(connection: Connection) -> set[str]:
    """Who may do what with the schema, each relation, column and function."""
    return _lines(
        connection,
        "select format('%s on %s to %s%s', privilege_type, thing, "
        "case grantee when 0 then 'public' else grantee::regrole::text end, "
        "case when is_grantable then ' with grant option' end) from ("
        f"select relname, coalesce(relacl, acldefault('r', relowner)) from pg_class where {RELATIONS} "
        f"union all select relname || '.' || attname, attacl {COLUMNS} "
        f"union all select oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner)) {FUNCTIONS} "
        "union all select 'schema public', nspacl from pg_namespace where nspname = 'public'"
        ") as granted (thing, acl) cross join lateral aclexplode(acl)",
    )


def next_ids(connection: Connection) -> dict[str, int]:
    """The next id of each table that counts its rows. Asking takes it, so no row will have it."""
    counter = "nextval(pg_get_serial_sequence(quote_ident(relname), attname))"
    query = f"select relname || '.' || attname, {counter} {COLUMNS} and attidentity <> ''"
    return dict(connection.execute(query).fetchall())


def _lines(connection: Connection, *queries: str) -> set[str]:
    return {line for query in queries for (line,) in connection.execute(query)}
