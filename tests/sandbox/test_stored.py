"""A raw store is replayed as it was known at a moment, one origin at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from airflow.sdk import ObjectStoragePath

from include.fetch.raw_store import write_body
from include.sandbox.__main__ import read_arguments, settings_of
from include.sandbox.replay import ReplaySource

from .conftest import TestedSandbox

FRIDAY, SATURDAY, MONDAY = (datetime(2026, 5, day, 6, tzinfo=UTC) for day in (15, 16, 18))
DAILY = "TIME_SERIES_DAILY"


def write(root: Path, content: bytes, at: datetime, kind: str = "compact.json", **about: str) -> str:
    """Keep a body as the pipeline does."""
    named = {"origin": "market", "function": DAILY, "symbol": "IBM"} | about
    return write_body(ObjectStoragePath(f"file://{root}"), content, fetched_at=at, kind=kind, **named)


@pytest.fixture
def replaying() -> Iterator[Callable[..., TestedSandbox]]:
    """Start a sandbox on a folder."""
    started: list[TestedSandbox] = []

    def start(folder: Path, now: datetime = MONDAY) -> TestedSandbox:
        started.append(TestedSandbox(folder).__enter__())
        started[-1].set_clock(now)
        return started[-1]

    yield start
    for sandbox in started:
        sandbox.__exit__(None, None, None)


def test_the_newest_body_fetched_by_the_clock_is_the_answer(tmp_path, replaying):
    for at, content in ((MONDAY, b'{"as of": "monday"}'), (FRIDAY, b'{"as of": "friday"}')):
        newest = write(tmp_path, content, at)
    sandbox = replaying(tmp_path, SATURDAY)
    response = sandbox.get(DAILY)
    assert response.content == b'{"as of": "friday"}'
    assert response.headers["x-market-data-recording"] == newest.rsplit("/", 1)[1]
    assert response.headers["x-market-data-origin"] == "replay"
    sandbox.set_clock(MONDAY)
    assert sandbox.get(DAILY).content == b'{"as of": "monday"}'


def test_a_body_that_came_back_after_another_is_the_newest_again(tmp_path, replaying):
    for at, content in ((FRIDAY, b"right"), (SATURDAY, b"wrong"), (MONDAY, b"right")):
        write(tmp_path, content, at)
    sandbox = replaying(tmp_path, SATURDAY)
    assert sandbox.get(DAILY).content == b"wrong"
    sandbox.set_clock(MONDAY)
    assert sandbox.get(DAILY).content == b"right"


def test_before_the_first_body_it_was_not_recorded(tmp_path, replaying):
    write(tmp_path, b"{}", SATURDAY)
    write(tmp_path, b"{}", SATURDAY, function="SPLITS")
    sandbox = replaying(tmp_path, FRIDAY)
    for function, symbol in ((DAILY, "IBM"), ("SPLITS", "IBM"), (DAILY, "MSFT")):
        sandbox.get(function, symbol)
    assert sandbox.outcomes() == ["E13", "E16", "E13"]
    sandbox.set_clock(SATURDAY)
    assert sandbox.get(DAILY).content == b"{}"


def test_compact_and_full_are_told_apart_where_both_are_there(tmp_path, replaying):
    csv = b"timestamp,open\r\n2026-05-15,218.2000\n"  # as it came, line ends and all
    write(tmp_path, b'{"size": "compact"}', FRIDAY)
    write(tmp_path, b'{"size": "full"}', SATURDAY, "full.json")
    write(tmp_path, csv, FRIDAY, "full.csv", symbol="MSFT")
    sandbox = replaying(tmp_path)
    assert sandbox.get(DAILY).content == b'{"size": "compact"}'
    assert sandbox.get(DAILY, outputsize="full").content == b'{"size": "full"}'
    assert sandbox.get(DAILY, "MSFT", datatype="csv").content == csv


def test_refusals_and_files_of_others_are_no_answers(tmp_path, replaying):
    path = Path(write(tmp_path, b"{}", FRIDAY).removeprefix("file://"))
    write(tmp_path, b'{"Information": "no"}', SATURDAY, "refusal.json", origin="refused")
    path.with_name("notes.json").write_bytes(b"mine")
    path.with_name(path.name.replace("20260515", "20269915")).write_bytes(b"no such day")
    assert replaying(tmp_path).get(DAILY).content == b"{}"
    assert len(ReplaySource(tmp_path)) == 1


@pytest.mark.parametrize("symbol", ["BRK-B", "^GSPC", "A/B", "a b%00", "EUR=X"])
def test_a_symbol_is_found_as_it_was_asked_for(tmp_path, replaying, symbol):
    write(tmp_path, b"{}", FRIDAY, symbol=symbol)
    assert replaying(tmp_path).get(DAILY, symbol).content == b"{}"


def test_bodies_of_two_origins_are_not_mixed(tmp_path, replaying):
    for origin in ("market", "sandbox", "replay"):
        write(tmp_path, origin.encode(), FRIDAY, origin=origin)
    with pytest.raises(ValueError, match=r"market and sandbox, .* name the folder of one, such as .*=market"):
        ReplaySource(tmp_path)
    for origin in ("market", "sandbox", "replay"):
        folder = tmp_path / "raw" / f"origin={origin}"
        assert replaying(folder).get(DAILY).content == origin.encode()


def test_copies_of_an_earlier_replay_count_where_there_is_nothing_else(tmp_path, replaying):
    write(tmp_path, b"copied", SATURDAY, origin="replay")
    assert replaying(tmp_path).get(DAILY).content == b"copied"
    write(tmp_path, b"first", FRIDAY)
    assert replaying(tmp_path).get(DAILY).content == b"first"


def test_an_empty_store_is_refused_by_name(tmp_path):
    write(tmp_path, b"{}", FRIDAY, origin="refused")
    with pytest.raises(ValueError, match="no recordings in"):
        ReplaySource(tmp_path)


def test_the_command_takes_a_store_and_a_clock(tmp_path, capsys):
    asked = ["--port", "1", "--replay", str(tmp_path), "--now"]
    arguments = read_arguments([*asked, "2026-05-16T02:00:00-04:00"])
    assert (settings_of(arguments).replay, arguments.now) == (tmp_path, SATURDAY)
    for wrong in ("yesterday", "2026-05-16T06:00:00"):
        with pytest.raises(SystemExit):
            read_arguments([*asked, wrong])
        assert "--now" in capsys.readouterr().err
