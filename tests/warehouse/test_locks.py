"""The pipeline's locks: out of reach for who may only read, waited for in the open, and not for ever."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import create_engine

from include.local.postgres import create_reader
from include.warehouse.locks import take
from include.warehouse.migrations.upgrade import upgrade

pytestmark = pytest.mark.postgres
LOCKS = ("load_lock", "alert_lock", "api_call_lock", "alembic_version")
SHORT = timedelta(milliseconds=20)


@pytest.fixture
def reader(postgres, warehouse, warehouse_url):
    """A connection as market_reader."""
    name = warehouse_url.rsplit("/", 1)[1]
    create_reader(postgres, "market_reader", "reading", name)
    warehouse.rollback()
    with create_engine(warehouse_url.replace("postgresql://", "postgresql+psycopg://")).begin() as connection:
        upgrade(connection)
    with psycopg.connect(postgres.dsn(name, "market_reader", "reading"), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("way", ["lock table {} in exclusive mode", "select * from {} for share"])
def test_a_reader_cannot_take_a_lock_of_the_pipeline(reader, lock, way):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), reader.transaction():
        reader.execute(way.format(lock))


def test_a_reader_who_holds_what_it_can_keeps_nobody_waiting(reader, warehouse, warehouse_url):
    with reader.transaction():
        reader.execute(
            "select pg_advisory_xact_lock(n) from generate_series(4702111202601, 4702111202603) as n"
        )
        for lock in LOCKS:
            reader.execute(f"lock table {lock} in access share mode")
        take(warehouse, "load_lock", patience=SHORT, tries=1)
        take(warehouse, "alert_lock", patience=SHORT, tries=1)
        reserve = "select call_id from reserve_api_call('k', 'h', 'F', null, '0', null, null, '0', null)"
        assert warehouse.execute(reserve).fetchone() == (1,)
        warehouse.rollback()
        url = warehouse_url.replace("postgresql://", "postgresql+psycopg://")
        with create_engine(url).begin() as connection:
            upgrade(connection)


def test_who_waits_in_vain_is_told_who_holds_the_lock(warehouse, warehouse_url, caplog):
    with psycopg.connect(warehouse_url, application_name="nightly copy") as other:
        take(other, "load_lock")
        pid = other.info.backend_pid
        with (
            caplog.at_level(logging.WARNING),
            pytest.raises(psycopg.errors.LockNotAvailable, match=f"It is held by pid {pid}, user postgres"),
        ):
            take(warehouse, "load_lock", patience=SHORT, tries=2)
        assert warehouse.execute("select 1").fetchone() == (1,)  # its transaction goes on
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith(
        f"Waiting for load_lock: held by pid {pid}, user postgres (nightly copy), since 2"
    )
    assert second.endswith("(try 2 of 2).")


def test_a_lock_that_comes_free_is_taken_and_other_waits_stay_as_they_were(warehouse, warehouse_url):
    warehouse.execute("set local lock_timeout = '7s'")
    with ThreadPoolExecutor(1) as threads, psycopg.connect(warehouse_url) as other:
        take(other, "load_lock")
        waiting = threads.submit(take, warehouse, "load_lock")
        waits = "select count(*) from pg_locks where relation = 'load_lock'::regclass and not granted"
        while other.execute(waits).fetchone() == (0,):
            pass
        other.rollback()
        waiting.result()
    assert warehouse.execute("select current_setting('lock_timeout')").fetchone() == ("7s",)


def test_a_reader_leaves_connections_to_others_and_gives_up_what_takes_long(reader, postgres):
    names = "statement_timeout idle_in_transaction_session_timeout lock_timeout".split()
    settings = [reader.execute(f"show {name}").fetchone()[0] for name in names]
    assert settings == ["1min", "1min", "5s"]
    limit = reader.execute("select rolconnlimit from pg_roles where rolname = current_user").fetchone()
    assert limit == (40,)
    (allowed,) = reader.execute("show max_connections").fetchone()
    assert int(allowed) >= 2 * 40


@pytest.mark.parametrize("call", ["lo_create(0)", "lo_creat(-1)", "lo_from_bytea(0, 'x')"])
def test_a_reader_makes_no_large_object(reader, call):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(f"select {call}")
