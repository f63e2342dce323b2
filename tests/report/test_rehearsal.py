"""A preview of a decision says what the decision then does, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.exceptions import BadDecision
from include.gate.quarantine import Instruction, open_rows
from include.report.rehearsal import rehearse
from include.warehouse.runs import RunRequest
from tests.desk import GOOD, NEGATIVE_LOW, body
from tests.gate.test_choices import OTHER

pytestmark = pytest.mark.postgres
TABLES = ("stock_data", "stock_data_history", "quarantine", "quarantine_decision", "verdict", "pipeline_run")


def preview(desk, action, *ids):
    asked = RunRequest("quarantine", "preview", now=desk.now.isoformat())
    return {
        one.symbol: one for one in rehearse(desk.warehouse, Instruction(action, ids, "ana", "Why."), asked)
    }


def counts(desk) -> dict[str, int]:
    return {name: desk.rows(f"select count(*) from {name}")[0][0] for name in TABLES}


def stored(desk) -> list[str]:
    return sorted(str(path) for path in Path(desk.store.path).rglob("*"))


@pytest.mark.parametrize(
    ("action", "new", "discarded"), [("release", 25, 0), ("discard", 24, 1), ("replay", None, 0)]
)
def test_a_preview_says_what_the_decision_then_does_and_changes_nothing(desk, action, new, discarded):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    before, files = counts(desk), stored(desk)
    seen = preview(desk, action, row.id)["IBM"]
    assert (seen.new_bars, seen.discarded_bars) == (new, discarded)
    assert (counts(desk), stored(desk)) == (before, files)
    done = desk.decide(action, row.id)["IBM"]
    assert (done.new_bars, done.discarded_bars) == (new, discarded)


def test_a_preview_of_a_choice_and_of_what_cannot_be_done(desk):
    desk.run(IBM=body(may_13=[GOOD, OTHER]))
    one, other = (row.id for row in open_rows(desk.warehouse))
    assert preview(desk, "choose", one)["IBM"].discarded_bars == 1
    with pytest.raises(BadDecision, match="choose one of them"):
        preview(desk, "choose", one, other)
    assert counts(desk)["quarantine_decision"] == 0
