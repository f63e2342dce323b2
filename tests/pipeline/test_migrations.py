"""From empty and from every revision to today's schema, with the data kept; one caller at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import include.migrations
from include.migrations.upgrade import upgrade
from tests.conftest import PROJECT

pytestmark = pytest.mark.postgres
FOLDER = Path(include.migrations.__file__).parent
BAR = "('IBM', '2026-05-15', 218.2, 220.91, 217.615, 219.3, 6154450, true, '2026-05-16T06:00Z')"
REVISIONS = [
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
]
COLUMNS = "symbol, data_date, open, high, low, close, volume, is_final, fetched_at"


def script() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def revisions() -> list[str]:
    return [revision.revision for revision in ScriptDirectory.from_config(script()).walk_revisions()][::-1]


@pytest.fixture
def empty_url(postgres, request) -> str:
    name = f"empty_{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(postgres.superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return postgres.superuser_dsn(name)


def engine_of(url: str):
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def test_the_revisions_are_these():
    assert revisions() == REVISIONS


@pytest.mark.parametrize("revision", REVISIONS)
def test_from_any_revision_with_the_data_kept(empty_url, revision):
    with engine_of(empty_url).begin() as connection:
        config = script()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    later = revision >= "0003"
    extra = ", valid_from, final_from" if later else ""
    values = BAR[:-1] + (", '2026-05-16T06:00Z', '2026-05-16T06:00Z')" if later else ")")
    with psycopg.connect(empty_url) as connection:
        connection.execute(f"insert into stock_data ({COLUMNS}{extra}) values {values}")
    with engine_of(empty_url).begin() as connection:
        upgrade(connection)
    with psycopg.connect(empty_url) as connection:
        held = connection.execute(
            "select symbol, close::text, is_final, valid_from = fetched_at, final_from = fetched_at "
            "from stock_data"
        ).fetchall()
        assert held == [("IBM", "219.300000", True, True, True)]
        assert connection.execute("select version_num from alembic_version").fetchall() == [(REVISIONS[-1],)]


def test_who_could_read_a_view_that_is_made_anew_still_can(empty_url):
    with engine_of(empty_url).begin() as connection:
        config = script()
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
    with psycopg.connect(empty_url) as connection:
        connection.execute('create role "Ana\'s desk"')
        connection.execute('grant select on latest_price to "Ana\'s desk" with grant option')
        connection.execute("grant select on daily_return to public")
    with engine_of(empty_url).begin() as connection:
        upgrade(connection)
    with psycopg.connect(empty_url) as connection:
        granted = connection.execute(
            "select relname, has_table_privilege('Ana''s desk', oid, 'select with grant option'), "
            "has_table_privilege('Ana''s desk', oid, 'select') from pg_class "
            "where relname in ('latest_price', 'daily_return') order by relname"
        ).fetchall()
        assert granted == [("daily_return", False, True), ("latest_price", True, True)]


def test_two_callers_at_once_take_turns(empty_url):
    def upgrade_alone(_: int) -> None:
        with engine_of(empty_url).begin() as connection:
            upgrade(connection)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(upgrade_alone, range(3)))
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("select count(*) from alembic_version").fetchone() == (1,)


def run(url: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "WAREHOUSE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "include.migrations", *arguments],
        cwd=PROJECT,
        env=environment | ({"WAREHOUSE_URL": url} if url else {}),
        capture_output=True,
        text=True,
    )


def test_one_command_makes_a_warehouse_and_claims_it_once(empty_url):
    assert run(empty_url, "--origin", "sandbox").returncode == 0
    assert run(empty_url, "--origin", "sandbox").returncode == 0
    other = run(empty_url, "--origin", "market")
    assert other.returncode == 1
    assert other.stderr.startswith("This warehouse holds 'sandbox' data")


def test_without_an_address_it_says_what_is_missing():
    done = run(None)
    assert done.returncode == 2
    assert "WAREHOUSE_URL is not set: postgresql://" in done.stderr
