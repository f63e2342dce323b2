"""PostgreSQL goes down at once in the middle of a load; what was held stands, loading again helps."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from include.load.daily_bars import load_bars
from include.load.merge import Loaded
from include.local import postgres
from include.local.cluster import postmaster
from include.warehouse.connections import connect_to
from include.warehouse.migrations.upgrade import upgrade
from include.warehouse.runs import find_run
from tests.bars import MORNING_AFTER, StockBar, table_of

pytestmark = pytest.mark.postgres
TUESDAY = MORNING_AFTER + timedelta(days=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a PostgreSQL of this file's own lives; every test takes it down once."""
    run_dir = tmp_path_factory.mktemp("postgres")
    yield run_dir
    postgres.remove(run_dir)


@pytest.fixture
def warehouse_url(folder: Path, request: pytest.FixtureRequest) -> str:
    """A warehouse on it."""
    server = postgres.start(folder)
    name = f"warehouse_{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    url = server.superuser_dsn(name)
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    return url


def cut_off_after(beginning: bytes, folder: Path) -> type[psycopg.Cursor]:
    """A cursor that takes the server down without warning once it has executed such a statement."""

    class CutOff(psycopg.Cursor):
        def execute(self, query, *args, **options):
            super().execute(query, *args, **options)
            if isinstance(query, bytes) and beginning in query:
                process = postmaster(postgres.known(folder).data_dir)
                process.send_signal(
                    signal.SIGQUIT
                )  # an immediate shutdown: nothing is finished, nothing flushed
                process.wait(30)
            return self

    return CutOff


def state(url: str) -> list[list[tuple]]:
    tables = ("stock_data", "stock_data_history", "verdict")
    with connect_to(url) as connection:
        return [
            connection.execute(f"select * from {table} order by 1, 2".encode()).fetchall() for table in tables
        ]


def load_again(url: str, bars: list[StockBar]) -> list[Loaded]:
    with connect_to(url) as connection:
        return load_bars(
            connection, table_of(bars), find_run(connection, "stock_data_pipeline", "cut"), now=TUESDAY
        )


@pytest.mark.parametrize(
    "statement", ["create temporary table row_step", "update stock_data", "update verdict"]
)
def test_cut_off_in_the_middle_a_load_leaves_the_table_as_it_was(
    warehouse_url, loading, validated, batch, folder, statement
):
    loading(batch("IBM")[:23])
    bars = batch("IBM", volume=7)[10:] + batch("MSFT")
    run = validated(bars, "cut")
    before = state(warehouse_url)
    with connect_to(warehouse_url) as connection:
        connection.cursor_factory = cut_off_after(statement.encode(), folder)
        with pytest.raises(psycopg.OperationalError):
            load_bars(connection, table_of(bars), run, now=TUESDAY)
    postgres.start(folder)
    assert state(warehouse_url) == before
    assert load_again(warehouse_url, bars) == [Loaded("IBM", 2, 1, 12), Loaded("MSFT", 25, 0, 0)]
    with connect_to(warehouse_url) as connection:
        values = "select symbol, data_date, volume from stock_data order by symbol, data_date"
        held = connection.execute(values).fetchall()
        replaced = connection.execute("select data_date, volume, valid_to from stock_data_history").fetchall()
    assert held == [(b.symbol, b.data_date, b.volume) for b in batch("IBM", volume=7) + batch("MSFT")]
    assert replaced == [(date(2026, 5, 13), 6154450, TUESDAY)]
