"""Refused rows and what a person decides about them, from stored bodies into a real PostgreSQL."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from airflow.sdk import ObjectStoragePath

from include.datasets.daily_bars import DAILY_BAR_RULES
from include.datasets.rule import Rule
from include.exceptions import BadDecision
from include.gate.decisions import decide
from include.gate.quarantine import open_rows, table
from include.load.run import load_run
from include.load.views import refresh_views
from include.market.instruments import register, write_sessions
from include.plan.coverage import held_of
from include.warehouse.connections import connect_to
from tests.bars import MORNING_AFTER, SESSIONS
from tests.desk import GOOD, NEGATIVE_LOW, body

pytestmark = pytest.mark.postgres
WEDNESDAY = date(2026, 5, 13)
CALM = Rule(
    "calm_volume",
    "Volume is at most a million.",
    "ExpectColumnValuesToBeBetween",
    {"column": "volume", "max_value": 1_000_000},
)


def test_what_is_refused_again_and_again_is_one_open_row(desk):
    for _ in range(2):
        desk.run(IBM=body(may_13=NEGATIVE_LOW), MSFT=body())
    (row,) = open_rows(desk.warehouse)
    assert (row.symbol, row.data_date) == ("IBM", WEDNESDAY)
    assert (row.bar["low"], row.bar["volume"]) == ("-1.0000", "6154450")
    assert row.rules == ["low_positive"]
    assert (row.first_seen, row.last_seen, row.times) == (
        MORNING_AFTER + timedelta(days=1),
        MORNING_AFTER + timedelta(days=2),
        2,
    )


def test_the_table_of_what_is_open_shows_values_rules_and_ids(desk):
    assert table(open_rows(desk.warehouse)) == "Nothing in quarantine awaits a decision."
    desk.run(IBM=body(may_13="218.2000,220.9100,217.6150,,6154450"))
    (row,) = open_rows(desk.warehouse)
    (line,) = [line for line in table([row]).splitlines() if line.startswith("│")]
    assert [cell.strip() for cell in line.strip("│").split("│")] == [
        str(row.id), "IBM", "2026-05-13",
        "open 218.2000, high 220.9100, low 217.6150, close null, volume 6154450",
        "close_present", "2026-05-17", "2026-05-17", "1",
    ]  # fmt: skip
    assert table([row] * 3, most=2).endswith("... and 1 more: see the view quarantine_open.\n")


def test_a_released_row_loads_as_it_is_and_says_who_let_it_in(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    result = desk.decide("release", row.id, who="ana", why="Checked with the exchange.")["IBM"]

    assert (result.verdict, result.new_bars, result.bars) == ("loaded, 1 warning", 25, 25)
    assert result.reasons == ["IBM 2026-05-13: low_positive, released by ana: Checked with the exchange."]
    assert desk.low() == Decimal("-1")
    assert desk.rows("select symbol, data_date, low, decided_by, reason, decided_at from released_bar") == [
        ("IBM", WEDNESDAY, Decimal("-1"), "ana", "Checked with the exchange.", desk.now)
    ]
    assert open_rows(desk.warehouse) == []


def test_a_released_price_of_zero_stops_no_later_run(desk):
    zero = "218.2000,220.9100,0.0000,0.0000,6154450"
    desk.run(IBM=body(may_14=zero, may_15=None))
    assert desk.decide("release", open_rows(desk.warehouse)[0].id)["IBM"].new_bars == 24
    assert desk.run(IBM=body(may_14=zero))["IBM"].new_bars == 1
    write_sessions(desk.warehouse, "XNYS")
    register(desk.warehouse, ["IBM"], through=date(2026, 5, 15))
    for kind in ("split", "dividend"):
        about = "values ('IBM', %s, '2026-05-15', 'body', now())"
        desk.warehouse.execute(f"insert into corporate_action_check {about}", (kind,))

    (held,) = held_of(desk.warehouse, ["IBM"], SESSIONS[0])
    assert (held.newest, held.step) == (date(2026, 5, 15), None)
    refresh_views(desk.warehouse)
    assert desk.rows("select close, previous_close, change, change_percent from latest_price") == [
        (Decimal("219.3"), Decimal(0), Decimal("219.3"), None)
    ]
    returns = "select price_return, total_return from daily_return where data_date >= '2026-05-14'"
    assert desk.rows(f"{returns} order by data_date") == [(-1, -1), (None, None)]


def test_a_discarded_row_is_left_out_and_holds_the_others_back_no_longer(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    result = desk.decide("discard", row.id, who="ben", why="A typing error.")["IBM"]

    assert (result.verdict, result.bars, result.discarded_bars, result.new_bars) == (
        "loaded, 1 discarded",
        25,
        1,
        24,
    )
    assert desk.low() is None
    assert desk.rows(
        "select symbol, data_date, decided_by, reason from standing_decision where decision = 'discarded'"
    ) == [("IBM", WEDNESDAY, "ben", "A typing error.")]
    assert desk.rows("select * from released_bar") == []


@pytest.mark.parametrize(("decision", "new"), [("release", 25), ("discard", 24)])
def test_a_decision_is_remembered_for_the_exact_values_however_they_are_written(desk, decision, new):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    desk.decide(decision, open_rows(desk.warehouse)[0].id)
    later = body(may_13="218.2,220.91,-1.000000,219.30,6154450", may_15="218,221,217,219,6000000")
    result = desk.run(IBM=later)["IBM"]

    assert (result.new_bars, result.changed_bars, result.unchanged_bars) == (0, 1, new - 1)
    assert open_rows(desk.warehouse) == []
    assert desk.rows("select count(*) from quarantine_decision") == [(1,)]


@pytest.mark.parametrize("decision", ["release", "discard"])
def test_a_changed_value_asks_anew(desk, decision):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (first,) = open_rows(desk.warehouse)
    desk.decide(decision, first.id)
    result = desk.run(IBM=body(may_13="218.2000,220.9100,-1.0001,219.3000,6154450"))["IBM"]

    assert result.verdict == "refused"
    (row,) = open_rows(desk.warehouse)
    assert (row.bar["low"], row.times) == ("-1.0001", 1)
    assert row.id > first.id


def test_a_discarded_null_is_remembered_and_the_bar_that_is_whole_again_loads(desk):
    without_close = "218.2000,220.9100,217.6150,,6154450"
    desk.run(IBM=body(may_13=without_close))
    desk.decide("discard", open_rows(desk.warehouse)[0].id)
    assert desk.run(IBM=body(may_13=without_close))["IBM"].discarded_bars == 1
    result = desk.run(IBM=body())["IBM"]
    assert (result.discarded_bars, result.new_bars, result.unchanged_bars) == (0, 1, 24)


def test_what_the_vendor_has_mended_is_no_longer_open(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    desk.run(IBM=body())
    assert open_rows(desk.warehouse) == []


def test_a_bar_that_is_held_with_the_same_values_is_not_judged_again(desk):
    busy = "218.2000,220.9100,217.6150,219.3000,100000000"
    first = desk.run(IBM=body(may_13=busy))["IBM"]
    assert [reason.partition(" (")[0] for reason in first.reasons] == ["IBM 2026-05-13: usual_volume"]
    again = desk.run(IBM=body(may_13=busy, may_15=None), rules=(*DAILY_BAR_RULES, CALM))["IBM"]
    assert (again.accepted, again.bars, again.unchanged_bars) == (True, 24, 24)
    assert [reason for reason in again.reasons if "volume" in reason] == []


def test_a_second_bar_for_a_session_is_judged_though_the_first_is_held(desk):
    desk.run(IBM=body())
    result = desk.run(IBM=body(may_13=[GOOD, "218.2000,220.9100,217.6150,219.4000,6154450"]))["IBM"]
    assert (result.verdict, result.refused_bars) == ("refused", 1)
    (row,) = open_rows(desk.warehouse)
    assert (row.bar["close"], row.rules) == ("219.4000", ["one_bar_a_session"])
    assert desk.decide("discard", row.id)["IBM"].unchanged_bars == 25


def test_of_two_bars_for_a_session_one_is_discarded_and_the_other_loads(desk):
    desk.run(IBM=body(may_13=[GOOD, "218.2000,220.9100,217.0000,219.3000,6154450"]))
    wrong = next(row for row in open_rows(desk.warehouse) if row.bar["low"] == "217.0000")
    result = desk.decide("discard", wrong.id)["IBM"]
    assert (result.bars, result.discarded_bars, result.new_bars) == (26, 1, 25)
    assert desk.low() == Decimal("217.615")


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ("218.2000,220.9100,217.6150,,6154450", r"close_present\. close is not null\."),
        ("218.2000,220.9100,217.6150,219.3000001,6154450", r"storable\. Prices have at most 12 digits"),
        ([GOOD, NEGATIVE_LOW], r"one_bar_a_session\. A symbol has one bar for each session\."),
    ],
)
def test_what_cannot_be_stored_cannot_be_released(desk, rows, rule):
    desk.run(IBM=body(may_13=rows))
    row = open_rows(desk.warehouse)[-1]
    with pytest.raises(BadDecision, match=rf"Row {row.id} \(IBM 2026-05-13\) cannot be released.*{rule}"):
        desk.decide("release", row.id)
    with pytest.raises(BadDecision, match=r"Discard it, or replay it|Choose one of the rows of its key"):
        desk.decide("release", row.id)
    assert desk.rows("select count(*) from quarantine_decision") == [(0,)]


def test_a_released_row_is_refused_where_it_cannot_be_stored(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    run = desk.start("quarantine", "IBM")
    decide(desk.warehouse, run, [row.id], "released", who="ana", why="Checked.")
    result = desk.run(IBM=body(may_13=[GOOD, NEGATIVE_LOW]))["IBM"]
    assert (result.verdict, result.refused_bars) == ("refused", 2)
    rules = desk.rows("select rules from quarantine order by id")
    assert rules == [(["low_positive"],), (["one_bar_a_session"],), (["one_bar_a_session"],)]


@pytest.mark.parametrize(
    ("who", "why", "more", "message"),
    [
        ("", "Checked.", [], "as a user of Airflow, and say why"),
        ("ana", " ", [], "as a user of Airflow, and say why"),
        ("ana", "Checked.", [4711], "There is no row 4711 in quarantine"),
    ],
)
def test_a_decision_that_cannot_be_taken_decides_nothing(desk, who, why, more, message):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    with pytest.raises(BadDecision, match=message):
        desk.decide("discard", row.id, *more, who=who, why=why)
    with pytest.raises(BadDecision, match="No row was named"):
        desk.decide("discard")
    assert desk.rows("select count(*) from quarantine_decision") == [(0,)]


def test_the_same_decision_again_is_refused_and_a_retry_of_its_run_is_not(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    assert desk.decide("release", row.id, run_id="tried twice")["IBM"].new_bars == 25
    assert desk.decide("release", row.id, run_id="tried twice")["IBM"].unchanged_bars == 25
    assert desk.rows("select count(*) from quarantine_decision") == [(1,)]
    with pytest.raises(
        BadDecision, match=r"is released already: by ana on 2026-05-18 06:00 UTC \(Checked\.\)"
    ):
        desk.decide("release", row.id, who="ben")


def test_a_decision_can_be_reversed_and_both_leave_a_trace(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    desk.decide("release", row.id, who="ana", why="Checked.")
    released_at = desk.now
    result = desk.decide("discard", row.id, who="ben", why="Wrong after all.")["IBM"]
    assert (desk.low(), result.discarded_bars, result.unchanged_bars) == (None, 1, 24)
    assert desk.rows("select low, valid_from, valid_to from stock_data_history") == [
        (Decimal("-1"), released_at, desk.now)
    ]
    assert desk.rows(
        "select low from stock_data_as_of('2026-05-18T06:00Z') where data_date = '2026-05-13'"
    ) == [(Decimal("-1"),)]
    desk.decide("release", row.id, who="cleo", why="The exchange says so.")
    assert desk.low() == Decimal("-1")
    assert desk.rows("select decided_by from released_bar") == [("cleo",)]
    assert desk.rows("select decision, decided_by, reason from quarantine_decision order by id") == [
        ("released", "ana", "Checked."),
        ("discarded", "ben", "Wrong after all."),
        ("released", "cleo", "The exchange says so."),
    ]


def test_a_row_discarded_while_a_run_waits_to_load_it_does_not_come_back(desk):
    """Such as a run that waits for a person to approve its warnings: a released row is one."""
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    desk.decide("release", row.id)
    run = desk.fetched(IBM=body(may_13=NEGATIVE_LOW))
    accepted = desk.judged(run)
    desk.decide("discard", row.id, who="ben", why="Wrong after all.")
    assert desk.low() is None
    load_run(desk.warehouse, run, ObjectStoragePath(accepted))
    assert desk.low() is None


def test_two_persons_who_decide_at_once_take_one_decision(desk, warehouse_url):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    runs = {who: desk.start("quarantine", "IBM") for who in ("ana", "ben")}
    desk.warehouse.commit()

    def take(who: str) -> str | None:
        with connect_to(warehouse_url) as connection:
            try:
                decide(connection, runs[who], [row.id], "released", who=who, why="Checked.")
            except BadDecision as error:
                return str(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(runs, pool.map(take, runs), strict=True))
    ((first,),) = desk.rows("select decided_by from quarantine_decision")
    (second,) = {"ana", "ben"} - {first}
    assert answers[first] is None
    assert f"is released already: by {first}" in answers[second]


def test_after_a_rule_was_mended_the_stored_body_is_judged_again(desk):
    assert desk.run(IBM=body(), rules=(*DAILY_BAR_RULES, CALM))["IBM"].refused_bars == 25
    result = desk.decide("replay", open_rows(desk.warehouse)[0].id, who="", why="")["IBM"]
    assert (result.outcome, result.verdict, result.new_bars) == ("reused", "loaded", 25)
    assert open_rows(desk.warehouse) == []
    assert desk.rows("select count(*) from quarantine_decision") == [(0,)]


def test_the_newest_stored_body_is_the_one_that_is_judged_again(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    desk.run(IBM=body(may_13=NEGATIVE_LOW, may_15="218,221,217,219,6000000"))
    desk.decide("discard", open_rows(desk.warehouse)[0].id)
    assert desk.low(session=date(2026, 5, 15)) == Decimal("217")


def test_a_body_that_is_gone_is_told_and_the_decision_holds_for_the_next_run(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    ((path,),) = desk.rows("select path from quarantine")
    os.remove(path.removeprefix("file://"))
    result = desk.decide("discard", row.id)["IBM"]
    assert (result.verdict, result.kind) == ("failed", "BodyRemoved")
    assert result.problem == (
        f"IBM: The body {path} is no longer in the raw store, so there is nothing to judge. What was decided "
        "holds, and takes effect with the next run that brings it."
    )
    assert desk.run(IBM=body(may_13=NEGATIVE_LOW))["IBM"].new_bars == 24


def test_every_row_in_is_accepted_discarded_or_of_a_refused_symbol(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW), MSFT=body(may_12=NEGATIVE_LOW, may_13=NEGATIVE_LOW), KO=body())
    desk.decide("discard", *(row.id for row in open_rows(desk.warehouse) if row.data_date == WEDNESDAY))
    desk.run(IBM=body(may_13=NEGATIVE_LOW), MSFT=body(may_12=NEGATIVE_LOW, may_13=NEGATIVE_LOW), KO=body())
    assert desk.rows(
        "select symbol, accepted, bars, discarded_bars, refused_bars, "
        "new_bars + changed_bars + unchanged_bars from verdict "
        "where pipeline_run_id = (select max(id) from pipeline_run) order by symbol"
    ) == [
        ("IBM", True, 25, 1, 0, 24),
        ("KO", True, 25, 0, 0, 25),
        ("MSFT", False, 25, 1, 1, None),
    ]


def test_a_symbol_of_which_nothing_is_left_is_no_problem(desk):
    header = "timestamp,open,high,low,close,volume"
    desk.run(IBM=f"{header}\n2026-05-15,{NEGATIVE_LOW}\n")
    result = desk.decide("discard", open_rows(desk.warehouse)[0].id)["IBM"]
    assert (result.bars, result.discarded_bars, result.new_bars, result.problem) == (1, 1, 0, None)


def test_a_trace_outlives_the_run_and_the_row_it_was_taken_on(desk, warehouse_url):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    desk.decide("discard", open_rows(desk.warehouse)[0].id)
    with psycopg.connect(warehouse_url) as connection:
        connection.execute("delete from pipeline_run")
    assert desk.rows("select decided_by, quarantine_id, pipeline_run_id from quarantine_decision") == [
        ("ana", None, None)
    ]


def test_a_release_that_is_undone_leaves_the_table_and_awaits_a_decision_again(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    desk.decide("release", row.id)
    assert desk.low() == Decimal("-1")
    assert desk.decide("undo", row.id, why="A slip.")["IBM"].verdict == "refused"
    assert desk.low() is None
    assert [one.id for one in open_rows(desk.warehouse)] == [row.id]
    assert desk.rows("select decision, reason from quarantine_decision order by id") == [
        ("released", "Checked."),
        ("undone", "A slip."),
    ]


def test_a_discard_that_is_undone_keeps_the_symbol_out_again(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    assert desk.decide("discard", row.id)["IBM"].new_bars == 24
    assert desk.decide("undo", row.id, why="A slip.")["IBM"].verdict == "refused"
    assert [one.id for one in open_rows(desk.warehouse)] == [row.id]


def test_what_nobody_decided_cannot_be_undone(desk):
    desk.run(IBM=body(may_13=NEGATIVE_LOW))
    (row,) = open_rows(desk.warehouse)
    with pytest.raises(BadDecision, match=rf"Row {row.id} \(IBM 2026-05-13\) has no decision that could be"):
        desk.decide("undo", row.id)
