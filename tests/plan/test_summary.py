"""A plan in words, and the days on which its requests are made."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from include.plan.budget import Allowance, Plan, make_plan
from include.plan.coverage import Coverage
from include.plan.daily_plan import Planned
from include.plan.forecast import forecast
from include.plan.needs import Held, PlannedRequest
from include.plan.summary import agenda, left_alone, plan_summary
from include.warehouse.runs import Request

FRIDAY = date(2026, 5, 15)
SATURDAY = datetime(2026, 5, 16, 6, tzinfo=UTC)  # Monday, 18 May, is the next session
COMPLETE = {"newest": FRIDAY, "splits_through": FRIDAY, "dividends_through": FRIDAY}
LISTED = {"*active": SATURDAY}
FREE = Allowance(25, 25, False)


def planned(*symbols: Held, allowance: Allowance = FREE, now: datetime = SATURDAY, **coverage) -> Planned:
    stand = Coverage({"XNYS": symbols}, **{"listing": LISTED} | coverage)
    plan = make_plan(stand.needs(now, premium=False), allowance.left)
    return Planned(plan, (), forecast(stand, plan, now, allowance))


def test_what_the_calls_reach_is_there_after_the_run():
    new = planned(Held("IBM"), Held("MSFT", **COMPLETE))
    assert plan_summary(2, new, FREE) == [
        "2 symbols: 3 requests now, 0 deferred.",
        "It costs 3 calls. Left of 25 in any 24 hours: 25 now.",
        "Everything that is due is there on 2026-05-16, after this run.",
        "   new  IBM: 3 calls: first bars on 2026-05-16, splits on 2026-05-16, dividends on 2026-05-16",
    ]


def test_nothing_due_is_no_date():
    assert plan_summary(1, planned(Held("IBM", **COMPLETE)), FREE) == [
        "1 symbol: 0 requests now, 0 deferred.",
        "It costs 0 calls. Left of 25 in any 24 hours: 25 now.",
    ]


def test_what_has_to_wait_has_the_day_on_which_its_turn_comes():
    """Four requests on Saturday, five on Sunday, before anything new is due."""
    allowance = Allowance(4, 5, False, at_once=1)
    waiting = planned(Held("IBM"), Held("DIS"), Held("NKE"), allowance=allowance)
    assert plan_summary(3, waiting, allowance) == [
        "3 symbols: 4 requests now, 5 deferred.",
        "It costs 4 calls. Left of 5 in any 24 hours: 1 now, 4 within the 2 hours a run waits.",
        "Everything that is due is there by 2026-05-17, with a run every day.",
        "   new  IBM: 3 calls: first bars on 2026-05-16, splits on 2026-05-16, dividends on 2026-05-17",
        "   new  DIS: 3 calls: first bars on 2026-05-16, splits on 2026-05-17, dividends on 2026-05-17",
        "   new  NKE: 3 calls: first bars on 2026-05-16, splits on 2026-05-17, dividends on 2026-05-17",
    ]
    assert agenda(waiting) == [
        "   ask  IBM TIME_SERIES_DAILY compact: no bar of it is held",
        "   ask  DIS TIME_SERIES_DAILY compact: no bar of it is held",
        "   ask  NKE TIME_SERIES_DAILY compact: no bar of it is held",
        "   ask  IBM SPLITS: its splits were not asked for yet",
        " later  IBM DIVIDENDS: its dividends were not asked for yet; its turn comes on 2026-05-17",
        " later  DIS SPLITS: its splits were not asked for yet; its turn comes on 2026-05-17",
        " later  DIS DIVIDENDS: its dividends were not asked for yet; its turn comes on 2026-05-17",
        " later  NKE SPLITS: its splits were not asked for yet; its turn comes on 2026-05-17",
        " later  NKE DIVIDENDS: its dividends were not asked for yet; its turn comes on 2026-05-17",
    ]


def days_of(planned: Planned, first: date, count: int) -> list[int]:
    """How many requests are made on each of so many days."""
    made = list(planned.days.values())
    return [made.count(first + timedelta(days=later)) for later in range(count)]


def test_over_a_weekend_all_calls_go_to_what_is_due():
    old = [Held(f"OLD{n}", **COMPLETE | {"newest": date(2026, 5, 14)}) for n in range(7)]
    waiting = planned(*old, *(Held(f"NEW{n}") for n in range(20)))
    assert days_of(waiting, date(2026, 5, 16), 4) == [25, 25, 17, 0]
    assert {waiting.days[f"OLD{n}", "TIME_SERIES_DAILY"] for n in range(7)} == {date(2026, 5, 16)}


def test_the_bars_of_sessions_to_come_keep_their_share():
    """From Wednesday on 7 of 25 calls go to the 100 others' bars of the session before."""
    old = [Held(f"OLD{n}", **COMPLETE | {"newest": date(2026, 5, 18)}) for n in range(100)]
    tuesday = datetime(2026, 5, 19, 6, tzinfo=UTC)
    waiting = planned(*old, *(Held(f"NEW{n}") for n in range(17)), now=tuesday)
    assert days_of(waiting, date(2026, 5, 19), 4) == [25, 18, 8, 0]


def test_a_symbol_that_is_suspect_or_delisted_is_asked_for_bars_only():
    assert len(planned(Held("IBM"), only_bars=frozenset({"IBM"})).plan.requests) == 1


def test_what_takes_longer_than_a_hundred_days_has_no_day():
    one = Allowance(1, 1, False)
    told = plan_summary(123, planned(*(Held(f"S{n}") for n in range(123)), allowance=one), one)
    assert "Everything that is due is there later than in 100 days, with a run every day." in told


def test_a_key_without_a_limit_has_no_cost():
    unlimited = Allowance(None, None, True)
    assert plan_summary(1, planned(Held("IBM"), allowance=unlimited), unlimited)[:2] == [
        "1 symbol: 3 requests now, 0 deferred.",
        "Everything that is due is there on 2026-05-16, after this run.",
    ]


def test_many_new_symbols_share_a_line():
    (line,) = [
        line
        for line in plan_summary(30, planned(*(Held(f"S{n}") for n in range(30))), FREE)
        if " new " in line
    ]
    assert line.startswith(
        "   new  S0, S1, S2, S3, S4, S5, S6, S7, S8, S9 and 20 more: 90 calls: first bars by "
    )


@pytest.mark.parametrize(
    ("symbols", "warning"),
    [(833, None), (900, "Splits and dividends will be late"), (2_600, "TOO LONG, bars will be lost")],
)
def test_a_list_that_is_too_long_is_told_before_it_hurts(symbols, warning):
    told = plan_summary(symbols, Planned(Plan(())), FREE)[2:]
    assert told[0].startswith("Each symbol is brought up to date about every ")
    assert [line.partition(":")[0] for line in told[1:]] == ([warning] if warning else [])


def test_a_stored_body_is_no_cost():
    plan = Plan((PlannedRequest("IBM"), PlannedRequest("MSFT")), free=1)
    both = Planned(
        plan, (), dict.fromkeys((("IBM", "TIME_SERIES_DAILY"), ("MSFT", "TIME_SERIES_DAILY")), FRIDAY)
    )
    assert plan_summary(2, both, FREE)[1].startswith("It costs 1 call. ")


def test_who_is_left_alone_is_told_with_the_reason_and_what_is_complete_together():
    complete = [Request(f"S{n}", "TIME_SERIES_DAILY", "complete") for n in range(11)]
    dead = Request("TWTR", "TIME_SERIES_DAILY", "left out", reason="It was delisted on 2022-10-28.")
    assert left_alone([complete[0], dead, *complete[1:]]) == [
        " leave  TWTR: It was delisted on 2022-10-28.",
        "  held  S0, S1, S2, S3, S4, S5, S6, S7, S8, S9 and 1 more: up to the last closed session",
    ]
