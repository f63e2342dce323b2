"""A new volume, as compose begins: the entrypoint's script, then `airflow-init`, then the same again."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.installation.install import read_installation
from tests.conftest import PROJECT

ROLES = PROJECT / "deploy" / "postgres" / "roles.sh"
GIVEN = {
    "WAREHOUSE_HOST": "postgres",
    "MARKET_PASSWORD": "m",
    "MARKET_READER_PASSWORD": "r",
    "ADMIN_PASSWORD": "a",
    "SANDBOX_URL": "http://sandbox:8085",
    "SANDBOX_API_KEY": "S",
}


def url(postgres, database: str, role: str, password: str) -> str:
    return postgres.dsn(database, role, password)


@pytest.fixture(scope="module")
def roles(psql, secrets: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The roles and databases of an empty server."""
    return psql(ROLES, secrets)


@pytest.fixture(scope="module")
def initialise(
    postgres, roles, compose: dict[str, Any], secrets: Mapping[str, str], tmp_path_factory
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run airflow-init's own command; keyword arguments change its environment."""
    home = tmp_path_factory.mktemp("opt") / "airflow"
    for folder in ("installation", "token"):
        (home / folder).mkdir(parents=True)
    service = compose["services"]["airflow-init"]
    server = f"{postgres.host}:{postgres.port}"
    environment = {
        name: _interpolated(value, secrets)
        .replace("postgres:5432", server)
        .replace("/opt/airflow", str(home))
        for name, value in service["environment"].items()
    }
    _, *arguments = service["command"]
    arguments = [text.replace("installation/", f"{home}/installation/") for text in arguments]

    def run(**changed: str) -> subprocess.CompletedProcess[str]:
        place = {
            "WAREHOUSE_HOST": postgres.host,
            "WAREHOUSE_PORT": str(postgres.port),
            "AIRFLOW_HOME": str(home),
        }
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)} | environment | place | changed,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    run.environment = environment
    run.home = home
    return run


@pytest.fixture(scope="module")
def first(initialise) -> subprocess.CompletedProcess[str]:
    """What the first start printed."""
    return initialise(STOCK_SYMBOLS="IBM,MSFT")


def test_the_roles_can_enter_what_is_theirs_and_nothing_else(
    postgres, roles, secrets: Mapping[str, str]
) -> None:
    for database, role, variable in (
        ("airflow", "airflow", "AIRFLOW_DB_PASSWORD"),
        ("market", "market", "MARKET_PASSWORD"),
        ("market_sandbox", "market", "MARKET_PASSWORD"),
        ("market", "market_reader", "MARKET_READER_PASSWORD"),
    ):
        with psycopg.connect(url(postgres, database, role, secrets[variable])) as connection:
            assert connection.execute("select current_user").fetchone() == (role,)
    for database, role, variable in (
        ("airflow", "market", "MARKET_PASSWORD"),
        ("market", "airflow", "AIRFLOW_DB_PASSWORD"),
        ("airflow", "market_reader", "MARKET_READER_PASSWORD"),
    ):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(url(postgres, database, role, secrets[variable]))


def test_no_password_is_in_the_server_s_log(postgres, roles, secrets: Mapping[str, str]) -> None:
    log = (postgres.data_dir.parent / "postgres.log").read_text()

    assert not [name for name, value in secrets.items() if name.endswith("PASSWORD") and value in log]


def test_after_the_first_start_the_pipeline_can_run(postgres, first, secrets: Mapping[str, str]) -> None:
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Runs ask the sandbox, http://sandbox:8085: SIMULATED data" in first.stdout

    reader = url(postgres, "market_sandbox", "market_reader", secrets["MARKET_READER_PASSWORD"])
    with psycopg.connect(reader) as connection:
        assert connection.execute("select origin from warehouse_origin").fetchone() == ("sandbox",)
        assert connection.execute("select count(*) from stock_data").fetchone() == (0,)
    with psycopg.connect(url(postgres, "airflow", "airflow", secrets["AIRFLOW_DB_PASSWORD"])) as connection:
        places = connection.execute(
            "select conn_id, host, schema, login from connection "
            "where conn_type in ('alphavantage', 'postgres') order by conn_id"
        ).fetchall()
        assert places == [
            ("alphavantage_default", "http://sandbox:8085", None, None),
            ("postgres_stocks", postgres.host, "market_sandbox", "market"),
            ("postgres_stocks_reader", postgres.host, "market_sandbox", "market_reader"),
        ]
        assert connection.execute("select slots from slot_pool where pool = 'alphavantage'").fetchone() == (
            1,
        )


def test_no_secret_is_printed_or_stored_in_the_clear(
    postgres, first, initialise, secrets: Mapping[str, str]
) -> None:
    secret = [
        value for name, value in secrets.items() if name.endswith(("PASSWORD", "SECRET", "_KEY")) and value
    ]

    assert not [value for value in secret if value in first.stdout + first.stderr]
    record = (initialise.home / "installation" / "settings.json").read_text()
    assert not [value for value in secret if value in record]


def test_the_admin_s_password_is_where_airflow_looks_for_it(
    initialise, first, secrets: Mapping[str, str]
) -> None:
    file = Path(initialise.environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])

    assert json.loads(file.read_text()) == {"admin": secrets["AIRFLOW_ADMIN_PASSWORD"]}
    assert file.stat().st_mode & 0o777 == 0o600


def test_prometheus_can_read_the_token_it_shows(initialise, first, secrets: Mapping[str, str]) -> None:
    token = initialise.home / "token" / "metrics"

    assert token.read_text() == secrets["METRICS_TOKEN"]
    assert token.stat().st_mode & 0o777 == 0o644


def test_again_it_keeps_what_a_person_changed_and_takes_what_is_new(
    postgres, first, initialise, psql, secrets: Mapping[str, str]
) -> None:
    """New passwords in .env, the script once more and airflow-init once more: how one changes a password."""
    metadata = url(postgres, "airflow", "airflow", secrets["AIRFLOW_DB_PASSWORD"])
    with psycopg.connect(metadata) as connection:
        connection.execute("update slot_pool set slots = 3 where pool = 'alphavantage'")
    psql(ROLES, {**secrets, "MARKET_PASSWORD": "a new one"})

    done = initialise(MARKET_PASSWORD="a new one", ADMIN_PASSWORD="another")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "kept as you changed it: pool alphavantage, slots" in done.stdout
    assert _password_of(initialise, "postgres_stocks") == "a new one"
    file = Path(initialise.environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    assert json.loads(file.read_text()) == {"admin": "another"}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url(postgres, "market_sandbox", "market", secrets["MARKET_PASSWORD"]))


def test_with_a_key_the_real_api_is_asked_and_the_real_warehouse_filled() -> None:
    given = read_installation({**GIVEN, "ALPHAVANTAGE_API_KEY": "KEY"})

    assert (given.origin, given.database) == ("market", "market")
    assert given.fills()["connections"]["alphavantage_default"] == {"password": "KEY"}


def test_what_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="MARKET_PASSWORD is not set: `make env`"):
        read_installation({**GIVEN, "MARKET_PASSWORD": " "})


def test_a_password_that_is_refused_is_said_and_no_secret_with_it(initialise, first) -> None:
    done = initialise(MARKET_PASSWORD="WRONG-PASSWORD")

    assert done.returncode == 1
    assert "include.warehouse.migrations failed" in done.stderr
    assert "WRONG-PASSWORD" not in done.stdout + done.stderr


def _interpolated(value: str, given: Mapping[str, str]) -> str:
    return re.sub(
        r"\$\{(\w+):(.)([^}]*)\}",
        lambda found: given.get(found[1]) or (found[3] if found[2] == "-" else ""),
        value,
    )


def _password_of(initialise, conn_id: str) -> str:
    code = (
        "from airflow.models.connection import Connection\n"
        f"print(Connection.get_connection_from_secrets({conn_id!r}).password)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], "AIRFLOW_HOME": str(initialise.home)} | initialise.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return told.stdout.strip().splitlines()[-1]
