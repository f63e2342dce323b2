"""A warehouse of the last release, filled by hand, is upgraded: nothing that its owner had is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from include.local.postgres import Server, create_reader, create_role_and_database
from include.warehouse.migrations.upgrade import upgrade
from include.warehouse.runs import RunRequest, start_run

from . import catalog
from .snapshot import Rows, changes, columns, contents, in_utc
from .test_migrations import engine_of, upgrade_to

pytestmark = pytest.mark.postgres
FILLED = Path(__file__).with_name("release_0018.sql")
DATABASE, OWNER, READER, DESK = "release_0018", "release_owner", "market_reader", '"Zoë\'s desk"'
REWRITTEN: dict[str, str] = {}
"""Values that a later revision writes in another form: SQL that makes the new value from the old row, by
``relation.column``, such as ``{"gap.cause": "replace(cause, 'dead symbol', 'delisted')"}``. A view that shows
such a column needs its own entry."""
SHOWS_MORE = {"quarantine_open"}
"""Views that show what they did, and more: refused rows of other datasets than bars await a decision, too."""
MOMENTS = ("2025-11-02T06:00Z", "2026-05-13T19:00Z", "2026-05-14T12:00Z", "2026-05-15T19:00Z")
AS_OF = (
    "select symbol, data_date, open, high, low, close, volume, is_final, fetched_at "
    "from stock_data_as_of(%s) order by symbol, data_date"
)


@dataclass(frozen=True)
class Release:
    """A warehouse as the last release left it, read before its upgrade."""

    url: str
    columns: dict[str, list[str]]
    contents: dict[str, Rows]
    as_of: list[list[tuple]]
    names: set[str]
    keys: set[str]
    grants: set[str]
    next_ids: dict[str, int]


@pytest.fixture(scope="module")
def place(postgres: Server) -> Iterator[str]:
    """An empty database whose owner is no superuser, in a zone that has hours twice; and its readers."""
    create_role_and_database(postgres, OWNER, "owning", DATABASE)
    create_reader(postgres, READER, "reading", DATABASE)
    with psycopg.connect(postgres.superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"create role {DESK}".encode())
        connection.execute(f"alter database {DATABASE} set timezone to 'America/New_York'".encode())
        yield postgres.dsn(DATABASE, OWNER, "owning")
        connection.execute(f"drop database {DATABASE} with (force)".encode())
        connection.execute(f"drop role {OWNER}, {DESK}".encode())


@pytest.fixture(scope="module")
def released(place: str) -> Release:
    upgrade_to("0018", place)
    with in_utc(place) as connection:
        connection.execute(FILLED.read_text(encoding="utf-8"))
        wanted = columns(connection)
        return Release(
            place,
            wanted,
            contents(connection, wanted, REWRITTEN),
            as_of(connection),
            catalog.names(connection),
            catalog.keys(connection),
            catalog.grants(connection),
            catalog.next_ids(connection),
        )


def as_of(connection: psycopg.Connection) -> list[list[tuple]]:
    return [connection.execute(AS_OF, [moment]).fetchall() for moment in MOMENTS]


@pytest.fixture(scope="module")
def upgraded(released: Release) -> str:
    with engine_of(released.url).begin() as connection:
        upgrade(connection)
    return released.url


@pytest.fixture
def after(upgraded: str) -> Iterator[psycopg.Connection]:
    """A connection to the upgraded warehouse; what it writes is rolled back."""
    with in_utc(upgraded) as connection:
        yield connection
        connection.rollback()


def test_the_release_has_rows_in_every_table_and_view(released):
    few = {relation: len(rows) for relation, rows in released.contents.items() if len(rows) < 2}
    assert few == {"warehouse_origin": 1, "api_call_lock": 1, "api_pause": 0}  # those of the ledger are newer
    assert [len(bars) for bars in released.as_of] == [1, 5, 7, 10]


def lost(released: Release, now: dict[str, Rows]) -> dict[str, dict[str, Rows]]:
    """What has changed, but for rows that a view shows beside those of before."""
    found = changes(released.contents, now)
    return {name: rows for name, rows in found.items() if name not in SHOWS_MORE or rows["lost"]}


def test_every_table_and_view_has_every_row_and_value_of_before(released, after):
    assert lost(released, contents(after, released.columns)) == {}


def test_the_role_for_readers_reads_all_of_it(released, upgraded, postgres):
    with in_utc(postgres.dsn(DATABASE, READER, "reading")) as reader:
        assert lost(released, contents(reader, released.columns)) == {}


def test_the_bars_of_a_moment_are_those_of_before(released, after):
    assert as_of(after) == released.as_of


def test_every_public_name_is_still_there(released, after):
    assert {
        "latest_price",
        "stock_data.close",
        "stock_data_as_of(timestamp with time zone)",
    } <= released.names
    assert released.names - catalog.names(after) == set()


def test_what_protects_keys_is_still_there(released, after):
    assert (
        "CREATE UNIQUE INDEX latest_price_symbol ON public.latest_price USING btree (symbol)" in released.keys
    )
    assert released.keys - catalog.keys(after) == set()


def test_whoever_had_a_right_still_has_it(released, after):
    assert {
        "SELECT on stock_data to market_reader",
        f"SELECT on latest_price to {DESK} with grant option",
    } <= released.grants
    assert released.grants - catalog.grants(after) == set()


def test_new_rows_get_new_ids(released, after):
    run = start_run(
        after,
        RunRequest("stock_data_pipeline", "the first after the upgrade"),
        clock=datetime(2026, 5, 18, 6, tzinfo=UTC),
        symbols=["IBM"],
    )
    assert run.id > released.next_ids["pipeline_run.id"] == 6
    ids = catalog.next_ids(after)
    assert [column for column, last in released.next_ids.items() if (ids.get(column) or 0) <= last] == []


def test_a_second_upgrade_writes_nothing(upgraded):
    with engine_of(upgraded).begin() as connection:
        upgrade(connection)
        # PostgreSQL numbers a transaction when it first writes.
        assert connection.execute(text("select pg_current_xact_id_if_assigned()")).scalar() is None
