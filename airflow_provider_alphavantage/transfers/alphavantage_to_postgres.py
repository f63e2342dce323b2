"""From a function of the API to a table in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from airflow.providers.postgres.hooks.postgres import PostgresHook

from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.operators.alphavantage import AlphaVantageBaseOperator
from airflow_provider_alphavantage.parsing import Records
from airflow_provider_alphavantage.parsing.records import Kind

_TYPES = {
    "text": "text",
    "date": "date",
    "time": "timestamptz",
    "number": "numeric",
    "whole": "numeric",  # in this body; the next one's may have decimals
    "flag": "boolean",
}
_MADE_BY_ANOTHER = {"23505", "42P07"}
"""SQLSTATE where two tasks found no table and both made it: ``if not exists`` does not see the other's."""

_FETCHED = "alphavantage_fetched"
"""The temporary table: it would hide a table of the same name."""

_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class AlphaVantageToPostgresOperator(AlphaVantageBaseOperator):
    """Ask one function and merge its rows into a table.

    The rows are copied into a temporary table and merged from there in one transaction; rows that are
    there already and did not change are not written. Where the rows do not carry the ``symbol`` that was
    asked for, it is added to them, and so is every other parameter that the key names, such as
    ``time_period``. Columns the vendor adds are added to the table.

    Beside the parameters of :class:`AlphaVantageBaseOperator` (needs the extra ``[postgres]``):

    :param table: the table, with its schema if it has one (templated).
    :param key: the columns that identify a row, such as ``("symbol", "ex_dividend_date")``.
    :param create_table: make the table, with ``key`` as its primary key, if it is not there; tasks that do
        so at the same time wait for each other.
    :param postgres_conn_id: the connection of the database.
    :returns: ``rows``, and how many of them were ``written``.
    :raises UnreadableBody: a row has nothing in a column of the key, or two rows have the same key.
    """

    template_fields: Sequence[str] = (*AlphaVantageBaseOperator.template_fields, "table")
    template_ext: Sequence[str] = ()

    def __init__(
        self,
        *,
        table: str,
        key: Sequence[str],
        create_table: bool = False,
        postgres_conn_id: str = "postgres_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.table = table
        self.key = key
        self.create_table = create_table
        self.postgres_conn_id = postgres_conn_id

    def use(self, answer: Answer) -> dict[str, Any]:
        """Merge the rows."""
        records = _with_asked(answer.records(), self._asked(answer.symbol))
        if not records.columns:
            return {"rows": 0, "written": 0}
        self._check_key(records)
        hook = PostgresHook(postgres_conn_id=self.postgres_conn_id)
        with closing(hook.get_conn()) as connection, closing(connection.cursor()) as cursor:
            written = self._merge(cursor, records)
            connection.commit()
        self.log.info("%s: %d of %d rows written to %s", self.function, written, len(records), self.table)
        return {"rows": len(records), "written": written}

    def _asked(self, symbol: str | None) -> dict[str, str]:
        """What was asked for and belongs into the rows, unless they have it."""
        named = {name: str(self.parameters[name]).strip() for name in self.key if name in self.parameters}
        return named | ({"symbol": symbol} if symbol else {})

    def _check_key(self, records: Records) -> None:
        if absent := set(self.key) - set(records.columns):
            raise ValueError(
                f"key: {self.function} has no column {', '.join(sorted(absent))}; "
                f"it has {', '.join(records.columns)}."
            )
        places = [records.columns.index(name) for name in self.key]
        keys = [tuple(row[place] for place in places) for row in records.rows]
        for number, key in enumerate(keys, 1):
            if None in key:
                name = self.key[key.index(None)]
                what = f"Row {number} has no {name}, which is in the key of table {self.table}."
                raise UnreadableBody(what, function=self.function)
        if len(set(keys)) < len(keys):
            raise UnreadableBody(f"Two rows have the same {', '.join(self.key)}.", function=self.function)

    @staticmethod
    def _held_columns(cursor: Any, table: str) -> dict[str, str]:
        cursor.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped",
            (table,),
        )
        return dict(cursor.fetchall())

    def _check_types(self, records: Records, held: dict[str, str]) -> None:
        """PostgreSQL would round a decimal into a whole column without a word."""
        for name, kind in zip(records.columns, records.kinds, strict=True):
            if kind == "number" and held.get(name) in {"bigint", "integer", "smallint"}:
                raise ValueError(
                    f"{self.table}.{name} is {held[name]}, and {self.function} has decimals there: "
                    f"alter table {self.table} alter column {name} type numeric."
                )

    def _merge(self, cursor: Any, records: Records) -> int:
        table = ".".join(_quoted(part) for part in self.table.split("."))
        names = ", ".join(_quoted(name) for name in records.columns)
        typed = [
            f"{_quoted(name)} {_TYPES[kind]}"
            for name, kind in zip(records.columns, records.kinds, strict=True)
        ]
        key = ", ".join(_quoted(name) for name in self.key)
        if self.create_table:
            _make(cursor, f"create table if not exists {table} ({', '.join(typed)}, primary key ({key}))")
        held = self._held_columns(cursor, table)
        for name, column in zip(records.columns, typed, strict=True):
            if name not in held:
                cursor.execute(f"alter table {table} add column if not exists {column}")
        self._check_types(records, held)
        cursor.execute(f"create temporary table {_FETCHED} ({', '.join(typed)}) on commit drop")
        _copy(cursor, f"copy {_FETCHED} ({names}) from stdin", "".join(map(_line, records.rows)))
        rest = [_quoted(name) for name in records.columns if name not in self.key]
        merge = ["insert into", table, "as held", f"({names})", "select", names, "from", _FETCHED]
        merge += ["on conflict", f"({key})", _change(rest) if rest else "do nothing"]
        cursor.execute(" ".join(merge))
        return int(cursor.rowcount)


def _with_asked(records: Records, asked: Mapping[str, str]) -> Records:
    added = {name: value for name, value in asked.items() if name not in records.columns}
    if not added or not records.columns:
        return records
    texts: list[Kind] = ["text"] * len(added)
    return Records(
        columns=(*added, *records.columns),
        rows=[(*added.values(), *row) for row in records.rows],
        meta=records.meta,
        kinds=(*texts, *records.kinds),
    )


def _change(columns: list[str]) -> str:
    values = ", ".join(f"{name} = excluded.{name}" for name in columns)
    old, new = (", ".join(f"{side}.{name}" for name in columns) for side in ("held", "excluded"))
    return f"do update set {values} where ({old}) is distinct from ({new})"


def _make(cursor: Any, statement: str) -> None:
    """Make a table; where another task makes it meanwhile, wait for its end."""
    cursor.execute("savepoint make_table")
    try:
        cursor.execute(statement)
    except Exception as error:
        if (getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)) not in _MADE_BY_ANOTHER:
            raise
        cursor.execute("rollback to savepoint make_table")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _line(row: tuple[Any, ...]) -> str:
    return "\t".join(r"\N" if value is None else str(value).translate(_ESCAPED) for value in row) + "\n"


def _copy(cursor: Any, statement: str, lines: str) -> None:
    if hasattr(cursor, "copy_expert"):  # psycopg 2
        import io

        cursor.copy_expert(statement, io.StringIO(lines))
        return
    with cursor.copy(statement) as copy:
        copy.write(lines)
