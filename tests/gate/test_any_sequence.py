"""Whatever comes, is decided and taken back, in any order: nothing is lost, and the end is the truth."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from include.gate.quarantine import open_rows
from tests.bars import SESSIONS
from tests.desk import Desk
from tests.gate.spoiling import damaged
from tests.gate.test_lists import DIVIDENDS, SPLITS

pytestmark = pytest.mark.postgres

BARS = {day: f"{210 + place}.0000,{220 + place}.0000,{200 + place}.0000,{215 + place}.0000,{1000 + place}"
        for place, day in enumerate(SESSIONS)}  # fmt: skip
LISTS = {
    "SPLITS": SPLITS + "2019-05-06,2.0000\n2012-03-01,3.0000\n",
    "DIVIDENDS": DIVIDENDS + "".join(f"2019-0{n}-04,None,None,None,0.25\n" for n in (2, 3, 4, 6)),
}
SCRAMBLED = {
    "doubled": lambda row: [row, row],
    "other": lambda row: [row.replace(".0000,", ".5000,", 2)],
    "two": lambda row: [row, row.replace(".0000,", ".5000,", 2)],
    "negative": lambda row: [f"-{row}"],
    "fraction": lambda row: [f"{row}.5"],
    "separator": lambda row: [f"{row},500"],
    "nan": lambda row: [f"NaN{row[8:]}"],
    "gone": lambda row: [],
}
"""What may become of the row of a session."""

WHOLE = {
    "good": lambda text: text,
    "empty": lambda text: text.splitlines()[0] + "\n",
    "document": lambda text: "{}",
    "message": lambda text: "Please try again later.",
    "foreign": lambda text: '{"Meta Data": {"2. Symbol": "OTHER"}, "symbol": "OTHER", "data": []}',
    "cut": lambda text: text[: len(text) * 2 // 3],
    "short": lambda text: "\n".join(text.splitlines()[:2]) + "\n",
}
"""What may become of a whole response."""

HELD = {
    "stock_data": "select symbol, data_date, open, high, low, close, volume from {} where symbol = '{}'",
    "corporate_action": "select symbol, effective_date, kind, value from {} where symbol = '{}'",
}

VERDICTS = """
select symbol, accepted, bars, refused_bars, discarded_bars, new_bars + changed_bars + unchanged_bars,
    (select count(*) from quarantine as q where (q.pipeline_run_id, q.symbol) = (v.pipeline_run_id, v.symbol))
from verdict as v
where pipeline_run_id = (select max(id) from pipeline_run)
"""

_names: Iterator[str] = (f"A{number}" for number in count(1))


def body_of(rows: dict) -> str:
    lines = [f"{day},{row}" for day in reversed(SESSIONS) for row in rows[day]]
    return "\n".join(["timestamp,open,high,low,close,volume", *lines, ""])


GOOD = body_of({day: [row] for day, row in BARS.items()})


class Warehouse(RuleBasedStateMachine):
    """A symbol with its bars, splits and dividends."""

    desk: Desk

    def __init__(self) -> None:
        super().__init__()
        self.symbol = next(_names)
        self.ever: dict[str, set] = {table: set() for table in HELD}
        self.bring("TIME_SERIES_DAILY", GOOD)

    def bring(self, function: str, text: str | bytes) -> None:
        run = self.desk.start("stock_data_pipeline", self.symbol)
        self.desk.bring(run, self.symbol, function, text)
        self.desk.finish(run)

    @rule(kinds=st.dictionaries(st.sampled_from(SESSIONS), st.sampled_from(sorted(SCRAMBLED)), max_size=3))
    def bars_come(self, kinds) -> None:
        rows = {day: SCRAMBLED[kinds[day]](row) if day in kinds else [row] for day, row in BARS.items()}
        self.bring("TIME_SERIES_DAILY", body_of(rows))

    @rule(function=st.sampled_from(["TIME_SERIES_DAILY", *LISTS]), kind=st.sampled_from(sorted(WHOLE)))
    def a_response_comes(self, function: str, kind: str) -> None:
        self.bring(function, WHOLE[kind](LISTS.get(function, GOOD)))

    @rule(function=st.sampled_from(sorted(LISTS)), seed=st.integers(0, 99))
    def a_list_comes_otherwise(self, function: str, seed: int) -> None:
        header, *rows = LISTS[function].splitlines()
        draw = random.Random(seed)
        drawn = draw.sample(rows, draw.randrange(len(rows) + 1))
        odd = [draw.choice(rows).replace("0", draw.choice(["x", "1", ",", "\0"]), 1)]
        self.bring(function, "\n".join([header, *drawn, *odd, ""]))

    @rule(function=st.sampled_from(["TIME_SERIES_DAILY", *LISTS]), number=st.integers(0, 10**6))
    def a_damaged_response_comes(self, function: str, number: int) -> None:
        self.bring(function, damaged(LISTS.get(function, GOOD), number))

    @rule(action=st.sampled_from(["release", "discard", "choose"]), place=st.integers(0, 3))
    def a_person_decides(self, action: str, place: int) -> None:
        if waiting := self.waiting():
            self.decide(action, waiting[place % len(waiting)])

    def waiting(self, rule: str = "") -> list[int]:
        rows = [row for row in open_rows(self.desk.warehouse) if self.is_ours(row.symbol)]
        return [row.id for row in rows if not rule or rule in row.rules]

    @rule()
    def the_newest_decision_is_undone(self) -> None:
        for row in self.standing()[-1:]:
            self.decide("undo", row)

    def decide(self, action, row: int) -> None:
        from include.exceptions import BadDecision

        try:
            self.desk.decide(action, row)
        except BadDecision:
            self.desk.warehouse.rollback()

    def is_ours(self, name: str) -> bool:
        return name.upper() in {self.symbol, *(f"{self.symbol}_{function}" for function in LISTS)}

    def standing(self) -> list[int]:
        found = self.desk.rows("select quarantine_id, symbol from standing_decision order by id")
        return [row for row, name in found if self.is_ours(name)]

    def held(self, table: str) -> set:
        return set(self.desk.rows(HELD[table.removesuffix("_history")].format(table, self.symbol)))

    @invariant()
    def nothing_that_was_held_is_lost(self) -> None:
        for table, ever in self.ever.items():
            ever |= self.held(table)
            lost = ever - self.held(table) - self.held(f"{table}_history")
            assert not lost, f"{table} held these rows, and neither it nor its history has them: {lost}"

    @invariant()
    def every_row_is_somewhere(self) -> None:
        for name, accepted, came, refused, discarded, loaded, waiting in self.desk.rows(VERDICTS):
            assert refused == waiting, name
            assert refused + discarded <= max(came, 1), name
            if accepted and loaded is not None:
                assert loaded <= came - refused - discarded, name

    def teardown(self) -> None:
        """Good responses, once nobody's decision stands, bring the truth."""
        for row in reversed(self.standing()):
            if row in self.standing():
                self.decide("undo", row)
        for function in LISTS:
            self.bring(function, LISTS[function])
        for row in self.waiting("keeps_its_rows"):  # what a damaged list had added
            self.decide("release", row)
        self.bring("TIME_SERIES_DAILY", GOOD)
        bars = self.desk.rows(HELD["stock_data"].format("stock_data", self.symbol) + " order by data_date")
        assert [(day, *map(float, values)) for _, day, *values in bars] == [
            (day, *map(float, row.split(","))) for day, row in BARS.items()
        ]
        actions = {(str(day), float(value)) for _, day, _, value in self.held("corporate_action")}
        assert {(day, value) for day, value in TRUE_ACTIONS} <= actions


TRUE_ACTIONS = [("2019-05-06", 2.0), ("2012-03-01", 3.0), *((f"2019-0{n}-04", 0.25) for n in (2, 3, 4, 6))]


def test_any_sequence_of_responses_decisions_and_undos_loses_nothing_and_ends_in_the_truth(desk):
    machine = type("Machine", (Warehouse,), {"desk": desk})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=2,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
