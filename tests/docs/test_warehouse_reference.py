"""The reference of the warehouse is what the schema says of itself: `WRITE_DOCS=1` writes it anew."""

from __future__ import annotations

import os

import psycopg
import pytest

from tests.conftest import PROJECT

pytestmark = pytest.mark.postgres
PAGE = PROJECT / "docs" / "warehouse-reference.md"
KINDS = {"r": "Tables", "v": "Views", "m": "Materialized views"}

HEAD = """# Every table, view and column

What the schema says of itself; `\\d+ stock_data` shows it at `make psql`. Prices are `NUMERIC`, moments
`TIMESTAMPTZ`, sessions `DATE`. The tables of datasets (those of `market_data_extra`, weekly and monthly
bars) come with their first rows.
"""

RELATIONS = """
select oid, relname, relkind, obj_description(oid, 'pg_class')
from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm') and relname <> 'alembic_version'
order by array_position('{r,v,m}', relkind), relname
"""
COLUMNS = """
select attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum)
from pg_attribute
where attrelid = %s and attnum > 0 and not attisdropped
order by attnum
"""


def page_of(connection: psycopg.Connection) -> str:
    lines, kind = [HEAD], None
    for oid, name, found, says in connection.execute(RELATIONS).fetchall():
        if found != kind:
            kind = found
            lines.append(f"## {KINDS[kind]}\n")
        lines += [f"### {name}\n", f"{_text(says)}\n", "| column | type | |", "|---|---|---|"]
        for column, type_, comment in connection.execute(COLUMNS, (oid,)).fetchall():
            lines.append(f"| `{column}` | `{type_}` | {_text(comment)} |")
        lines.append("")
    return "\n".join(lines)


def _text(comment: str | None) -> str:
    return (comment or "").replace("|", "\\|").replace("<", "&lt;")


def test_the_reference_is_what_the_schema_says(template_url):
    with psycopg.connect(template_url) as connection:
        page = page_of(connection)
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "WRITE_DOCS=1 pytest tests/docs writes it anew"
