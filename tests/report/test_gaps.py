"""A session that should be held and is not has a cause, and heals when the bar comes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from include.gate.records import record_verdicts
from include.load.daily_bars import load_bars
from include.market.instruments import register, write_sessions
from include.market.sessions import close_of, sessions_between
from include.plan.budget import Allowance
from include.plan.holes import holes_to_ask
from include.plan.needs import PlannedRequest
from include.plan.start import start
from include.report.gaps import Missing, find_gaps, gaps_of
from include.report.results import results_of
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, RunRequest, record_request
from tests.bars import MORNING_AFTER, batches_of, refusing, table_of

pytestmark = pytest.mark.postgres
FRIDAY, WEDNESDAY = date(2026, 5, 15), date(2026, 5, 13)


@pytest.fixture
def fetched(warehouse, started, batch):
    """A run that fetched symbols, whose bars the gate accepted or not, and which loaded them."""
    write_sessions(warehouse, "XNYS")

    def fetch(
        *symbols: str,
        without: set[date] = frozenset(),
        refused: date | None = None,
        final=FRIDAY,
        day: int = 0,
    ) -> datetime:
        now = MORNING_AFTER + timedelta(days=day)
        run = started(*symbols, run_id=f"{symbols} {now}")
        register(warehouse, symbols, through=FRIDAY)
        accepted = []
        for symbol in symbols:
            request = Request(symbol, "TIME_SERIES_DAILY", "fetched", "compact", "p", "sandbox", now, final)
            record_request(warehouse, run, request)
            bars = [bar for bar in batch(symbol) if bar.data_date not in without and bar.data_date <= final]
            verdicts = [refusing(came, refused) for came in batches_of(bars)]
            record_verdicts(warehouse, run, verdicts)
            accepted += bars if all(verdict.accepted for verdict in verdicts) else []
        load_bars(warehouse, table_of(accepted), run, now=now)
        warehouse.commit()
        return now

    return fetch


def find(warehouse, now: datetime = MORNING_AFTER) -> list[tuple]:
    find_gaps(warehouse, now=now)
    warehouse.commit()
    return warehouse.execute(
        "select symbol, session, cause from gap where valid_to is null order by symbol, session"
    ).fetchall()


def test_a_complete_symbol_has_none(warehouse, fetched):
    assert find(warehouse, fetched("IBM")) == []


def test_a_bar_the_vendor_leaves_out_is_a_hole_and_heals(warehouse, fetched):
    first = fetched("IBM", without={WEDNESDAY})
    assert find(warehouse, first) == [("IBM", WEDNESDAY, "vendor hole")]
    assert find(warehouse, first) == [("IBM", WEDNESDAY, "vendor hole")]
    later = fetched("IBM", day=1)
    assert find(warehouse, later) == []
    told = warehouse.execute("select cause, valid_from, valid_to from gap").fetchall()
    assert told == [("vendor hole", first, later)]


def test_the_newest_session_may_not_be_published_yet(warehouse, fetched):
    assert find(warehouse, fetched("IBM", final=date(2026, 5, 14))) == [("IBM", FRIDAY, "not yet published")]


def test_a_run_of_the_past_that_runs_again_ends_no_gap_found_since(warehouse, fetched):
    missing = find(warehouse, fetched("IBM", final=date(2026, 5, 14)))
    assert missing == [("IBM", FRIDAY, "not yet published")]
    assert find(warehouse, MORNING_AFTER - timedelta(days=1)) == missing


def test_a_session_no_symbol_has_was_closed(warehouse, fetched):
    now = fetched("IBM", "MSFT", "AAPL", without={WEDNESDAY})
    assert {cause for _, _, cause in find(warehouse, now)} == {"closed"}
    fetched("GOOGL")
    assert {cause for _, _, cause in find(warehouse, now)} == {"vendor hole"}


def test_two_symbols_are_not_enough_to_call_it_closed(warehouse, fetched):
    now = fetched("IBM", "MSFT", without={WEDNESDAY})
    assert {cause for _, _, cause in find(warehouse, now)} == {"vendor hole"}


def test_what_the_gate_holds_back_is_quarantined_the_whole_batch(warehouse, fetched):
    now = fetched("IBM", refused=WEDNESDAY)
    assert find(warehouse, now) == [("IBM", FRIDAY, "quarantined")]  # expected since it was added
    register(warehouse, ["IBM"], through=FRIDAY)
    assert find(warehouse, fetched("IBM", day=1)) == []


def test_a_bar_a_person_discarded_stays_a_gap_with_that_cause(warehouse, fetched):
    now = fetched("IBM", without={WEDNESDAY})
    warehouse.execute(
        "insert into quarantine_decision (symbol, data_date, decision, decided_by, reason, decided_at, row) "
        "values ('IBM', %s, 'discarded', 'ann', 'no trade that day', %s, '{}')",
        (WEDNESDAY, now),
    )
    assert find(warehouse, now) == [("IBM", WEDNESDAY, "discarded")]


def test_what_no_body_has_covered_was_never_fetched(warehouse, fetched):
    write_sessions(warehouse, "XNYS")
    register(warehouse, ["NEW"], through=FRIDAY)
    assert find(warehouse) == [("NEW", FRIDAY, "never fetched")]
    fetched("IBM", final=date(2026, 5, 12))
    monday = date(2026, 5, 18)
    register(warehouse, ["IBM"], through=monday)
    tuesday = datetime(2026, 5, 19, 6, tzinfo=UTC)
    assert ("IBM", monday, "never fetched") in find(warehouse, tuesday)


def test_a_dead_symbol_says_so(warehouse, fetched):
    fetched("IBM", final=FRIDAY)
    register(warehouse, ["IBM"], through=date(2026, 5, 18))
    warehouse.execute("update instrument set state = 'delisted'")
    assert find(warehouse, datetime(2026, 5, 19, 6, tzinfo=UTC)) == [
        ("IBM", date(2026, 5, 18), "dead symbol")
    ]


def test_nothing_is_expected_of_an_open_session_or_after_a_symbol_left_the_list(warehouse, fetched):
    fetched("IBM")
    register(warehouse, ["MSFT"], through=date(2026, 5, 20))
    afternoon = datetime(2026, 5, 18, 17, tzinfo=UTC)
    assert [symbol for symbol, _, _ in find(warehouse, afternoon)] == []
    evening = datetime(2026, 5, 20, 21, tzinfo=UTC)
    assert {symbol for symbol, _, _ in find(warehouse, evening)} == {"MSFT"}


def test_a_run_tells_what_is_missing_of_its_symbols(warehouse, fetched, started):
    now = fetched("IBM", "MSFT", without={WEDNESDAY, date(2026, 5, 12)}, final=date(2026, 5, 14))
    find(warehouse, now)
    told = gaps_of(warehouse, started("MSFT", run_id="r"))
    assert told == [
        Missing("MSFT", "vendor hole", 2, date(2026, 5, 12), WEDNESDAY),
        Missing("MSFT", "not yet published", 1, FRIDAY, FRIDAY),
    ]
    assert [str(missing) for missing in told] == [
        "MSFT: 2 sessions missing between 2026-05-12 and 2026-05-13 (vendor hole)",
        "MSFT: 2026-05-15 missing (not yet published)",
    ]


@pytest.mark.parametrize(
    ("sessions", "is_asked"),
    [(0, False), (1, True), (4, True), (5, True), (20, True), (80, True), (97, True), (98, False)],
)
def test_a_hole_of_a_symbol_that_no_list_has_is_asked_for_again(warehouse, fetched, sessions, is_asked):
    find(warehouse, fetched("IBM", without={WEDNESDAY}))
    since = sorted(sessions_between("XNYS", FRIDAY, date(2026, 12, 31)))
    later = close_of("XNYS", since[sessions])
    found = holes_to_ask(warehouse, ["MSFT"], now=later)
    reason = "the vendor left out 2026-05-13, and nothing else asks for it"
    assert found == ([PlannedRequest("IBM", reason=reason)] if is_asked else [])
    assert holes_to_ask(warehouse, ["MSFT", "IBM"], now=later) == []


def test_a_hole_is_asked_for_after_one_session_five_and_twenty_and_no_more(warehouse, fetched):
    """Every answer leaves the same session out. 2026-05-25 is a holiday."""
    find(warehouse, fetched("IBM", without={WEDNESDAY}))
    asked = []
    for day in range(1, 60):
        now = MORNING_AFTER + timedelta(days=day)
        if holes_to_ask(warehouse, [], now=now):
            asked.append(now.date())
            find(warehouse, fetched("IBM", without={WEDNESDAY}, day=day))
    assert asked == [date(2026, 5, 19), date(2026, 5, 23), date(2026, 6, 16)]


@pytest.mark.parametrize(("calls", "asks_for_ibm"), [(4, False), (5, True), (None, True)])
def test_a_hole_takes_a_call_that_nothing_else_needs(warehouse, fetched, calls, asks_for_ibm):
    """MSFT is new: it needs three, and the listing one."""
    find(warehouse, fetched("IBM", without={WEDNESDAY}))
    claim_origin(warehouse, "sandbox")
    groups = start(
        warehouse,
        RunRequest("d", "r", "MSFT", "2026-05-19T06:00:00Z"),
        allowance=lambda _: Allowance(calls, 25, False),
    )
    asked = [request.symbol for group in groups for request in group]
    assert asked == ["*active", *["MSFT"] * 3, *["IBM"] * asks_for_ibm]


def test_a_run_tells_how_a_symbol_went_that_is_not_on_its_list(warehouse, started):
    run = started("MSFT")
    for symbol in ("IBM", "MSFT"):
        record_request(warehouse, run, Request(symbol, "TIME_SERIES_DAILY", "failed", reason="Refused."))
    results = results_of(warehouse, run)
    assert [(result.symbol, result.problem) for result in results] == [
        ("MSFT", "MSFT: Refused."),
        ("IBM", "IBM: Refused."),
    ]


def test_a_hole_of_a_dead_symbol_stays(warehouse, fetched):
    find(warehouse, fetched("IBM", without={WEDNESDAY}))
    warehouse.execute("update instrument set state = 'suspect'")
    assert holes_to_ask(warehouse, [], now=MORNING_AFTER + timedelta(days=3)) == []


def test_the_calendar_is_written_once_and_mended(warehouse):
    write_sessions(warehouse, "XNYS")
    days = warehouse.execute(
        "select session, position - min(position) over (), closes_at from exchange_session "
        "where session between '2025-11-26' and '2025-12-01' order by session"
    ).fetchall()
    assert days == [
        (date(2025, 11, 26), 0, datetime(2025, 11, 26, 21, tzinfo=UTC)),
        (date(2025, 11, 28), 1, datetime(2025, 11, 28, 18, tzinfo=UTC)),  # half day after Thanksgiving
        (date(2025, 12, 1), 2, datetime(2025, 12, 1, 21, tzinfo=UTC)),
    ]
    before = warehouse.execute("select ctid, xmin from exchange_session").fetchall()
    write_sessions(warehouse, "XNYS")
    assert warehouse.execute("select ctid, xmin from exchange_session").fetchall() == before
    warehouse.execute("update exchange_session set session = '2025-11-27' where session = '2025-11-28'")
    write_sessions(warehouse, "XNYS")
    held = warehouse.execute(
        "select session from exchange_session where session between '2025-11-27' and '2025-11-28'"
    ).fetchall()
    assert held == [(date(2025, 11, 28),)]
