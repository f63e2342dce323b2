"""Of every dataset: whatever comes, is decided and taken back, nothing is lost, and truth returns.

Its responses come good, spoiled or damaged, late, and again. A good response in the end may have to
withdraw what a spoiled list had brought: where that is more than the list may lose, it waits for a person,
who releases it here. The tables of lists of symbols have no history; of those no symbol vanishes that a list
did not withdraw.

``FUZZ_BODIES=1 pytest tests/gate/test_any_sequence_of_datasets.py`` runs longer, ``FUZZ_SEED`` elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from include.exceptions import BadDecision
from include.fetch.bodies import rows_of
from include.gate.quarantine import Action, open_rows
from include.warehouse.runs import Run, requests_of
from tests.desk import Desk
from tests.gate.held import cells_held, cells_of_history, rows_held
from tests.gate.spoiling import ADDED, CELL, ROW, WHOLE, damaged, with_column, with_rows
from tests.good_responses import GOOD, Good

pytestmark = pytest.mark.postgres

SEED = int(os.environ.get("FUZZ_SEED", "20260515"))
EXAMPLES, STEPS = (3, 25) if "FUZZ_BODIES" in os.environ else (2, 5)
"""The first example is the simplest one, in which nothing comes."""

SPOILED = st.lists(
    st.tuples(
        st.integers(0, 24),
        st.sampled_from(sorted(ROW)),
        st.integers(0, 9),
        st.sampled_from([*CELL, *["other"] * len(CELL)]),
    ),
    max_size=3,
)
ACTIONS = st.sampled_from(["release", "discard", "choose"])

VERDICT = """
select accepted, bars, refused_bars, discarded_bars, new_bars + changed_bars + unchanged_bars as loaded,
    count(quarantine), count(quarantine) filter (where bar ? 'would_be_withdrawn')
from verdict
left join quarantine using (pipeline_run_id, symbol)
where pipeline_run_id = {} and symbol = '{}'
group by verdict.pipeline_run_id, verdict.symbol
"""


class Responses(RuleBasedStateMachine):
    """One dataset, and whatever comes of it."""

    new_desk: Callable[[], Desk]
    good: Good

    def __init__(self) -> None:
        super().__init__()
        self.desk = self.new_desk()
        self.ever: set = set()
        self.content = b""

    def started(self, content: str | bytes) -> Run:
        """A run that has fetched this; before the first one good responses come."""
        if not self.content:
            self.content = b"good"
            self.bring_all()
        as_bytes = content.encode(errors="surrogateescape") if isinstance(content, str) else content
        self.content = as_bytes or b"\n"
        of_subject = bool(self.good.dataset.subjects)
        start = self.desk.start if of_subject else self.desk.start_dataset
        run = start(*(["stock_data_pipeline", self.good.symbol] if of_subject else [self.good.dataset]))
        self.desk.bring(run, self.good.symbol, self.good.function, as_bytes)
        return run

    def finish(self, run: Run) -> None:
        self.desk.finish(run)
        self.each_row_is_somewhere(run)

    def bring(self, content: str | bytes) -> None:
        self.finish(self.started(content))

    def bring_all(self) -> None:
        for text in self.good.texts:
            self.bring(text)

    @rule(spoiled=SPOILED)
    def rows_come_spoiled(self, spoiled) -> None:
        self.bring(with_rows(self.good, spoiled))

    @rule(kind=st.sampled_from(sorted(WHOLE)), number=st.integers(0, 9))
    def a_response_comes_otherwise(self, kind: str, number: int) -> None:
        self.bring(WHOLE[kind](self.good, number))

    @rule(name=st.sampled_from(ADDED))
    def a_column_is_added(self, name: str) -> None:
        self.bring(with_column(self.good, name))

    @rule(number=st.integers(0, 10**6))
    def damaged_responses_come(self, number: int) -> None:
        for seed_ in range(number, number + 3):
            self.bring(damaged(self.good.texts[-1], seed_))
            self.nothing_that_was_held_is_lost()

    @rule(spoiled=SPOILED)
    def an_older_response_is_loaded_after_a_newer_one(self, spoiled) -> None:
        older, newer = self.started(with_rows(self.good, spoiled)), self.started(self.good.texts[-1])
        self.finish(newer)
        came = self.good.truth(newest=True)
        held = rows_held(self.desk, self.good)
        self.finish(older)
        if self.has_all_of(newer):
            assert came <= held
            assert came <= rows_held(self.desk, self.good), "An older response changed what a newer one has."

    @rule(spoiled=SPOILED, action=ACTIONS, place=st.integers(0, 3))
    def rows_come_spoiled_and_a_person_decides(self, spoiled, action, place: int) -> None:
        self.bring(with_rows(self.good, spoiled))
        self.a_person_decides(action, place)

    @rule(action=ACTIONS, place=st.integers(0, 3))
    def a_person_decides(self, action: Action, place: int) -> None:
        if waiting := open_rows(self.desk.warehouse):
            self.decide(action, waiting[place % len(waiting)].id)

    @rule()
    def the_newest_decision_is_undone(self) -> None:
        for row in self.standing()[-1:]:
            self.decide("undo", row)

    def decide(self, action: Action, row: int) -> None:
        try:
            self.desk.decide(action, row)
        except BadDecision:
            self.desk.warehouse.rollback()

    def standing(self) -> list[int]:
        return [row for (row,) in self.desk.rows("select quarantine_id from standing_decision order by id")]

    def verdict(self, run: Run) -> tuple:
        return next(iter(self.desk.rows(VERDICT.format(run.id, self.good.name))), ())

    def has_all_of(self, run: Run) -> bool:
        """Whether all that a run brought is loaded."""
        verdict = self.verdict(run)
        return bool(verdict) and verdict[4] is not None and verdict[1] == verdict[4]

    @invariant()
    def somebody_is_asked_about_what_is_refused(self) -> None:
        newest = "select refused_bars from verdict order by pipeline_run_id desc limit 1"
        refused = any(count for (count,) in self.desk.rows(newest))
        assert bool(open_rows(self.desk.warehouse)) == refused

    @invariant()
    def nothing_that_was_held_is_lost(self) -> None:
        if not self.content:
            return
        cells = cells_held(self.desk, self.good)
        if self.good.dataset.table == "listing":
            self.what_vanished_was_withdrawn(cells)
            self.ever = cells
            return
        self.ever |= cells
        lost = self.ever - cells - cells_of_history(self.desk, self.good)
        assert not lost, (
            f"{self.good.dataset.table} held these, and neither it nor its history has them: {lost}"
        )

    def what_vanished_was_withdrawn(self, cells: set) -> None:
        before, now = ({key for key, _, _ in held} for held in (self.ever, cells))
        vanished = {symbol for _, symbol in before - now}
        there = {line.partition(",")[0] for line in self.content.decode(errors="replace").split("\n")}
        assert not vanished & there, "These came, and are held no more."
        if len(vanished) > len(before) * self.good.dataset.may_vanish:
            released = (
                "select row ->> 'would_be_withdrawn' from standing_decision where decision = 'released'"
            )
            assert any(vanished <= set(names.split(", ")) for (names,) in self.desk.rows(released) if names)

    def each_row_is_somewhere(self, run: Run) -> None:
        """Rows in are rows loaded, of which one that came again is one, refused, discarded, or waiting."""
        (request,) = requests_of(self.desk.warehouse, run)
        if request.outcome == "failed":
            assert request.reason
            return
        accepted, came, refused, discarded, loaded, kept, withdrawals = self.verdict(run)
        rows = rows_of(self.good.dataset, request)
        assert came == rows.table.num_rows + len(rows.unreadable)
        assert refused == kept
        if accepted:
            same = self.good.dataset.key if self.good.dataset.period else rows.table.column_names
            distinct = rows.table.group_by(same).aggregate([]).num_rows + len(rows.unreadable)
            assert distinct - refused - discarded <= loaded <= came - refused - discarded
        else:
            assert refused or came == discarded
        assert refused - withdrawals + discarded <= came

    def teardown(self) -> None:
        """Good responses, once nobody's decision stands, bring the truth."""
        if not self.content:
            return
        for row in reversed(self.standing()):
            if row in self.standing():
                self.decide("undo", row)
        self.bring_all()
        for row in open_rows(self.desk.warehouse):
            assert set(row.bar) == {"would_be_withdrawn"}, "A good response is refused."
            self.decide("release", row.id)
        assert self.good.truth() <= rows_held(self.desk, self.good)


@pytest.mark.parametrize("place", range(len(GOOD)), ids=[good.name for good in GOOD])
def test_any_sequence_loses_nothing_and_ends_in_the_truth(new_desk, place):
    machine = type("Machine", (Responses,), {"new_desk": staticmethod(new_desk), "good": GOOD[place]})
    run_state_machine_as_test(
        seed(SEED + place)(machine),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
