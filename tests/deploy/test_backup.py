"""The documented way to a backup: what it brings back is all there was, and it goes on from there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from include.gate.records import record_verdicts
from include.gate.verdicts import Verdict
from include.load.daily_bars import load_bars
from include.local.place import wheel_programs
from include.warehouse.connections import connect_to
from include.warehouse.migrations.__main__ import main as migrate
from include.warehouse.runs import RunRequest, start_run
from tests.bars import (  # pytest finds fixtures by these names, batches_of
    MORNING_AFTER,
    batch,
    batches_of,
    loading,
    started,
    table_of,
    validated,
)

__all__ = ["batch", "loading", "started", "validated"]
pytestmark = pytest.mark.postgres
DAY_AFTER = MORNING_AFTER + timedelta(days=1)


@pytest.fixture
def restored_url(postgres) -> Iterator[str]:
    """An empty database."""
    with psycopg.connect(postgres.superuser_dsn(), autocommit=True) as connection:
        connection.execute("create database restored")
        yield postgres.superuser_dsn("restored")
        connection.execute("drop database restored with (force)")


def contents(url: str) -> dict[str, tuple]:
    """Every table: its rows, counted and hashed."""
    of_a_table = "select count(*), md5(string_agg(held::text, '|' order by held::text)) from {} as held"
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {name: connection.execute(of_a_table.format(name)).fetchone() for (name,) in names}


def test_what_a_backup_brings_back_is_all_of_it_and_goes_on(
    warehouse, warehouse_url: str, restored_url: str, loading, batch, tmp_path: Path, monkeypatch
) -> None:
    loading(batch("IBM") + batch("MSFT"), "first", MORNING_AFTER)
    loading(batch("IBM", close=Decimal("219.4")), "second", DAY_AFTER)
    dump, programs = tmp_path / "market.dump", wheel_programs()
    save = [programs / "pg_dump", "--format", "custom", "--file", dump, warehouse_url]
    subprocess.run(save, check=True)
    restore = [programs / "pg_restore", "--clean", "--if-exists", "--dbname", restored_url, dump]
    subprocess.run(restore, check=True)
    held = contents(restored_url)
    assert (held["stock_data"][0], held["stock_data_history"][0]) == (50, 1)
    assert held == contents(warehouse_url)
    with connect_to(restored_url) as restored:
        assert restored.execute("select count(*) from latest_price").fetchone() == (2,)

    monkeypatch.setenv("WAREHOUSE_URL", restored_url)
    monkeypatch.setattr("sys.argv", ["migrations"])
    assert migrate() == 0
    with connect_to(restored_url) as restored:
        run = start_run(
            restored,
            RunRequest("stock_data_pipeline", "third", now=DAY_AFTER.isoformat()),
            clock=DAY_AFTER,
            symbols=["IBM"],
        )
        record_verdicts(restored, run, [Verdict(came) for came in batches_of(batch("IBM"))])
        (loaded,) = load_bars(restored, table_of(batch("IBM")), run, now=DAY_AFTER + timedelta(days=1))
    assert (loaded.new, loaded.changed, loaded.unchanged) == (0, 1, 24)
