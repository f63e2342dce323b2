"""Two different rows of one key: one is chosen, the others are left out, and all of it can be taken back."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from include.exceptions import BadDecision
from include.gate.quarantine import open_rows
from tests.desk import GOOD, NEGATIVE_LOW, body

pytestmark = pytest.mark.postgres
OTHER = "218.2000,220.9100,217.7000,219.3000,6154450"


def waiting(desk, low: str) -> int:
    (found,) = [row.id for row in open_rows(desk.warehouse) if row.bar["low"] == low]
    return found


def test_the_chosen_bar_is_loaded_and_the_other_left_out_whenever_both_come(desk):
    twice = body(may_13=[GOOD, OTHER])
    assert desk.run(IBM=twice)["IBM"].refused_bars == 2
    result = desk.decide("choose", waiting(desk, "217.7000"), why="As the exchange has it.")["IBM"]
    assert (result.bars, result.new_bars, result.discarded_bars) == (26, 25, 1)
    assert (desk.low(), open_rows(desk.warehouse)) == (D("217.7"), [])
    again = desk.run(IBM=twice)["IBM"]
    assert (again.unchanged_bars, again.discarded_bars) == (25, 1)


def test_a_choice_taken_back_leaves_both_waiting_and_neither_in_the_table(desk):
    desk.run(IBM=body(may_13=[GOOD, OTHER]))
    chosen, other = waiting(desk, "217.7000"), waiting(desk, "217.6150")
    desk.decide("choose", chosen)
    desk.decide("undo", chosen)
    assert {row.id for row in open_rows(desk.warehouse)} == {chosen, other}
    assert desk.low() is None
    desk.decide("choose", other)
    assert desk.low() == D("217.615")


def test_of_three_rows_two_are_left_out_and_each_decision_says_why(desk):
    desk.run(IBM=body(may_13=[GOOD, OTHER, "218.2000,220.9100,217.8000,219.3000,6154450"]))
    chosen = waiting(desk, "217.6150")
    desk.decide("choose", chosen, who="ana", why="As the exchange has it.")
    assert desk.rows("select decision, decided_by, reason, low from quarantine_decision order by id") == [
        ("released", "ana", "As the exchange has it.", D("217.615")),
        ("discarded", "ana", f"row {chosen} chosen: As the exchange has it.", D("217.7")),
        ("discarded", "ana", f"row {chosen} chosen: As the exchange has it.", D("217.8")),
    ]


def test_a_row_without_others_both_rows_and_a_release_are_refused_with_the_way_out(desk):
    desk.run(IBM=body(may_13=[GOOD, OTHER]), KO=body(may_13=NEGATIVE_LOW))
    one, other, alone = (row.id for row in open_rows(desk.warehouse))
    for action, ids, message in (
        ("choose", (alone,), "nothing to choose from. Release or discard it"),
        ("choose", (one, other), "have one key: choose one of them"),
        ("release", (one,), "Choose one of the rows of its key"),
    ):
        with pytest.raises(BadDecision, match=message):
            desk.decide(action, *ids)
        desk.warehouse.rollback()
    assert desk.rows("select count(*) from quarantine_decision") == [(0,)]
