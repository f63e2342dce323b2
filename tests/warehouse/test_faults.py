"""Faults of the database: which pass, which stay, what is said; each as PostgreSQL makes it, if it can."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from include.exceptions import WarehouseUnavailable, WarehouseUnusable
from include.tasks.defaults import DEFAULT_ARGS
from include.warehouse import faults
from include.warehouse.connections import connect
from include.warehouse.faults import Fault, explained, fault_of
from include.warehouse.persistence import PAUSES, keep_trying
from tests.conftest import PROJECT

pytestmark = pytest.mark.postgres
ALL = {name: value for name, value in vars(faults).items() if isinstance(value, Fault)}


def failure(work: Callable[[], object]) -> psycopg.Error:
    with pytest.raises(psycopg.Error) as caught:
        work()
    return caught.value


@pytest.fixture
def role(postgres, warehouse_url):
    """A role with a password and a limit of no connections; returns its address."""
    name = warehouse_url.rsplit("/", 1)[1]
    with psycopg.connect(postgres.superuser_dsn(), autocommit=True) as connection:
        connection.execute("create role guest login password 'right' connection limit 0")
        yield postgres.dsn(name, "guest", "right")
        connection.execute("drop owned by guest; drop role guest")


def test_no_connection_is_left(role):
    assert fault_of(failure(lambda: psycopg.connect(role))) is faults.TOO_MANY


def test_a_wrong_password(role):
    error = failure(lambda: psycopg.connect(role.replace("right", "WRONGWORD")))
    assert fault_of(error) is faults.WRONG_LOGIN
    assert "WRONGWORD" not in explained(error, faults.WRONG_LOGIN, "postgres_stocks")


def test_a_role_that_does_not_exist(postgres):
    error = failure(lambda: psycopg.connect(postgres.dsn("postgres", "nobody", "x")))
    assert fault_of(error) is faults.WRONG_LOGIN


def test_a_database_that_does_not_exist(postgres):
    error = failure(lambda: psycopg.connect(postgres.superuser_dsn("nowhere")))
    assert fault_of(error) is faults.NO_DATABASE


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    error = failure(lambda: psycopg.connect(f"postgresql://x:y@127.0.0.1:{port}/z"))
    assert fault_of(error) is faults.UNREACHABLE


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("the database system is starting up", faults.STARTING),
        ("the database system is not yet accepting connections", faults.STARTING),
        ("the database system is in recovery mode", faults.STARTING),
        ("the database system is shutting down", faults.SHUTTING_DOWN),
        ("sorry, too many clients already", faults.TOO_MANY),
        (
            "remaining connection slots are reserved for roles with the SUPERUSER attribute",
            faults.TOO_MANY,
        ),
    ],
)
def test_a_server_that_refuses_for_now(said, fault):
    """The server's own message, sent by a stand-in: it says so for a moment only."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        fields = b"".join(
            kind + text.encode() + b"\0"
            for kind, text in ((b"S", "FATAL"), (b"V", "FATAL"), (b"C", "57P03"), (b"M", said))
        )
        message = b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0"

        def refuse() -> None:
            taken, _ = server.accept()
            with taken:
                taken.recv(1024)
                taken.sendall(message)

        answering = threading.Thread(target=refuse)
        answering.start()
        port = server.getsockname()[1]
        url = f"postgresql://x:y@127.0.0.1:{port}/z?sslmode=disable&gssencmode=disable"
        error = failure(lambda: psycopg.connect(url))
        answering.join()
    assert fault_of(error) is fault


def test_a_connection_that_an_administrator_ends(warehouse, warehouse_url):
    with psycopg.connect(warehouse_url) as other:
        warehouse.execute("select pg_terminate_backend(%s, 5000)", [other.info.backend_pid])
        assert fault_of(failure(lambda: other.execute("select 1"))) is faults.STOPPED
        assert fault_of(failure(lambda: other.execute("select 1"))) is faults.UNREACHABLE


def test_a_deadlock(warehouse, warehouse_url):
    with psycopg.connect(warehouse_url) as other:
        warehouse.execute("set deadlock_timeout = '10s'")
        other.execute("set deadlock_timeout = '10ms'")
        warehouse.execute("lock table gap")
        other.execute("lock table alert")
        waiting = threading.Thread(target=warehouse.execute, args=("lock table alert",))
        waiting.start()
        error = failure(lambda: other.execute("lock table gap"))
        other.rollback()
        waiting.join()
    assert fault_of(error) is faults.DEADLOCK


def test_rows_that_another_transaction_changed(warehouse, warehouse_url):
    with psycopg.connect(warehouse_url) as other:
        other.execute("set transaction isolation level repeatable read")
        other.execute("select * from load_lock")
        warehouse.execute("update load_lock set held_while = 'changed'")
        warehouse.commit()
        error = failure(lambda: other.execute("update load_lock set held_while = 'too'"))
    assert fault_of(error) is faults.SERIALIZATION


def test_a_lock_that_is_not_free_in_time(warehouse, warehouse_url):
    warehouse.execute("lock table gap")
    with psycopg.connect(warehouse_url) as other:
        other.execute("set lock_timeout = '10ms'")
        assert fault_of(failure(lambda: other.execute("lock table gap"))) is faults.LOCK_TIMEOUT


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("set statement_timeout = '10ms'; select pg_sleep(60)", faults.TOO_SLOW),
        ("copy (select repeat('x', 100000)) to '/dev/full'", faults.DISK_FULL),
        ("set transaction read only; create table mine ()", faults.READ_ONLY),
        ("set role pg_monitor; delete from stock_data", faults.NO_PRIVILEGE),
    ],
)
def test_a_statement_that_cannot_be_carried_out(warehouse, statement, fault):
    assert fault_of(failure(lambda: warehouse.execute(statement))) is fault


@pytest.mark.parametrize("statement", ["select 1 / 0", "select nothing", "insert into alert default values"])
def test_a_wrong_statement_is_no_fault_of_the_database(warehouse, statement):
    assert fault_of(failure(lambda: warehouse.execute(statement))) is None


def test_what_sqlalchemy_wraps_is_the_same(role):
    engine = create_engine(role.replace("postgresql://", "postgresql+psycopg://"))
    with pytest.raises(Exception, match="too many connections") as caught:
        engine.connect()
    assert fault_of(caught.value) is faults.TOO_MANY


def test_a_fault_that_passes_is_tried_again_in_the_same_try_of_a_task(role, postgres):
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        with psycopg.connect(postgres.superuser_dsn(), autocommit=True) as connection:
            connection.execute("alter role guest connection limit 1")

    with keep_trying(lambda: psycopg.connect(role), sleep=pause) as connection:
        assert connection.execute("select current_user").fetchone() == ("guest",)
    assert pauses == [1]


def test_one_that_does_not_pass_in_time_is_left_to_the_retry_policy(role):
    pauses: list[float] = []
    with pytest.raises(WarehouseUnavailable) as caught:
        keep_trying(lambda: psycopg.connect(role), sleep=pauses.append)
    assert pauses == list(PAUSES)
    assert str(caught.value).startswith(
        "Connection postgres_stocks: all connections that PostgreSQL allows are in use: "
    )
    assert decision(caught.value) == "retry"


def test_one_that_stays_fails_at_once_and_names_connection_and_fix(postgres):
    with pytest.raises(WarehouseUnusable) as caught:
        keep_trying(
            lambda: psycopg.connect(postgres.superuser_dsn("nowhere")), "other_warehouse", pytest.fail
        )
    told = str(caught.value)
    assert told.startswith("Connection other_warehouse: the database does not exist: ")
    assert told.endswith("Create it, or correct the schema of the connection other_warehouse.")
    assert decision(caught.value) == "fail"


def test_a_wrong_password_is_not_tried_at_once_but_later_as_it_may_be_rotated_just_now(role, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS", role.replace("right", "WRONGWORD"))
    with pytest.raises(WarehouseUnavailable, match="Set login and password of the connection"):
        with connect():
            pass
    assert decision(WarehouseUnavailable("x")) == "retry"


def decision(error: Exception) -> str:
    found = DEFAULT_ARGS["retry_policy"].evaluate(error, 1, 3, {"params": {"retry_delay": 0}})
    return str(found.action.value)


def test_a_task_begins_again_after_its_connection_was_ended(warehouse, warehouse_url, monkeypatch):
    import include.warehouse.persistence
    from include.tasks.persistence import persistent

    monkeypatch.setattr(include.warehouse.persistence, "PAUSES", (0.0,))
    tries = []

    @persistent
    def work(answer: int) -> int:
        """Do it."""
        with psycopg.connect(warehouse_url) as connection:
            tries.append(connection.info.backend_pid)
            if len(tries) == 1:
                warehouse.execute("select pg_terminate_backend(%s, 5000)", tries)
            return connection.execute("select %s::int", [answer]).fetchone()[0]

    assert (work(42), len(tries)) == (42, 2)
    assert (work.__name__, work.__doc__) == ("work", "Do it.")


def test_every_fault_has_its_line_in_the_documentation():
    page = Path(PROJECT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    tried = {"soon": "at once, then by the retry policy", "later": "by the retry policy", "never": "no"}
    for name, fault in ALL.items():
        assert f"| {fault.what} | {tried[fault.retried]} |" in page, name
