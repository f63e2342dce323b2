"""What is asked for, in which order, and why; and what has to wait when the calls do not reach."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from include.market.sessions import Window, close_of, sessions_until
from include.plan.budget import Plan, in_groups, make_plan
from include.plan.needs import Held, PlannedRequest, is_late, listing_needs, needs_of

FRIDAY = date(2026, 5, 15)
SATURDAY = datetime(2026, 5, 16, 6, tzinfo=UTC)
SESSIONS = sessions_until("XNYS", FRIDAY, 100)  # from 2025-12-22 on
WINDOW = Window(SESSIONS, datetime(2026, 5, 15, 20, tzinfo=UTC))
COMPLETE = {"newest": FRIDAY, "splits_through": FRIDAY, "dividends_through": FRIDAY}
STALE = COMPLETE | {"newest": date(2026, 5, 14)}


def plan(*symbols: Held, calls: int | None = None, premium: bool = False, **options) -> Plan:
    given = {"window": WINDOW, "now": SATURDAY, "premium": premium} | options
    needs = [need for held in symbols for need in needs_of(held, **given)]
    return make_plan(needs, calls)


def asked(*symbols: Held, **options) -> list[tuple[str, str]]:
    return [(request.symbol, request.function) for request in plan(*symbols, **options).requests]


def test_the_close_is_that_of_the_calendar():
    assert close_of("XNYS", FRIDAY) == WINDOW.closed_at


def test_a_new_symbol_is_asked_for_its_bars_its_splits_and_its_dividends():
    assert plan(Held("MSFT")).requests == (
        PlannedRequest("MSFT", "compact", "TIME_SERIES_DAILY", "no bar of it is held"),
        PlannedRequest("MSFT", "", "SPLITS", "its splits were not asked for yet"),
        PlannedRequest("MSFT", "", "DIVIDENDS", "its dividends were not asked for yet"),
    )


def test_a_complete_symbol_is_asked_nothing_unless_a_person_wants_it():
    assert asked(Held("IBM", **COMPLETE)) == []
    (request,) = plan(Held("IBM", **COMPLETE), force=True).requests
    assert (request.function, request.reason) == ("TIME_SERIES_DAILY", "a person asked for it")


@pytest.mark.parametrize(
    ("newest", "reason"),
    [(date(2026, 5, 14), "2026-05-15 is due"), (date(2026, 5, 12), "3 sessions are due")],
)
def test_what_is_due_is_told(newest, reason):
    (request,) = plan(Held("IBM", **COMPLETE | {"newest": newest})).requests
    assert request.reason == reason


def test_a_bar_that_is_not_final_is_asked_for_again():
    held = Held("IBM", **STALE, has_provisional=True)
    assert asked(held) == [("IBM", "TIME_SERIES_DAILY")]


def test_a_stored_body_that_was_not_loaded_costs_no_call():
    stored = Held("BAD", **STALE, body_through=FRIDAY, asked_at=SATURDAY - timedelta(hours=1))
    assert asked(stored, Held("IBM", **STALE), calls=1) == [
        ("BAD", "TIME_SERIES_DAILY"),
        ("IBM", "TIME_SERIES_DAILY"),
    ]
    assert plan(stored, Held("IBM", **STALE), calls=1).free == 1


@pytest.mark.parametrize(
    ("asked_at", "is_asked"),
    [
        (datetime(2026, 5, 16, 5, tzinfo=UTC), False),
        (datetime(2026, 5, 16, 3, tzinfo=UTC), True),
        (datetime(2026, 5, 15, 19, tzinfo=UTC), True),  # before the close, it could not be there
    ],
)
def test_a_session_that_was_not_published_yet_is_asked_for_again_hours_later(asked_at, is_asked):
    held = Held("IBM", **STALE, body_through=date(2026, 5, 14), asked_at=asked_at)
    assert bool(asked(held)) == is_asked
    assert is_late(held, WINDOW, SATURDAY) != is_asked


def test_a_halted_symbol_is_asked_for_ever_more_rarely():
    """Each time after half as many sessions as it lacked."""
    halted = Held("IBM", **COMPLETE | {"newest": SESSIONS[59]}, body_through=SESSIONS[59])
    asked_after = []
    for closed in range(60, 100):
        window = Window(SESSIONS[: closed + 1], close_of("XNYS", SESSIONS[closed]))
        morning = window.closed_at + timedelta(hours=10)
        if asked(halted, window=window, now=morning):
            asked_after.append(closed - 59)
            halted = replace(halted, asked_at=morning)
    assert asked_after == [1, 2, 3, 4, 6, 9, 13, 19, 28]


def test_splits_and_dividends_are_due_again_after_a_hundred_sessions():
    first, before = SESSIONS[0], SESSIONS[0] - timedelta(days=3)
    (request,) = plan(Held("IBM", FRIDAY, splits_through=first, dividends_through=before)).requests
    assert request.function == "DIVIDENDS"
    assert request.reason == "its dividends were last asked for more than 100 sessions ago, by 2025-12-19"


def test_a_premium_key_asks_for_everything_only_where_a_hundred_sessions_leave_a_hole():
    held = [Held("IBM", SESSIONS[0]), Held("OLD", SESSIONS[0] - timedelta(days=3)), Held("NEW")]
    sizes = {r.symbol: r.outputsize for r in plan(*held, premium=True).requests if r.outputsize}
    assert sizes == {"IBM": "compact", "OLD": "full", "NEW": "full"}
    assert {r.outputsize for r in plan(*held).requests if r.outputsize} == {"compact"}


def test_the_listing_comes_first_as_it_may_save_the_other_calls():
    needs = [*needs_of(Held("MSFT"), WINDOW, now=SATURDAY, premium=False), *listing_needs({}, SATURDAY)]
    assert [request.function for request in make_plan(needs, 1).requests] == ["LISTING_STATUS"]


def test_the_splits_of_a_symbol_that_seems_to_have_split_come_first_of_all():
    stepped = Held("IBM", **STALE | {"splits_through": date(2026, 5, 13)}, step=date(2026, 5, 14))
    requests = plan(Held("MSFT"), stepped).requests
    assert (requests[0].symbol, requests[0].function) == ("IBM", "SPLITS")
    assert requests[0].reason == "its open on 2026-05-14 looks like a split that is not known"


@pytest.mark.parametrize(
    ("asked_through", "today", "is_due"),
    [
        (date(2026, 5, 7), date(2026, 5, 8), True),  # not since the step of the eighth
        (date(2026, 5, 8), date(2026, 5, 8), False),
        (date(2026, 5, 8), date(2026, 5, 12), False),
        (date(2026, 5, 8), date(2026, 5, 13), True),  # once more after three sessions
        (date(2026, 5, 13), date(2026, 5, 15), False),  # it was no split
    ],
)
def test_a_step_is_asked_about_at_once_and_once_more(asked_through, today, is_due):
    held = Held("IBM", **COMPLETE | {"splits_through": asked_through}, step=date(2026, 5, 8))
    window = Window(sessions_until("XNYS", today, 100), WINDOW.closed_at)
    assert ("SPLITS" in {r.function for r in plan(held, window=window).requests}) == is_due


# With more needs than calls.


def test_what_would_be_lost_soon_goes_before_what_is_only_stale():
    symbols = [Held(f"S{age}", **COMPLETE | {"newest": SESSIONS[-age]}) for age in (2, 50, 95, 20)]
    assert [symbol for symbol, _ in asked(*symbols, calls=3)] == ["S95", "S50", "S20"]


def test_a_bar_to_be_finished_goes_before_one_that_is_stale():
    stale = Held("OLD", **COMPLETE | {"newest": SESSIONS[-30]})
    assert asked(stale, Held("IBM", **STALE, has_provisional=True), calls=1) == [("IBM", "TIME_SERIES_DAILY")]


def test_what_waits_today_is_first_in_line_tomorrow():
    symbols = [Held(f"S{number}", **STALE) for number in range(4)]
    today = plan(*symbols, calls=2)
    assert [r.symbol for r in today.deferred] == ["S2", "S3"]
    monday = Window(sessions_until("XNYS", date(2026, 5, 18), 100), datetime(2026, 5, 18, 20, tzinfo=UTC))
    served = {r.symbol for r in today.requests}
    later = [replace(held, newest=FRIDAY) if held.symbol in served else held for held in symbols]
    assert [s for s, _ in asked(*later, window=monday, now=SATURDAY + timedelta(days=3), calls=2)] == [
        "S2",
        "S3",
    ]


def test_no_kind_of_need_starves():
    """Every kind gets its share, however pressing the others are."""
    symbols = [Held(f"LOST{n}", **COMPLETE | {"newest": SESSIONS[0]}) for n in range(100)]
    symbols += [Held(f"NEW{n}") for n in range(100)]
    symbols += [Held(f"DUE{n}", **COMPLETE | {"splits_through": date(2025, 1, 2)}) for n in range(100)]
    symbols += [Held(f"STEP{n}", **COMPLETE | {"splits_through": None}, step=FRIDAY) for n in range(100)]
    chosen = plan(*symbols, calls=25)
    kinds = Counter(request.symbol.rstrip("0123456789") for request in chosen.requests)
    assert len(chosen.requests) == 25
    assert {kind: kinds[kind] >= least for kind, least in KEPT.items()} == dict.fromkeys(KEPT, True)
    assert len(chosen.deferred) == 100 + 300 + 100 + 100 - 25


KEPT = {"LOST": 7, "NEW": 9, "DUE": 5, "STEP": 2}


def test_a_share_nobody_needs_is_for_the_others():
    symbols = [Held(f"S{number}", **STALE) for number in range(100)]
    assert len(asked(*symbols, calls=25)) == 25


def test_without_a_limit_everything_is_asked_and_without_a_call_nothing_is():
    symbols = [Held(f"S{number}") for number in range(100)]
    assert len(asked(*symbols, calls=None)) == 300
    assert (plan(*symbols, calls=0).requests, len(plan(*symbols, calls=0).deferred)) == ((), 300)


def test_each_symbol_has_an_instance_until_there_are_more_than_a_hundred():
    requests = plan(*(Held(f"S{number}") for number in range(100))).requests
    assert [len(group) for group in in_groups(requests)] == [3] * 100
    many = plan(*(Held(f"S{number}") for number in range(250))).requests
    groups = in_groups(many)
    assert len(groups) == 84
    assert {len({request.symbol for request in group}) for group in groups} == {3, 1}
    assert sorted(map(repr, many)) == sorted(repr(request) for group in groups for request in group)


def test_nothing_to_ask_is_no_group():
    assert in_groups([]) == []


@pytest.mark.parametrize(
    ("symbols", "per_second", "sizes"),
    [
        (100, 20.0, [3] * 100),  # a symbol each
        (300, 20.0, [900]),  # 400 symbols would take a minute
        (1000, 20.0, [1200, 1200, 600]),
        (300, 1.25, [75] * 12),  # 75 a minute: 25 symbols
        (5000, 1e6, [3000] * 5),
        (300, None, [9] * 100),  # a key with a limit for the day
    ],
)
def test_more_symbols_than_instances_go_into_slices_of_a_minute(symbols, per_second, sizes):
    asked = ("TIME_SERIES_DAILY", "SPLITS", "DIVIDENDS")
    requests = [PlannedRequest(f"S{n}", "", function) for function in asked for n in range(symbols)]
    assert [len(group) for group in in_groups(requests, per_second=per_second)] == sizes
