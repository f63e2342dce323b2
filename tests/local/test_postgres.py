"""The embedded PostgreSQL: starts twice as one, survives a kill, lets nobody in without a password."""

import os
import pwd
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from include.local import cluster, place, ports, postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("a folder with spaces") / ".run"
    yield folder
    postgres.remove(folder)


@pytest.fixture
def server(run_dir: Path) -> postgres.Server:
    return postgres.start(run_dir)


def one(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def pid_of(run_dir: Path) -> int:
    pid = postgres.status(run_dir).pid
    assert pid
    return pid


def test_starting_twice_gives_the_same_server(run_dir: Path, server: postgres.Server) -> None:
    before = pid_of(run_dir)

    assert postgres.start(run_dir) == server
    assert pid_of(run_dir) == before
    assert str(one(server.superuser_dsn(), "show server_version")).startswith("18.")


def test_a_killed_postmaster_is_recovered_with_its_data(run_dir: Path, server: postgres.Server) -> None:
    with psycopg.connect(server.superuser_dsn()) as connection:
        connection.execute("create table if not exists kept as select 42 as answer")
    killed = psutil.Process(pid_of(run_dir))
    killed.kill()
    psutil.wait_procs([killed], timeout=10)
    assert postgres.status(run_dir) == postgres.Status()

    again = postgres.start(run_dir)

    assert again.port == server.port
    assert one(again.superuser_dsn(), "select answer from kept") == 42


def test_a_recycled_pid_in_the_lock_is_not_taken_for_the_server(
    run_dir: Path, server: postgres.Server
) -> None:
    postgres.stop(run_dir)
    lock = server.data_dir / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{server.data_dir}\n")

    assert postgres.status(run_dir) == postgres.Status()
    assert postgres.answers(postgres.start(run_dir))


def test_an_interrupted_initdb_is_begun_again(tmp_path: Path) -> None:
    first = postgres.start(tmp_path)
    postgres.stop(tmp_path)
    first.data_dir.rename(first.data_dir.with_name("data.new"))

    try:
        assert postgres.answers(postgres.start(tmp_path))
    finally:
        postgres.remove(tmp_path)


def test_a_role_enters_its_own_database_only_with_its_password(server: postgres.Server) -> None:
    for _ in range(2):
        postgres.create_role_and_database(server, "market", "p' w/ord", "market_sandbox")
    postgres.create_role_and_database(server, "airflow", "other", "airflow")

    assert one(server.dsn("market_sandbox", "market", "p' w/ord"), "select current_user") == "market"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.dsn("market_sandbox", "market", "wrong"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(f"postgresql://postgres@{server.host}:{server.port}/postgres")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(server.dsn("airflow", "market", "p' w/ord"))


def test_a_new_password_replaces_the_former(server: postgres.Server) -> None:
    postgres.create_role_and_database(server, "changing", "first", "changing")
    postgres.create_role_and_database(server, "changing", "second", "changing")

    assert one(server.dsn("changing", "changing", "second"), "select 1") == 1


def test_no_rule_of_pg_hba_trusts(server: postgres.Server) -> None:
    rules = (server.data_dir / "pg_hba.conf").read_text().splitlines()

    assert {rule.split()[-1] for rule in rules if rule and not rule.startswith("#")} == {"scram-sha-256"}


def test_it_listens_on_loopback_only(run_dir: Path, server: postgres.Server) -> None:
    connections = psutil.Process(pid_of(run_dir)).net_connections(kind="all")
    listening = [found.laddr for found in connections if found.status == psutil.CONN_LISTEN]

    assert [(address.ip, address.port) for address in listening] == [("127.0.0.1", server.port)]
    assert not [found for found in connections if found.family == socket.AF_UNIX and found.laddr]


def test_the_password_is_in_no_argument_and_no_representation(run_dir: Path, server: postgres.Server) -> None:
    assert server.password not in " ".join(psutil.Process(pid_of(run_dir)).cmdline())
    assert server.password not in repr(server)
    assert stat.S_IMODE((run_dir / cluster.RECORD).stat().st_mode) == 0o600


def test_a_port_in_use_is_named(run_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ports.PortInUseError, match=f"Port {port} is in use.*POSTGRES_PORT"):
            postgres.start(run_dir, port)


def test_asking_for_another_port_moves_the_server(run_dir: Path, server: postgres.Server) -> None:
    port = ports.free_port()

    moved = postgres.start(run_dir, port)

    assert moved.port == port != server.port
    assert postgres.answers(moved)


def test_remove_leaves_nothing_and_parents_as_they_were(tmp_path: Path) -> None:
    run_dir = tmp_path / ".run"
    shelters = [Path(folder) for folder in place.SHELTERS if os.path.isdir(folder)]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in shelters]
    server = postgres.start(run_dir)
    process = psutil.Process(pid_of(run_dir))

    postgres.remove(run_dir)

    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in shelters] == before
    assert not server.data_dir.parent.exists()
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert not list(run_dir.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")
def test_as_root_it_runs_as_another_user_outside_the_home(run_dir: Path, server: postgres.Server) -> None:
    folder = server.data_dir.parent
    owner = pwd.getpwuid(folder.stat().st_uid).pw_name

    assert owner != "root"
    assert psutil.Process(pid_of(run_dir)).username() == owner
    assert not folder.is_relative_to(Path.home())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_failed_start_shows_the_log(tmp_path: Path) -> None:
    server = postgres.start(tmp_path)
    postgres.stop(tmp_path)
    (server.data_dir / "postgresql.auto.conf").write_text("no_such_setting = 1\n")

    try:
        with pytest.raises(postgres.PostgresError, match="no_such_setting"):
            postgres.start(tmp_path)
    finally:
        postgres.remove(tmp_path)


def test_stopping_what_does_not_run_is_fine(tmp_path: Path) -> None:
    postgres.stop(tmp_path)
    postgres.remove(tmp_path)

    assert postgres.status(tmp_path) == postgres.Status()
