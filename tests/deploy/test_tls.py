"""PostgreSQL with TLS, on Debian's server, as the embedded one has none; and the oldest version tried."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import trustme
import yaml

from include.local.place import Place
from include.local.ports import free_port
from tests.conftest import PROJECT, program

TLS = PROJECT / "deploy" / "tls"
OLDEST = 15
ASK_BOTH_WAYS = """
import asyncio
from sqlalchemy import text
from airflow import settings

async def ask():
    async with settings.async_engine.connect() as connection:
        await connection.execute(text("select 1"))

with settings.engine.connect() as connection:
    connection.execute(text("select 1"))
asyncio.run(ask())
"""


@dataclass(frozen=True)
class Server:
    """Debian's PostgreSQL, and the certificates it was given."""

    port: int
    version: int
    password: str
    certificates: Path

    def verified(self, authority: Path | None = None, host: str = "localhost") -> dict[str, str]:
        """What makes libpq verify whom it talks to."""
        return {
            "PGHOST": host,
            "PGPORT": str(self.port),
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(authority or self.certificates / "ca.crt"),
        }


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the documented command makes."""
    folder = tmp_path_factory.mktemp("certificates")
    make = ["sh", TLS / "make-certificates.sh", folder, "postgres", "localhost"]
    subprocess.run(make, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def server(certificates: Path, secrets: Mapping[str, str]) -> Iterator[Server]:
    """A server that takes nobody over the network without TLS, its roles made by the script of the image."""
    installed = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), key=len)
    programs = Path(program(*installed, "initdb of Debian's package postgresql")).parent
    folder = Path(tempfile.mkdtemp(prefix="market-data-tls-", dir="/tmp"))
    owner = "postgres" if os.geteuid() == 0 else None
    place = Place(folder, programs, owner)
    port = free_port()
    password = secrets["POSTGRES_PASSWORD"]
    (folder / "password").write_text(password)
    for name in ("server.crt", "server.key"):
        shutil.copy(certificates / name, folder)
    shutil.copy(TLS / "pg_hba.conf", folder)
    if owner:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, owner)
    # As a container without a locale makes it.
    encoding = ("--locale=C", "--encoding=SQL_ASCII")
    place.run(
        "initdb", "-D", place.data_dir, *encoding, "-U", "postgres", f"--pwfile={folder}/password"
    ).check_returncode()
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "ssl": "on",
        "ssl_cert_file": folder / "server.crt",
        "ssl_key_file": folder / "server.key",
        "hba_file": folder / "pg_hba.conf",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    started = place.run("pg_ctl", "start", "-w", "-D", place.data_dir, "-l", place.log, "-o", options)
    assert started.returncode == 0, place.log.read_text()
    running = Server(port, int(programs.parent.name), password, certificates)
    roles = ["sh", PROJECT / "deploy" / "postgres" / "roles.sh"]
    connection = running.verified() | {"PGPASSWORD": password}
    environment = dict(secrets) | connection | {"PATH": f"{programs}:{os.defpath}"}
    try:
        subprocess.run(roles, env=environment, check=True, capture_output=True, timeout=60)
        yield running
    finally:
        place.run("pg_ctl", "stop", "-m", "immediate", "-D", place.data_dir)
        shutil.rmtree(folder)


@pytest.fixture
def login(server: Server, secrets: Mapping[str, str]) -> Callable[..., dict[str, Any]]:
    """What one needs to log in; keyword arguments change it."""

    def of(**changed: Any) -> dict[str, Any]:
        known = {"host": "localhost", "port": server.port, "dbname": "market", "user": "market"}
        tls = {"sslmode": "verify-full", "sslrootcert": str(server.certificates / "ca.crt")}
        return {**known, "password": secrets["MARKET_PASSWORD"], **tls, **changed}

    return of


@pytest.fixture
def another_authority(tmp_path: Path) -> Path:
    """A certificate authority that did not make the server's certificate."""
    file = tmp_path / "other.crt"
    trustme.CA().cert_pem.write_to_path(str(file))
    return file


def test_text_is_text_whatever_the_server_takes_for_its_own(login: Callable[..., dict[str, Any]]) -> None:
    with psycopg.connect(**login()) as connection:
        assert connection.execute("select 'Nestl\u00e9'").fetchone() == ("Nestl\u00e9",)


def test_who_verifies_is_let_in_over_tls(login: Callable[..., dict[str, Any]]) -> None:
    with psycopg.connect(**login()) as connection:
        assert connection.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetchone() == (
            True,
        )


def test_a_server_of_another_authority_is_refused(login, another_authority: Path) -> None:
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        psycopg.connect(**login(sslrootcert=str(another_authority)))


def test_a_server_of_another_name_is_refused(login) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        psycopg.connect(**login(host="127.0.0.1"))


def test_without_tls_nobody_gets_in(login) -> None:
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(**login(sslmode="disable"))


def test_a_new_certificate_of_the_same_authority_needs_nothing_new_of_clients(certificates: Path) -> None:
    before = (certificates / "ca.crt").read_bytes(), (certificates / "server.crt").read_bytes()
    renewed = certificates.with_name("renewed")
    shutil.copytree(certificates, renewed)
    make = ["sh", TLS / "make-certificates.sh", renewed, "postgres", "127.0.0.1"]
    subprocess.run(make, check=True, capture_output=True, timeout=60)

    assert (renewed / "ca.crt").read_bytes() == before[0]
    assert (renewed / "server.crt").read_bytes() != before[1]
    verify = [
        "openssl",
        "verify",
        "-CAfile",
        certificates / "ca.crt",
        "-verify_ip",
        "127.0.0.1",
        renewed / "server.crt",
    ]
    assert subprocess.run(verify, capture_output=True, check=False, timeout=60).returncode == 0
    assert (renewed / "server.key").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def airflow_connection(login, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The connection postgres_stocks as it is filled in, TLS in its extra; keyword arguments change that."""

    def set_connection(**changed: Any) -> None:
        known = login(**changed)
        extra = {name: known[name] for name in ("sslmode", "sslrootcert")}
        connection = {
            "conn_type": "postgres",
            "host": known["host"],
            "port": known["port"],
            "schema": known["dbname"],
            "login": known["user"],
            "password": known["password"],
            "extra": extra,
        }
        monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS", json.dumps(connection))

    return set_connection


def test_every_migration_runs_on_the_oldest_version_we_name(server: Server, airflow_connection) -> None:
    from include.warehouse.connections import connect, upgrade_schema

    airflow_connection()

    upgrade_schema()

    with connect() as warehouse:
        versions = PROJECT / "include" / "warehouse" / "migrations" / "versions"
        newest = max(versions.glob("*.py")).stem.partition("_")[0]
        assert warehouse.execute("select version_num from alembic_version").fetchone() == (newest,)
        held = warehouse.execute("select current_setting('server_version_num')::int / 10000").fetchone()
    assert held == (server.version,)
    assert server.version >= OLDEST
    documented = (PROJECT / "docs" / "deployment.md").read_text()
    assert f"PostgreSQL {OLDEST}" in documented


def _connect() -> None:
    from include.warehouse.connections import connect

    with connect():
        pytest.fail("connected")


def _upgrade() -> None:
    from include.warehouse.connections import upgrade_schema

    upgrade_schema()


@pytest.mark.parametrize("way", [_connect, _upgrade])
def test_no_way_to_the_warehouse_forgets_to_verify(
    airflow_connection, another_authority: Path, way: Callable[[], None]
) -> None:
    airflow_connection(sslrootcert=str(another_authority))

    with pytest.raises(Exception, match="certificate verify failed"):
        way()


@pytest.mark.parametrize("right", [True, False])
def test_migrations_and_airflow_verify_by_the_variables_of_the_compose_file(
    server: Server, secrets: Mapping[str, str], another_authority: Path, right: bool, tmp_path: Path
) -> None:
    """Drivers: psycopg for the warehouse, psycopg2 and asyncpg for Airflow's own database."""
    given = yaml.safe_load((TLS / "compose.yml").read_text())["services"]["scheduler"]["environment"]
    assert set(given) <= set(server.verified())
    authority = server.certificates / "ca.crt" if right else another_authority
    password = secrets["AIRFLOW_DB_PASSWORD"]
    url = f"postgresql+psycopg2://airflow:{password}@localhost:{server.port}/airflow"
    environment = server.verified(authority) | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url,
        "WAREHOUSE_URL": f"postgresql://market:{secrets['MARKET_PASSWORD']}@localhost:{server.port}/market_sandbox",
    }

    for command in (["-m", "include.warehouse.migrations", "--origin", "sandbox"], ["-c", ASK_BOTH_WAYS]):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        said = done.stdout + done.stderr
        assert (done.returncode == 0) is right, said
        assert right or "certificate verify failed" in said, said


def test_the_compose_file_for_tls_reaches_every_client_and_changes_nothing_else(
    compose: dict[str, Any],
) -> None:
    services = yaml.safe_load((TLS / "compose.yml").read_text())["services"]
    clients = {name for name, service in compose["services"].items() if "build" in service} - {"sandbox"}

    assert set(services) == clients | {"postgres", "grafana"}
    for name in clients:
        assert services[name]["environment"] == {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/tls/ca.crt"}
    mounted = {mount.split(":")[0] for service in services.values() for mount in service["volumes"]}
    made = {f"./deploy/tls/certificates/{name}" for name in ("ca.crt", "server.crt", "server.key")}
    assert mounted == made | {"./deploy/tls/pg_hba.conf"}
    assert services["grafana"]["environment"].keys() <= compose["services"]["grafana"]["environment"].keys()
