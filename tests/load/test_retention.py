"""What is old is removed, and nothing that the warehouse still points to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from airflow.sdk import ObjectStoragePath
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem

from include.fetch.raw_store import is_stored, write_body
from include.fetch.stored import last_body
from include.load.renaming import rename
from include.load.retention import Retention, remove_old
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, Run, RunRequest, record_request, start_run

pytestmark = pytest.mark.postgres
NOW = datetime(2027, 6, 20, 12, tzinfo=UTC)
YOUNGEST_OLD = datetime(2026, 5, 16, 11, 59, 59, tzinfo=UTC)  # 400 days and a second
OLDEST_YOUNG = datetime(2026, 5, 16, 12, tzinfo=UTC)
EARLIER, OLD = datetime(2026, 5, 1, 6, tzinfo=UTC), datetime(2026, 5, 2, 6, tzinfo=UTC)
RUNNING = "update pipeline_run set state = 'running' where run_id = '2026-05-01 06:00:00+00:00'"


@pytest.fixture
def store(tmp_path: Path, warehouse) -> ObjectStoragePath:
    claim_origin(warehouse, "market")
    return ObjectStoragePath(f"file://{tmp_path}/store")


@pytest.fixture
def keep(store) -> Callable[..., str]:
    """Write a body into the store."""

    def keep_it(content: bytes, at: datetime, **about: str) -> str:
        named = {"origin": "market", "function": "SPLITS", "symbol": "IBM", "kind": "compact.json"} | about
        return write_body(store, content, fetched_at=at, **named)

    return keep_it


@pytest.fixture
def asked(warehouse) -> Callable[..., None]:
    """Record a request of a run at that time, which has ended."""

    def record(path: str, at: datetime, **changed: object) -> None:
        asked = RunRequest("d", str(changed.pop("run", at)), now=at.isoformat())
        run = start_run(warehouse, asked, clock=at, symbols=["IBM"])
        warehouse.execute("update pipeline_run set state = 'success' where id = %s", (run.id,))
        request = Request("IBM", "SPLITS", "fetched", path=path, origin="market", fetched_at=at)
        record_request(warehouse, run, replace(request, **changed))

    return record


@pytest.fixture
def age(warehouse, store) -> Callable[..., Retention]:
    def age_it(**changed: object) -> Retention:
        return remove_old(warehouse, store, **{"now": NOW, "days": 400} | changed)

    return age_it


def paths(warehouse) -> list[tuple]:
    return warehouse.execute("select path, reason from request order by id").fetchall()


def test_an_old_body_goes_and_its_request_says_so(warehouse, keep, asked, age):
    first, second = keep(b"{}", EARLIER), keep(b"{ }", OLD)
    asked(first, EARLIER, outputsize="full", final_through=EARLIER.date())
    asked(second, OLD)
    assert age() == Retention(2, 0, 1, 2, {"newest": 1}, dry_run=False)
    assert (is_stored(first), is_stored(second)) == (False, True)
    told = f"Its body was removed on 2027-06-20 by retention: {first}"
    assert paths(warehouse) == [(None, told), (second, None)]
    about = {"symbol": "IBM", "function": "SPLITS", "outputsize": "full", "final_through": EARLIER.date()}
    later = Run(0, "later", NOW, True, ["IBM"])
    assert last_body(warehouse, later, **about).path is None  # so it is asked for again


def test_a_reason_there_was_before_stays(warehouse, keep, asked, age):
    path = keep(b"{}", OLD, origin="refused", kind="refusal.json")
    asked(path, OLD, outcome="failed", origin=None, fetched_at=None, reason="Invalid API call.")
    assert age().removed == 1
    told = f"Invalid API call. Its body was removed on 2027-06-20 by retention: {path}"
    assert paths(warehouse) == [(None, told)]


BAR = "('IBM', '2026-04-30', 1, 1, 1, 1, 1, '2026-05-01T06:00Z', '2026-05-01T06:00Z'"
CAUSES = {
    "corporate_action": (
        "insert into corporate_action (symbol, kind, effective_date, value, session_before, path, "
        "fetched_at, valid_from) select symbol, 'split', '2026-05-04', 2, '2026-05-01', path, now(), now() "
        "from request order by id limit 1",
        "delete from corporate_action",
    ),
    "quarantine": (
        "insert into quarantine (pipeline_run_id, symbol, bar, rules, path) "
        "select pipeline_run_id, symbol, '{}', '{}', path from request order by id limit 1",
        "delete from quarantine",
    ),
    "stock_data": (
        "insert into stock_data (symbol, data_date, open, high, low, close, volume, fetched_at, valid_from, "
        f"is_final) values {BAR}, false)",
        "update stock_data set fetched_at = '2026-05-02T06:00Z'",
    ),
    "stock_data_history": (
        "insert into stock_data_history (symbol, data_date, open, high, low, close, volume, fetched_at, "
        f"valid_from, valid_to) values {BAR}, '2026-05-02T06:00Z')",
        "delete from stock_data_history",
    ),
    "listing": (
        "insert into listing_check (status, path, fetched_at) "
        "select 'Active', path, fetched_at from request order by id limit 1",
        "delete from listing_check",
    ),
    "running": (RUNNING, "update pipeline_run set state = 'failed'"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_what_something_points_to_stays_until_it_does_not(warehouse, keep, asked, age, cause):
    pointed, newest = keep(b"{}", EARLIER), keep(b"{ }", OLD)
    asked(pointed, EARLIER)
    asked(newest, OLD)
    point, release = CAUSES[cause]
    warehouse.execute(point)
    assert age() == Retention(2, 0, 0, 0, {"newest": 1, cause: 1}, dry_run=False)
    warehouse.execute(release)
    assert age() == Retention(2, 0, 1, 2, {"newest": 1}, dry_run=False)
    assert (is_stored(pointed), is_stored(newest)) == (False, True)


def test_the_newest_good_body_of_each_symbol_and_function_stays(warehouse, keep, asked, age):
    for function in ("SPLITS", "DIVIDENDS"):
        asked(keep(b"{}", EARLIER, function=function), EARLIER, function=function)
    assert age().kept == {"newest": 2}
    asked(keep(b"{ }", OLD), OLD)
    warehouse.execute(
        "insert into quarantine (pipeline_run_id, symbol, bar, rules, path) "
        "select pipeline_run_id, symbol, '{}', '{}', path from request order by id desc limit 1"
    )
    assert age().kept == {"newest": 2, "quarantine": 1}
    warehouse.execute("delete from quarantine")
    assert age() == Retention(3, 0, 1, 2, {"newest": 2}, dry_run=False)


def test_a_body_is_as_old_as_the_newest_request_that_points_to_it(warehouse, keep, asked, age):
    newest = keep(b"{ }", OLD)
    asked(newest, OLD)
    shared = keep(b"{}", EARLIER)
    asked(shared, EARLIER)
    asked(shared, OLDEST_YOUNG, fetched_at=EARLIER, outcome="reused")
    assert age() == Retention(2, 1, 0, 0, {"newest": 1}, dry_run=False)
    assert age(now=NOW + timedelta(seconds=1)) == Retention(2, 0, 1, 2, {"newest": 1}, dry_run=False)
    assert [path for path, _ in paths(warehouse)] == [newest, None, None]


def test_a_body_shared_by_requests_stays_while_one_of_them_is_needed(warehouse, keep, asked, age):
    shared, newest = keep(b"{}", EARLIER), keep(b"{ }", OLD)
    asked(shared, EARLIER)
    asked(shared, EARLIER + timedelta(hours=1))  # the same bytes again
    asked(newest, OLD)
    warehouse.execute(CAUSES["stock_data"][0])
    warehouse.execute("update stock_data set fetched_at = fetched_at + interval '1 hour'")
    assert age().kept == {"newest": 1, "stock_data": 1}
    warehouse.execute("delete from stock_data")
    assert age().removed == 1


def test_values_keep_their_body_when_their_run_was_started_again(warehouse, keep, asked, age):
    brought, newest = keep(b"{}", EARLIER.replace(microsecond=654_321)), keep(b"{ }", OLD)
    asked(brought, EARLIER, run="the same")
    asked(newest, OLD, run="the same")
    warehouse.execute(CAUSES["stock_data"][0])
    warehouse.execute("update stock_data set fetched_at = fetched_at + interval '654321 microseconds'")
    assert paths(warehouse) == [(newest, None)]
    assert age().kept == {"newest": 1, "stock_data": 1}
    warehouse.execute("delete from stock_data")
    assert age().removed == 1
    assert not is_stored(brought)


def test_values_keep_their_body_when_their_symbol_was_renamed_besides(warehouse, keep, asked, age):
    brought, newest = keep(b"{}", EARLIER), keep(b"{ }", OLD)
    for path, at in ((brought, EARLIER), (newest, OLD)):
        asked(path, at, run="the same")
    warehouse.execute(CAUSES["stock_data"][0])
    rename(warehouse, "IBM", "IBM-2026")
    assert age().kept == {"newest": 1, "stock_data": 1}
    warehouse.execute("delete from stock_data")
    assert age().removed == 1


def test_a_body_no_request_points_to_is_as_old_as_its_name_says(keep, age):
    old, young = keep(b"{}", YOUNGEST_OLD), keep(b"{ }", OLDEST_YOUNG)
    assert age() == Retention(2, 1, 1, 2, {}, dry_run=False)
    assert (is_stored(old), is_stored(young)) == (False, True)


def test_a_pointer_through_another_url_is_one_too(warehouse, keep, asked, age):
    path = keep(b"{}", OLD, symbol="A/B")
    asked(path.replace("file://", "s3://aws_default@bucket"), OLD, symbol="A/B")
    assert age().kept == {"newest": 1}
    assert is_stored(path)


def test_a_dry_run_tells_the_same_and_removes_nothing(warehouse, store, keep, asked, age, tmp_path):
    asked(keep(b"{}", EARLIER), EARLIER)
    asked(keep(b"{ }", OLD), OLD)
    before, rows = sorted(tmp_path.rglob("*")), paths(warehouse)
    told = age(dry_run=True)
    assert told == Retention(2, 0, 1, 2, {"newest": 1}, dry_run=True)
    assert (sorted(tmp_path.rglob("*")), paths(warehouse)) == (before, rows)
    assert age() == replace(told, dry_run=False)


def test_files_the_pipeline_did_not_name_stay(store, keep, age, tmp_path):
    body = Path(keep(b"{}", OLD).removeprefix("file://"))
    others = [
        body.with_name("notes.txt"),
        body.with_name(f"{body.name}.bak"),
        body.with_name(body.name.replace("20260502", "20269902")),
        body.parent / "deeper" / body.name,
        tmp_path / "store" / "raw" / "raw" / body.relative_to(tmp_path / "store" / "raw"),
        tmp_path / "store" / "mine" / body.relative_to(tmp_path / "store" / "raw"),
        tmp_path / "store" / "accepted" / "mine.parquet",
        tmp_path / "store" / "accepted" / "raw" / body.relative_to(tmp_path / "store" / "raw"),
        tmp_path / "raw" / body.relative_to(tmp_path / "store" / "raw"),
    ]
    for path in others:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
    assert age() == Retention(1, 0, 1, 2, {}, dry_run=False)
    assert [path for path in others if not path.exists()] == []


def test_bodies_of_another_origin_stay_and_so_do_refusals_beside_them(warehouse, keep, age):
    refusal = keep(b"{}", OLD, origin="refused", kind="refusal.json")
    foreign = keep(b"{}", OLD, origin="sandbox")
    own = keep(b"{}", OLD)
    young = keep(b"{}", OLDEST_YOUNG, origin="replay")
    assert age() == Retention(4, 1, 1, 2, {"another_origin": 2}, dry_run=False)
    assert [is_stored(path) for path in (refusal, foreign, own)] == [True, True, False]
    ObjectStoragePath(foreign).unlink()
    assert age().kept == {"another_origin": 1}
    ObjectStoragePath(young).unlink()
    assert age() == Retention(1, 0, 1, 2, {}, dry_run=False)


def test_a_warehouse_nobody_has_claimed_removes_no_answer(warehouse, keep, age):
    keep(b"{}", OLD)
    warehouse.execute("delete from warehouse_origin")
    assert age().kept == {"another_origin": 1}


def test_a_refusal_the_quarantine_points_to_stays(warehouse, keep, asked, age):
    path = keep(b"{}", OLD, origin="refused", kind="refusal.json")
    asked(path, OLD, outcome="failed", fetched_at=None)
    warehouse.execute(CAUSES["quarantine"][0])
    assert age().kept == {"quarantine": 1}
    warehouse.execute("delete from quarantine")
    assert age().removed == 1


def test_accepted_bars_age_with_their_run(warehouse, store, asked, age):
    def accepted(run: object, origin: str = "market") -> ObjectStoragePath:
        row = warehouse.execute("select id from pipeline_run where run_id = %s", (str(run),)).fetchone()
        path = store / "accepted" / f"{origin}-{row[0] if row else 4711}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"PAR1")
        return path

    for clock in (EARLIER, YOUNGEST_OLD, OLDEST_YOUNG):
        asked("", clock)
    files = [accepted(run) for run in (EARLIER, YOUNGEST_OLD, OLDEST_YOUNG, "no such run")]
    warehouse.execute(RUNNING)
    assert age() == Retention(4, 1, 1, 4, {"running": 1, "unknown_run": 1}, dry_run=False)
    assert [path.exists() for path in files] == [True, False, True, True]
    warehouse.execute("update pipeline_run set state = 'success'")
    assert age().removed == 1
    assert not files[0].exists()


def test_found_is_removed_and_kept_and_young(warehouse, keep, asked, age):
    for day in range(30):
        at = OLD + timedelta(days=day)
        asked(keep(b"{%d}" % day, at), at)
    warehouse.execute(RUNNING.replace("05-01", "05-03"))
    told = age()
    assert (told.found, told.young, told.removed, told.kept) == (30, 15, 14, {"running": 1})
    assert told.found == told.young + told.removed + sum(told.kept.values())
    assert age() == Retention(16, 15, 0, 0, {"running": 1}, dry_run=False)


def test_any_file_system_will_do(warehouse, asked):
    attach("memory", fs=MemoryFileSystem())
    claim_origin(warehouse, "market")
    store = ObjectStoragePath("memory://bucket/market/")
    about = {"origin": "market", "function": "SPLITS", "symbol": "A/B", "kind": "compact.json"}
    first = write_body(store, b"{}", fetched_at=EARLIER, **about)
    newest = write_body(store, b"{ }", fetched_at=OLD, **about)
    asked(first, EARLIER)
    asked(newest, OLD)
    told = remove_old(warehouse, store, now=NOW, days=400)
    assert told == Retention(2, 0, 1, 2, {"newest": 1}, dry_run=False)
    assert (is_stored(first), is_stored(newest)) == (False, True)


def test_an_empty_store_is_no_error(age):
    assert age() == Retention(0, 0, 0, 0, {}, dry_run=False)
