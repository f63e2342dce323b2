"""What is asked for, in which order, and why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from include.plan import Held, PlannedRequest, in_groups, plan_requests
from include.sessions import sessions_until

FRIDAY = date(2026, 5, 15)
WINDOW = sessions_until(FRIDAY, 100)  # from 2025-12-22 on
FRESH = {"newest": FRIDAY, "splits_through": FRIDAY, "dividends_through": FRIDAY}


def plan(*held: Held, premium: bool = False) -> list[PlannedRequest]:
    return plan_requests(held, window=WINDOW, premium=premium)


def asked(*held: Held) -> list[tuple[str, str]]:
    return [(request.symbol, request.function) for request in plan(*held)]


def test_a_new_symbol_is_asked_for_its_bars_its_splits_and_its_dividends():
    assert plan(Held("MSFT")) == [
        PlannedRequest("MSFT", "compact", "TIME_SERIES_DAILY", "its bars are due"),
        PlannedRequest("MSFT", "", "SPLITS", "its splits were not asked for yet"),
        PlannedRequest("MSFT", "", "DIVIDENDS", "its dividends were not asked for yet"),
    ]


def test_a_known_symbol_is_asked_for_its_bars_only_in_the_order_of_the_list():
    assert asked(Held("MSFT", **FRESH), Held("AAPL", **FRESH)) == [
        ("MSFT", "TIME_SERIES_DAILY"),
        ("AAPL", "TIME_SERIES_DAILY"),
    ]


def test_splits_and_dividends_are_due_again_after_a_hundred_sessions():
    first, before = WINDOW[0], WINDOW[0] - timedelta(days=3)
    held = Held("IBM", newest=FRIDAY, splits_through=first, dividends_through=before)
    _, request = plan(held)
    assert request.function == "DIVIDENDS"
    assert request.reason == ("its dividends were last asked for more than 100 sessions ago, by 2025-12-19")


def test_a_premium_key_asks_for_everything_only_where_a_hundred_sessions_leave_a_hole():
    held = [Held("IBM", WINDOW[0]), Held("OLD", WINDOW[0] - timedelta(days=3)), Held("NEW")]
    sizes = {r.symbol: r.outputsize for r in plan(*held, premium=True) if r.outputsize}
    assert sizes == {"IBM": "compact", "OLD": "full", "NEW": "full"}
    assert {r.outputsize for r in plan(*held) if r.outputsize} == {"compact"}


def test_the_splits_of_a_symbol_that_seems_to_have_split_come_first_of_all():
    stepped = Held("IBM", **FRESH | {"splits_through": date(2026, 5, 13)}, step=date(2026, 5, 14))
    requests = plan(Held("MSFT"), stepped)
    assert [(r.symbol, r.function) for r in requests][:2] == [("IBM", "SPLITS"), ("IBM", "TIME_SERIES_DAILY")]
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
    held = Held("IBM", **FRESH | {"splits_through": asked_through}, step=date(2026, 5, 8))
    requests = plan_requests([held], window=sessions_until(today, 100), premium=False)
    assert ("SPLITS" in {request.function for request in requests}) == is_due


def test_each_symbol_has_an_instance_until_there_are_more_than_a_hundred():
    requests = plan(*(Held(f"S{number}") for number in range(250)))
    assert [len(group) for group in in_groups(requests[:300])] == [3] * 100
    groups = in_groups(requests)
    assert len(groups) == 84
    assert {len({request.symbol for request in group}) for group in groups} == {3, 1}
    assert [request for group in groups for request in group] == requests


def test_nothing_to_ask_is_no_group():
    assert in_groups([]) == []
