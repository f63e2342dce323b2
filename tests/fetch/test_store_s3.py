"""The store in a bucket: a real S3 client and a stand-in for S3 behind a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from airflow.sdk import ObjectStoragePath
from moto.server import ThreadedMotoServer

from include.fetch.raw_store import is_stored, read_body, write_body
from include.gate.accepted import read_accepted, write_accepted
from include.load.retention import Retention, remove_old
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, RunRequest, record_request, start_run
from tests.bars import batches_of, table_of

NOON = datetime(2026, 5, 16, 12, tzinfo=UTC)
CONN_ID = "store_of_test"
FOLDER = "market/raw/origin=market/function=SPLITS/symbol=IBM/"
BIG = b"2026-05-15,6154450\r\n" * 1_000_000


class Bucket:
    """A bucket, seen past the store's own client."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.store = ObjectStoragePath(f"s3://{CONN_ID}@{name}/market")
        self._s3 = boto3.client(
            "s3",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="stand-in",
            aws_secret_access_key="stand-in",
        )
        self._s3.create_bucket(Bucket=name)
        self._s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def put(self, key: str, content: bytes) -> None:
        self._s3.put_object(Bucket=self.name, Key=key, Body=content)

    def remove(self, key: str) -> None:
        self._s3.delete_object(Bucket=self.name, Key=key)

    def ever_held(self) -> list[tuple[str, int]]:
        """Every object there ever was, with its size, whether it is still there or not."""
        found = self._s3.list_object_versions(Bucket=self.name).get("Versions", [])
        return [(version["Key"], version["Size"]) for version in found]


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The URL of the stand-in, to which the connection points."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    url = "http://127.0.0.1:{1}".format(*server.get_host_and_port())
    about = {"conn_type": "aws", "login": "stand-in", "password": "stand-in"}
    connection = about | {"extra": {"endpoint_url": url, "region_name": "us-east-1"}}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(f"AIRFLOW_CONN_{CONN_ID.upper()}", json.dumps(connection))
        yield url
    server.stop()


@pytest.fixture
def bucket(s3: str, request: pytest.FixtureRequest) -> Bucket:
    """A bucket of this test's own."""
    return Bucket(s3, f"bars-{abs(hash(request.node.nodeid)):x}")


@pytest.fixture
def keep(bucket):
    def keep_it(content: bytes, at: datetime = NOON, symbol: str = "IBM") -> str:
        about = {"origin": "market", "function": "SPLITS", "symbol": symbol, "kind": "compact.json"}
        return write_body(bucket.store, content, fetched_at=at, **about)

    return keep_it


def test_a_body_comes_back_as_it_was_and_is_kept_once(bucket, keep):
    path = keep(b"\x00\xff\r\n")
    assert path.startswith(str(bucket.store) + "/raw/")
    assert read_body(path) == b"\x00\xff\r\n"
    assert keep(b"\x00\xff\r\n", NOON + timedelta(days=1)) == path
    assert keep(b"{}", NOON + timedelta(days=1)) != path


def test_a_body_is_there_by_one_request_or_not_at_all(bucket, keep):
    """Neither a part of it nor a copy that had to be renamed was ever in the bucket, also of 20 MB."""
    small, big = keep(b"{}"), keep(BIG, symbol="MSFT")
    keys = [path.partition(f"@{bucket.name}/")[2] for path in (small, big)]
    assert bucket.ever_held() == [(keys[0], 2), (keys[1], 20_000_000)]


def test_what_another_machine_wrote_or_removed_is_seen_at_once(bucket, keep):
    mine = keep(b"{}")
    folder = ObjectStoragePath(mine).parent
    list(folder.glob("*"))  # as the client remembers it
    bucket.put(f"{FOLDER}20260517T120000Z-44136fa355b3678a-compact.json", b"{}")
    theirs = f"{folder}/20260517T120000Z-44136fa355b3678a-compact.json"
    assert is_stored(theirs)
    assert keep(b"{}", NOON + timedelta(days=2)) == theirs
    list(folder.glob("*"))
    bucket.remove(mine.partition(f"@{bucket.name}/")[2])
    assert not is_stored(mine)
    with pytest.raises(FileNotFoundError, match="is not in the store"):
        read_body(mine)


@pytest.mark.parametrize("symbol", ["../../etc/passwd", "..", "A/B", "a b%00", "*"])
def test_a_symbol_stays_inside_the_store(bucket, keep, symbol):
    path = keep(b"{}", symbol=symbol)
    ((key, _),) = bucket.ever_held()
    assert key.startswith("market/raw/origin=market/function=SPLITS/symbol=")
    assert key.count("/") == 5
    assert read_body(path) == b"{}"


def test_accepted_bars_come_back(bucket, batch):
    folder = bucket.store / "accepted" / "market-1"
    write_accepted(batches_of(batch("IBM")), folder)
    assert read_accepted(ObjectStoragePath(str(folder)), "daily_bars") == table_of(batch("IBM"))
    assert len(bucket.ever_held()) == 1


@pytest.mark.postgres
def test_retention_removes_what_is_old_and_nothing_that_is_needed(bucket, keep, warehouse):
    claim_origin(warehouse, "market")
    run = start_run(warehouse, RunRequest("d", "r", now=NOON.isoformat()), clock=NOON, symbols=["IBM"])
    first, second = keep(b"{}"), keep(b"{ }", NOON + timedelta(days=1))
    for path, at in ((first, NOON), (second, NOON + timedelta(days=1))):
        record_request(
            warehouse,
            run,
            Request("IBM", "SPLITS", "fetched", path=path, origin="market", fetched_at=at),
        )
    warehouse.execute("update pipeline_run set state = 'success'")
    now = NOON + timedelta(days=500)
    assert remove_old(warehouse, bucket.store, now=now, days=400) == Retention(
        2, 0, 1, 2, {"newest": 1}, dry_run=False
    )
    assert (is_stored(first), is_stored(second)) == (False, True)
