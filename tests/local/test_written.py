"""The three-way rule: what we wrote last, what is there now, what we want now."""

from pathlib import Path

import pytest

from include.installation.written import Record, Value, Wanted, decide, read_record

KEY = "connection stocks, port"


def wanted(port: Value) -> Wanted:
    return Wanted("connection", "stocks", {"port": port})


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """A record of having written port 5432."""
    first = Record(tmp_path / "record.json")
    decide(wanted(5432), None, first)
    first.settle()
    return read_record(first.path)


def test_a_missing_row_is_written_whole(tmp_path: Path) -> None:
    assert decide(wanted(5432), None, Record(tmp_path / "record.json")) == ({"port": 5432}, [])


def test_what_we_wrote_last_is_written_anew(record: Record) -> None:
    assert decide(wanted(6543), {"port": 5432}, record) == ({"port": 6543}, [])


def test_what_a_person_changed_stays_for_good(record: Record) -> None:
    for _ in range(2):
        assert decide(wanted(6543), {"port": 1111}, record) == ({}, [KEY])
        record.settle()


def test_what_a_person_emptied_stays_empty(record: Record) -> None:
    assert decide(wanted(6543), {"port": None}, record) == ({}, [KEY])


def test_what_a_person_set_to_our_value_is_ours_again(record: Record) -> None:
    assert decide(wanted(1111), {"port": 1111}, record) == ({}, [])
    record.settle()

    assert decide(wanted(6543), {"port": 1111}, record) == ({"port": 6543}, [])


def test_a_row_a_person_deleted_is_written_again(record: Record) -> None:
    assert decide(wanted(6543), None, record) == ({"port": 6543}, [])


def test_without_a_record_what_is_there_stays(tmp_path: Path) -> None:
    assert decide(wanted(6543), {"port": 5432}, Record(tmp_path / "none.json")) == ({}, [KEY])
    assert decide(wanted(6543), {"port": None}, Record(tmp_path / "none.json")) == ({}, [KEY])


def test_a_field_that_is_new_in_the_file_is_written(record: Record) -> None:
    asked = Wanted("connection", "stocks", {"port": 5432, "login": "market"})

    assert decide(asked, {"port": 5432, "login": None}, record) == ({"login": "market"}, [])


def test_a_commit_that_did_not_happen_leaves_the_former_value_ours(record: Record) -> None:
    decide(wanted(6543), {"port": 5432}, record)
    record.save()  # and then the power went

    again = read_record(record.path)

    assert decide(wanted(7654), {"port": 5432}, again) == ({"port": 7654}, [])


def test_the_record_holds_no_value_and_is_private(record: Record) -> None:
    decide(Wanted("connection", "stocks", {"password": "hunter2"}), None, record)
    record.settle()

    assert "hunter2" not in record.path.read_text()
    assert record.path.stat().st_mode & 0o077 == 0
