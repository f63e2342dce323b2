"""What all tests share: a clean environment, a real PostgreSQL, the recorded bodies."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

pytest_plugins = ["tests.bars", "tests.desk"]

PROJECT = Path(__file__).parents[1]
RECORDINGS = PROJECT.parent / "shared" / "alphavantage" / "recordings"

_HOME = tempfile.TemporaryDirectory(prefix="market-data-tests-")
# Before anything imports Airflow: its own home, our DAGs only, and nothing from the caller's environment.
for name in [name for name in os.environ if name.startswith(("AIRFLOW", "ALPHAVANTAGE", "STOCK_"))]:
    del os.environ[name]
os.environ |= {
    "AIRFLOW_HOME": _HOME.name,
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
    "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([
        {
            "name": name,
            "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
            "kwargs": {"path": path},
        }
        for name, path in (
            ("dags-folder", str(PROJECT / "dags")),
            ("examples", str(PROJECT / "airflow_provider_alphavantage" / "example_dags")),
        )
    ]),
    "GX_ANALYTICS_ENABLED": "false",
    "NO_PROXY": "127.0.0.1,localhost",
}


def program(*names: str) -> str:
    """Return the path of a program, or skip the test and say which is absent; in CI that is a failure."""
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        absent = f"needs the program {' or '.join(names)}"
        pytest.fail(absent) if os.environ.get("CI") else pytest.skip(absent)
    return found


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Print a line that the person at the terminal sees, whatever is captured."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def print_it(line: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{line}", end="")

    return print_it


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of recorded bodies."""
    if not RECORDINGS.is_dir():
        pytest.skip("needs the recorded bodies in ../shared/alphavantage/recordings")
    return RECORDINGS


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """An embedded PostgreSQL, running."""
    from include.local import postgres

    folder = tmp_path_factory.mktemp("postgres")
    yield postgres.start(folder)
    postgres.remove(folder)


@pytest.fixture(scope="session")
def template_url(postgres) -> str:
    """A warehouse at today's schema, never written to; each test works on a copy."""
    from sqlalchemy import create_engine

    from include.warehouse.migrations.upgrade import upgrade

    url = _database(postgres, "warehouse_template")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    return url


@pytest.fixture
def warehouse_url(postgres, template_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A warehouse of this test's own."""
    name = f"warehouse_{abs(hash(request.node.nodeid)):x}"
    yield _database(postgres, name, "template warehouse_template")
    _execute(postgres, f"drop database {name} with (force)")


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[object]:
    """An open connection to it."""
    from include.warehouse.connections import connect_to

    with connect_to(warehouse_url) as connection:
        yield connection


@pytest.fixture
def new_warehouse(postgres, template_url: str) -> Iterator[Callable[[], object]]:
    """Make a warehouse to which nothing was written; the one made before goes."""
    from include.warehouse.connections import connect_to

    with ExitStack() as made:

        def make() -> object:
            made.close()
            url = _database(postgres, "warehouse_anew", "template warehouse_template")
            made.callback(_execute, postgres, "drop database warehouse_anew with (force)")
            return made.enter_context(connect_to(url))

        yield make


@pytest.fixture
def mailbox(monkeypatch) -> Iterator[object]:
    """A mail server, and somebody who is told."""
    from tests.mailbox import Mailbox

    with Mailbox() as mailbox:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", mailbox.connection)
        monkeypatch.setenv("AIRFLOW_VAR_ALERT_RECIPIENTS", "ops@example.com, desk@example.com")
        yield mailbox


@pytest.fixture(scope="session")
def metadata() -> None:
    """A migrated metadata database in the test's Airflow home."""
    from airflow.utils.db import initdb

    initdb()


def _database(server, name: str, options: str = "") -> str:
    _execute(server, f"create database {name} {options}")
    return server.superuser_dsn(name)


def _execute(server, statement: str) -> None:
    import psycopg

    with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
        connection.execute(statement)
