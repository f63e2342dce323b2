"""An embedded PostgreSQL 18 of our own: passwords only (scram), loopback only, no Unix socket.

`start` may be called as often as one likes: it finds the running server, or recovers one that died.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from include.local.cluster import (
    SUPERUSER,
    drop_dead_lock,
    initialise,
    postmaster,
    read_record,
    remove_files,
    write_record,
)
from include.local.logs import last_lines
from include.local.place import Place, PostgresError, choose
from include.local.ports import HOST, pick

START_SECONDS = 60

READERS = 40
"""Connections that readers may have at once, of the server's 100."""

READER_LIMITS = {
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "5s",
}

NO_LARGE_OBJECTS = (
    "revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public"
)
"""In a database, as its superuser: who may only read could fill the disk with them."""


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL and how to reach it as its superuser."""

    host: str
    port: int
    data_dir: Path
    password: str = field(repr=False)
    superuser: str = SUPERUSER

    def dsn(self, database: str, role: str, password: str) -> str:
        """The connection URL of a role for one database."""
        return (
            f"postgresql://{quote(role)}:{quote(password, safe='')}@{self.host}:{self.port}/{quote(database)}"
        )

    def superuser_dsn(self, database: str = "postgres") -> str:
        """The connection URL of the superuser."""
        return self.dsn(database, self.superuser, self.password)


@dataclass(frozen=True)
class Status:
    """Whether the server of a run folder runs: both None when it does not."""

    server: Server | None = None
    pid: int | None = None


def start(run_dir: Path, port: int | None = None) -> Server:
    """Return the run folder's server, starting (or first creating) it where needed."""
    run_dir = run_dir.resolve()
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = status(run_dir)
    if now.server and port in {None, now.server.port}:
        return now.server
    stop(run_dir)
    place, password, last_port = _cluster(run_dir)
    server = Server(HOST, pick(port, last_port, "POSTGRES_PORT"), place.data_dir, password)
    write_record(run_dir, place, port=server.port, password=password)
    _launch(place, server)
    return server


def known(run_dir: Path) -> Server | None:
    """The run folder's server as last started, whether it runs or not."""
    noted = read_record(run_dir)
    if noted is None or noted[1].get("port") is None:
        return None
    return Server(HOST, noted[1]["port"], noted[0].data_dir, noted[1]["password"])


def stop(run_dir: Path) -> None:
    """Stop the server if it runs; open connections are cut, committed data is kept."""
    noted = read_record(run_dir)
    if noted is None or postmaster(noted[0].data_dir) is None:
        return
    place, _ = noted
    done = place.run("pg_ctl", "stop", "-D", place.data_dir, "-m", "fast", "-w", "-t", "30")
    if done.returncode and postmaster(place.data_dir):
        raise PostgresError(f"PostgreSQL does not stop: {done.stderr.strip()}\n{last_lines(place.log)}")


def status(run_dir: Path) -> Status:
    """The run folder's server if its process is alive; `answers` tells whether it serves."""
    server = known(run_dir)
    process = postmaster(server.data_dir) if server else None
    return Status(server, process.pid) if process else Status()


def answers(server: Server) -> bool:
    """Whether the server takes a query from its superuser."""
    try:
        with psycopg.connect(server.superuser_dsn(), connect_timeout=5) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def remove(run_dir: Path) -> None:
    """Stop the server and delete its databases and files."""
    stop(run_dir)
    if noted := read_record(run_dir):
        remove_files(run_dir, noted[0])


def log_file(run_dir: Path) -> Path | None:
    """Where the server writes what happens to it."""
    noted = read_record(run_dir)
    return noted[0].log if noted else None


def create_role_and_database(server: Server, role: str, password: str, database: str) -> None:
    """Make sure a role logs in with this password and owns this database, which no other role may enter."""
    name, owned = sql.Identifier(role), sql.Identifier(database)
    with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
        _create_role(connection, role, password)
        if not connection.execute("select from pg_database where datname = %s", [database]).rowcount:
            connection.execute(sql.SQL("create database {} owner {}").format(owned, name))
        connection.execute(sql.SQL("revoke all on database {} from public").format(owned))


def create_reader(server: Server, role: str, password: str, database: str) -> None:
    """Make sure a role logs in with this password and may enter this database; it owns nothing there.

    It leaves most of the server's connections to others, and gives up what takes too long.
    """
    name, entered = sql.Identifier(role), sql.Identifier(database)
    with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
        _create_role(connection, role, password)
        connection.execute(sql.SQL("grant connect on database {} to {}").format(entered, name))
        connection.execute(sql.SQL("alter role {} connection limit {}").format(name, READERS))
        for setting, value in READER_LIMITS.items():
            change = sql.SQL("alter role {} set {} = {}")
            connection.execute(change.format(name, sql.Identifier(setting), sql.Literal(value)))
    with psycopg.connect(server.superuser_dsn(database), autocommit=True) as connection:
        connection.execute(NO_LARGE_OBJECTS)


def _create_role(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    # Hashed here, so that the password is in no statement the server may log.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    name = sql.Identifier(role)
    if not connection.execute("select from pg_roles where rolname = %s", [role]).rowcount:
        connection.execute(sql.SQL("create role {} login").format(name))
    login = sql.SQL("alter role {} with login password {}").format(name, sql.Literal(verifier.decode()))
    connection.execute(login)


def _cluster(run_dir: Path) -> tuple[Place, str, int | None]:
    """The cluster of this run folder: place, superuser password, last port; made when there is none."""
    noted = read_record(run_dir)
    if noted is None:
        noted = choose(run_dir), {"password": secrets.token_urlsafe(24), "port": None}
        write_record(run_dir, noted[0], **noted[1])
    place, facts = noted
    if not place.data_dir.is_dir():
        initialise(place, facts["password"])
    return place, facts["password"], facts["port"]


def _launch(place: Place, server: Server) -> None:
    drop_dead_lock(place.data_dir)
    deadline = time.monotonic() + START_SECONDS
    options = f"-p {server.port}"
    while True:
        done = place.run(
            "pg_ctl", "start", "-D", place.data_dir, "-l", place.log, "-w", "-t", "60", "-o", options
        )
        if not done.returncode:
            return
        # After a kill -9 of the postmaster its children need a moment to notice and let go of the memory.
        waiting = "still in use" in last_lines(place.log, 3)
        if not waiting or time.monotonic() > deadline:
            message = f"PostgreSQL did not start on {HOST}:{server.port}; the end of {place.log}:"
            raise PostgresError(f"{message}\n{last_lines(place.log)}")
