"""The raw store keeps every body once, under a path nothing can be smuggled into."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from airflow.sdk import ObjectStoragePath

from include.fetch.raw_store import StoredBody, is_stored, read_body, read_path, write_body
from include.sandbox.stored import read_store
from tests.conftest import PROJECT

NOON = datetime(2026, 5, 16, 12, tzinfo=UTC)


@pytest.fixture
def write(tmp_path):
    def write_it(
        content: bytes, *, symbol: str = "IBM", at: datetime = NOON, kind: str = "compact.json"
    ) -> str:
        root = ObjectStoragePath(f"file://{tmp_path}/store")
        return write_body(
            root, content, origin="sandbox", function="SPLITS", symbol=symbol, fetched_at=at, kind=kind
        )

    return write_it


def test_a_body_comes_back_as_it_was(write):
    path = write(b"\x00\xff\r\n")
    assert read_body(path) == b"\x00\xff\r\n"
    assert is_stored(path)


def test_the_path_says_what_it_is(write):
    folder, name = write(b"{}").rsplit("/", 1)
    assert folder.endswith("/store/raw/origin=sandbox/function=SPLITS/symbol=IBM")
    assert name == "20260516T120000Z-44136fa355b3678a-compact.json"


def test_the_same_body_is_kept_once_and_another_beside_it(write, tmp_path):
    first = write(b"{}")
    assert write(b"{}", at=NOON + timedelta(days=1)) == first
    assert write(b"{ }", at=NOON) != first
    assert write(b"{}", kind="full.csv") != first
    assert write(b"{}", symbol="MSFT") != first
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 4


def test_a_body_that_comes_back_after_another_is_kept_again(write):
    days = [NOON + timedelta(days=day) for day in range(4)]
    first = write(b"{}", at=days[0])
    write(b"{ }", at=days[1])
    again = write(b"{}", at=days[2])
    assert again != first
    assert again.endswith("/20260518T120000Z-44136fa355b3678a-compact.json")
    assert write(b"{}", at=days[3]) == again
    assert write(b"{}", at=days[0]) == first


def test_a_body_that_was_damaged_is_written_anew(write):
    first = write(b"timestamp,volume\r\n2026-05-15,6154450\r\n")
    Path(first.removeprefix("file://")).write_bytes(b"timestamp,volume\r\n2026-05-15,615")
    again = write(b"timestamp,volume\r\n2026-05-15,6154450\r\n", at=NOON + timedelta(days=1))
    assert read_body(again) == b"timestamp,volume\r\n2026-05-15,6154450\r\n"
    assert again != first


def test_a_body_whose_writing_is_broken_off_is_not_in_the_store(write, tmp_path):
    """The disk takes ten bytes more and then refuses."""
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, unlimited[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write(b"timestamp,volume\r\n2026-05-15,6154450\r\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from airflow.sdk import ObjectStoragePath
from include.fetch.raw_store import write_body

ObjectStoragePath.move = lambda *about: os.kill(os.getpid(), signal.SIGKILL)
noon = datetime(2026, 5, 16, 12, tzinfo=UTC)
about = {"origin": "sandbox", "function": "SPLITS", "symbol": "IBM", "kind": "compact.json"}
write_body(ObjectStoragePath(sys.argv[1]), b"{}", fetched_at=noon, **about)
"""


@pytest.fixture
def killed(tmp_path) -> Path:
    """The file that a process left which was killed just before its body was whole."""
    store = f"file://{tmp_path}/store"
    done = subprocess.run([sys.executable, "-c", KILLED, store], cwd=PROJECT, check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left.suffix == ".part"
    return left


def files(tmp_path: Path) -> set[str]:
    return {str(path) for path in tmp_path.rglob("*") if path.is_file()}


def test_after_a_kill_the_same_body_is_written_and_what_was_left_goes_within_the_hour(
    write, tmp_path, killed
):
    first = write(b"{}").removeprefix("file://")
    assert files(tmp_path) == {first, str(killed)}  # it may be another process's that is at work now
    begun = (datetime.now(UTC) - timedelta(minutes=61)).timestamp()
    os.utime(killed, (begun, begun))
    second = write(b"{ }").removeprefix("file://")
    assert files(tmp_path) == {first, second}


def test_what_was_left_by_a_kill_is_no_body(write, tmp_path, killed):
    path = f"file://{killed}"
    assert read_path(path) is None
    assert not is_stored(path.removesuffix(f".{path.split('.')[-2]}.part"))
    assert [recording.path for recording in read_store(tmp_path / "store")] == []
    kept = write(b"{}").removeprefix("file://")
    assert [str(recording.path) for recording in read_store(tmp_path / "store")] == [kept]


def test_the_path_is_read_back():
    key = "raw/origin=market/function=SPLITS/symbol=A%2FB/20260516T120000Z-44136fa355b3678a-compact.json"
    for store in ("", "file:///store/", "s3://aws_default@bucket/market/"):
        assert read_path(store + key) == StoredBody(key, "market", "SPLITS", "A/B", NOON, "compact")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "20260516T120000Z-44136fa355b3678a-compact.json",
        "raw/origin=market/function=SPLITS/symbol=IBM/notes.txt",
        "raw/origin=market/function=SPLITS/symbol=IBM/20260516T120000Z-44136fa355b3678a-compact.json.bak",
        "raw/origin=market/function=SPLITS/symbol=IBM/20261399T120000Z-44136fa355b3678a-compact.json",
        "mine/origin=market/function=SPLITS/symbol=IBM/20260516T120000Z-44136fa355b3678a-compact.json",
        "accepted/1.parquet",
    ],
)
def test_a_path_that_is_not_the_stores_own_says_nothing(path):
    assert read_path(path) is None


@pytest.mark.parametrize(
    "symbol", ["../../etc/passwd", "/etc/passwd", "..", "A/B", "A\\B", "NUL", "a b%00", "*"]
)
def test_a_symbol_stays_inside_the_store(write, tmp_path, symbol):
    path = Path(write(b"{}", symbol=symbol).removeprefix("file://")).resolve()
    assert path.is_relative_to(tmp_path / "store" / "raw" / "origin=sandbox" / "function=SPLITS")
    assert len(path.relative_to(tmp_path / "store").parts) == 5


def test_what_is_gone_is_told(write):
    path = write(b"{}")
    ObjectStoragePath(path).unlink()
    assert not is_stored(path)
    with pytest.raises(FileNotFoundError):
        read_body(path)
