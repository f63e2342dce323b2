"""Many readers at once, slow ones and rude ones: each gets an answer or is told when to ask again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from include.web.admission import Admission
from include.web.pool import Busy, ReaderPool
from include.web.recent import Recent
from include.web.spool import IN_MEMORY, Spool

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]


@pytest.fixture
def found(warehouse_url):
    from airflow.models.connection import Connection

    return lambda: Connection("reader", uri=warehouse_url)


def backends(connection) -> int:
    asked = (
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    )
    (count,) = connection.execute(asked).fetchone()
    connection.rollback()
    return count


def test_a_pool_opens_no_more_connections_than_it_has_and_says_that_it_is_busy(warehouse, found):
    pool = ReaderPool(found, size=2, wait=0)
    with pool.open() as one, pool.open() as other:
        assert one is not other
        assert backends(warehouse) == 2
        with (
            pytest.raises(Busy, match="All 2 connections for pages and data API are in use"),
            pool.open(),
        ):
            pass
    with pool.open() as again:
        assert again in {one, other}


def test_what_was_left_open_is_rolled_back_before_the_next_one_has_it(found):
    pool = ReaderPool(found, size=1, wait=0)
    with pool.open() as connection:
        connection.execute("create temporary table left_over ()")
    with pool.open() as connection:
        assert connection.execute("select to_regclass('left_over')").fetchone() == (None,)


def test_connections_that_were_ended_are_replaced_unnoticed(warehouse, found):
    pool = ReaderPool(found, size=2, wait=0)
    with pool.open(), pool.open():
        pass
    warehouse.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    warehouse.rollback()
    with pool.open() as one, pool.open() as other:
        assert [each.execute("select 1").fetchone() for each in (one, other)] == [(1,), (1,)]


def test_an_edited_connection_counts_from_the_next_request_on(warehouse_url, postgres):
    from airflow.models.connection import Connection

    places = [warehouse_url, postgres.superuser_dsn("postgres")]
    pool = ReaderPool(lambda: Connection("reader", uri=places[0]))
    with pool.open() as connection:
        assert connection.info.dbname == warehouse_url.rsplit("/", 1)[1]
    del places[0]
    with pool.open() as connection:
        assert connection.info.dbname == "postgres"


def test_beyond_the_queue_a_request_is_refused_at_once_and_told_when_to_come_back():
    inside, go = threading.Semaphore(0), threading.Event()
    app = FastAPI()

    @app.get("/")
    def slow() -> str:
        inside.release()
        go.wait()
        return "answer"

    app.add_middleware(Admission, working=2)
    with TestClient(app) as client, ThreadPoolExecutor(2) as threads:
        served = [threads.submit(client.get, "/") for _ in range(2)]
        for _ in served:
            inside.acquire()
        refused = [client.get("/") for _ in range(50)]
        go.set()
        assert {answer.status_code for answer in refused} == {503}
        assert (refused[0].headers["Retry-After"], refused[0].json()["detail"]) == (
            "2",
            "Too busy: 2 requests are working, as many as may be at once. Ask again in 2 s.",
        )
        assert [one.result().status_code for one in served] == [200, 200]
        assert client.get("/").status_code == 200


def test_a_response_that_takes_too_long_is_cut_off_and_its_place_is_free_again():
    import anyio

    app = FastAPI()

    @app.get("/never")
    async def never() -> StreamingResponse:
        await anyio.sleep_forever()

    @app.get("/begun")
    async def begun() -> StreamingResponse:
        async def pieces():
            yield b"some"
            await anyio.sleep_forever()

        return StreamingResponse(pieces())

    app.add_middleware(Admission, working=1, sending=1, seconds=0.05)
    with TestClient(app) as client:
        for _ in range(2):
            assert client.get("/never").json()["detail"].startswith("Too busy: It took longer than 0.05 s.")
            assert client.get("/begun").content == b"some"


def test_a_slow_reader_of_a_long_answer_holds_no_connection(client, filled, reader_url):
    """Its body is whole before its first byte is sent, and the connection is back in the pool."""
    viewer = client("viewer")
    plain = {"Accept-Encoding": "identity"}
    with viewer.stream("GET", "/market/api/bars/IBM?format=csv", headers=plain) as answer:
        idle = filled.execute(
            "select distinct state from pg_stat_activity where usename = 'web_reader'"
        ).fetchall()
        body = b"".join(answer.iter_bytes())
    assert idle == [("idle",)]
    assert answer.headers["content-length"] == str(len(body))


def test_a_long_answer_goes_to_a_file_and_a_short_one_does_not():
    long = Spool([b"x" * IN_MEMORY, b"y"])
    assert long._file._rolled
    assert (long.size, b"".join(long.pieces())) == (IN_MEMORY + 1, b"x" * IN_MEMORY + b"y")
    short = Spool([b"x", b"y"])
    assert not short._file._rolled
    assert b"".join(short.pieces()) == b"xy"


def test_a_probe_is_made_anew_once_in_some_seconds_however_many_ask():
    now = [0.0]
    made = iter(range(10))
    recent = Recent[int](clock=lambda: now[0])
    assert [recent.get(lambda: next(made)) for _ in range(3)] == [0, 0, 0]
    now[0] = 3.5
    assert [recent.get(lambda: next(made)) for _ in range(3)] == [1, 1, 1]


def test_while_a_probe_is_made_others_get_the_last_one():
    now = [0.0]
    recent = Recent[str](clock=lambda: now[0])
    recent.get(lambda: "old")
    now[0] = 5.0
    begun, go = threading.Event(), threading.Event()

    def make() -> str:
        begun.set()
        go.wait()
        return "new"

    with ThreadPoolExecutor(1) as threads:
        newer = threads.submit(recent.get, make)
        begun.wait()
        assert recent.get(lambda: "never made") == "old"
        go.set()
        assert newer.result() == "new"
    assert recent.get(lambda: "never made") == "new"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "of/dag/%00",
        "of/task/%00/fetch/0/run",
        "of/task/stock_data_pipeline/fetch/0/%00",
        "of/task/stock_data_pipeline/fetch/%00/run",
        "quality?asked=%00",
        "api/bars/IBM%00",
        "api/gaps?symbol=%00",
    ],
)
def test_a_null_character_is_refused_wherever_it_is(client, filled, path):
    answer = client("viewer").get(f"/market/{path or '%00'}")
    assert answer.status_code == 400
    assert "null character" in answer.json()["detail"]


@pytest.mark.parametrize("map_index", ["99999999999999999999", "2147483648", "-1", "\u0663", "x"])
def test_a_task_that_cannot_be_leads_to_the_page_of_its_dag(client, filled, map_index):
    answer = client("viewer").get(
        f"/market/of/task/stock_data_pipeline/fetch/{map_index}/run", follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (307, "/market/")


def test_many_at_once_use_no_more_connections_than_the_pool_has(client, filled):
    viewer, most = client("viewer"), 0
    with viewer, ThreadPoolExecutor(40) as threads:
        asked = [threads.submit(viewer.get, "/market/api/symbols") for _ in range(200)]
        while not all(one.done() for one in asked):
            most = max(most, backends(filled))
    statuses = [one.result().status_code for one in asked]
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) > 20
    assert most <= 10


def test_a_connection_that_is_there_is_never_called_missing(client, filled, monkeypatch):
    """Airflow says so where its own database fails; ours says what failed."""
    import airflow.utils.session
    from sqlalchemy.exc import OperationalError

    monkeypatch.delenv("AIRFLOW_CONN_POSTGRES_STOCKS_READER")
    viewer = client("viewer")

    def refuse() -> None:
        raise OperationalError("select", {}, Exception("too many clients"))

    monkeypatch.setattr(airflow.utils.session, "create_session", refuse)
    answer = viewer.get("/market/api/symbols")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "There is no connection" not in answer.text
    assert "Airflow's own database gave no answer" in answer.json()["detail"]
