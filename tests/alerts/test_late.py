"""Which session is due when, and of which symbols it is late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from include.alerts.digest import Trouble
from include.alerts.late import daily_run_due, lacking_of, late_of
from include.market.instruments import register, write_sessions
from include.report.gaps import find_gaps
from include.settings import DAILY
from include.warehouse.runs import Request, Run, RunRequest, end_run, record_request, start_run

pytestmark = pytest.mark.postgres
SATURDAY = datetime(2026, 5, 16, 10, tzinfo=UTC)
FRIDAY = date(2026, 5, 15)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-05-16T09:59Z", "2026-05-15T06:00Z"),
        ("2026-05-16T10:00Z", "2026-05-16T06:00Z"),
        ("2026-05-16T03:00Z", "2026-05-15T06:00Z"),
        ("2026-05-16T23:59Z", "2026-05-16T06:00Z"),
        ("2026-05-16T20:00+14:00", "2026-05-15T06:00Z"),
    ],
)
def test_a_daily_run_has_until_ten(now, due):
    assert daily_run_due(at(now)) == at(due)


def held(warehouse, symbol: str, through: str) -> None:
    warehouse.execute(
        "insert into stock_data (symbol, data_date, open, high, low, close, volume, is_final, fetched_at, "
        "valid_from) values (%s, %s, 1, 1, 1, 1, 1, false, now(), now())",
        (symbol, through),
    )


def run_at(warehouse, clock: datetime, symbols: dict[str, str]) -> Run:
    """A run that has ended, with the outcome of each symbol's bars."""
    run = start_run(
        warehouse,
        RunRequest("stock_data_pipeline", str(clock), now=clock.isoformat()),
        clock=clock,
        symbols=list(symbols),
    )
    for symbol, outcome in symbols.items():
        body = {"path": "body", "fetched_at": clock, "final_through": FRIDAY - timedelta(days=1)}
        record_request(
            warehouse, run, Request(symbol, DAILY, outcome, **body if outcome == "fetched" else {})
        )
    end_run(warehouse, run, state="success", message="")
    return run


@pytest.fixture
def watched(warehouse):
    """Four symbols, of which one holds Friday's session, and a run on Saturday at 06:00."""
    write_sessions(warehouse, "XNYS")
    outcomes = {"IBM": "fetched", "MSFT": "fetched", "KO": "deferred", "XYZZY": "failed"}
    register(warehouse, list(outcomes), through=FRIDAY)
    held(warehouse, "IBM", "2026-05-15")
    held(warehouse, "MSFT", "2026-05-14")
    held(warehouse, "KO", "2026-05-14")
    run_at(warehouse, datetime(2026, 5, 16, 6, tzinfo=UTC), outcomes)
    return warehouse


def test_late_is_what_nobody_has_explained(watched):
    found = late_of(watched, ["IBM", "MSFT", "KO", "XYZZY"], SATURDAY)
    (late,) = found.troubles
    assert late.key == ("MSFT", "late")
    assert late.text.startswith(
        "MSFT: the session of 2026-05-15 is not held; the newest bar is of 2026-05-14. The vendor may be late"
    )


def test_nothing_is_late_before_its_time_and_on_a_day_without_a_session(watched):
    assert late_of(watched, ["MSFT"], SATURDAY - timedelta(minutes=1)).troubles == []
    assert late_of(watched, ["IBM"], SATURDAY + timedelta(hours=13)).troubles == []


def test_a_session_that_was_none_is_not_late(watched):
    """The calendar learns late that an exchange was closed."""
    watched.execute(
        "insert into gap (symbol, session, cause, valid_from) values ('MSFT', '2026-05-15', 'closed', now())"
    )
    assert late_of(watched, ["MSFT"], SATURDAY).troubles == []


def test_a_gap_that_is_found_as_not_yet_published_is_late(watched):
    find_gaps(watched, now=SATURDAY)
    gaps = watched.execute("select symbol, cause from gap where symbol = 'MSFT' and session = '2026-05-15'")
    assert gaps.fetchall() == [("MSFT", "not yet published")]
    assert [trouble.symbol for trouble in late_of(watched, ["MSFT"], SATURDAY).troubles] == ["MSFT"]


def test_what_is_put_off_because_the_vendor_is_late_is_late(watched):
    watched.execute("update request set kind = 'NotPublishedYet' where symbol = 'KO'")
    assert [trouble.symbol for trouble in late_of(watched, ["KO"], SATURDAY).troubles] == ["KO"]


def test_the_session_of_each_exchange_is_its_own(watched):
    write_sessions(watched, "XLON")
    register(watched, ["BP.LON"], through=FRIDAY)
    held(watched, "BP.LON", "2026-05-14")
    (lacking,) = lacking_of(watched, ["IBM", "BP.LON"], at("2026-05-15T16:00Z"))
    assert (lacking.symbol, lacking.session) == ("BP.LON", FRIDAY)


def test_without_a_run_that_is_the_one_trouble(watched):
    found = late_of(watched, ["IBM", "MSFT"], at("2026-05-19T10:00Z"))
    (missed,) = found.troubles
    assert missed.key == ("", "no run")
    assert "2 of 2 symbols lack their last session" in missed.text


def test_a_warehouse_that_never_saw_a_run_is_not_late(warehouse):
    assert late_of(warehouse, ["IBM"], SATURDAY).troubles == []


def test_it_is_over_only_where_the_session_is_held(watched):
    def over(symbol: str) -> str | None:
        return late_of(watched, ["IBM", "KO"], SATURDAY).recovery(Trouble(symbol, "late", ""))

    assert over("IBM") == "IBM: its session is held now."
    assert over("KO") is None  # deferred: nothing new to tell, and not held either
    assert over("MSFT") is None  # not looked at
