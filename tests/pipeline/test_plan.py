"""What is asked for."""

from datetime import date

from include.plan import PlannedRequest, in_groups, plan_requests

WINDOW = frozenset({date(2026, 5, 14), date(2026, 5, 15)})


def plan(*symbols, newest=None, premium=False):
    return plan_requests(symbols, newest=newest or {}, window=WINDOW, premium=premium)


def test_a_free_key_is_asked_the_last_hundred_sessions_of_each_symbol_in_order():
    assert plan("MSFT", "AAPL") == [PlannedRequest("MSFT", "compact"), PlannedRequest("AAPL", "compact")]


def test_a_premium_key_asks_for_everything_only_where_a_hundred_sessions_leave_a_hole():
    newest = {"IBM": date(2026, 5, 14), "OLD": date(2026, 5, 13)}
    sizes = {
        request.symbol: request.outputsize
        for request in plan("IBM", "OLD", "NEW", newest=newest, premium=True)
    }
    assert sizes == {"IBM": "compact", "OLD": "full", "NEW": "full"}


def test_each_symbol_has_an_instance_until_there_are_more_than_a_hundred():
    requests = plan(*(f"S{number}" for number in range(250)))
    groups = in_groups(requests)
    assert [len(group) for group in in_groups(requests[:100])] == [1] * 100
    assert len(groups) == 84
    assert {len(group) for group in groups} == {3, 1}
    assert [request for group in groups for request in group] == requests


def test_nothing_to_ask_is_no_group():
    assert in_groups([]) == []
