"""One budget: what bars leave to other datasets, and what they never leave."""

from __future__ import annotations

from include.plan.budget import Allowance
from include.plan.needs import Need, PlannedRequest
from include.plan.shares import share_of


def bars(count: int, slack: int) -> list[Need]:
    return [Need("bars", PlannedRequest(f"S{number}"), slack) for number in range(count)]


def test_three_in_ten_of_a_free_keys_calls_are_kept_for_datasets():
    assert share_of(Allowance(25, 25, False).per_day) == 7


def test_bars_that_are_only_stale_leave_what_is_kept():
    assert Allowance(25, 25, False, kept=7).left_for(bars(40, slack=90)) == 18


def test_bars_of_which_a_session_would_be_lost_have_all():
    assert Allowance(25, 25, False, kept=7).left_for(bars(40, slack=5)) == 25
    assert Allowance(25, 25, False, kept=7).left_for([*bars(20, slack=5), *bars(20, slack=90)]) == 20


def test_a_key_without_a_limit_keeps_none():
    assert Allowance(None, None, True, kept=0).left_for(bars(40, slack=90)) is None
    assert share_of(Allowance(None, None, True).per_day) == 0
