"""Splits, dividends and the listing: what would vanish waits for a person, what is odd stays out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from airflow.sdk import ObjectStoragePath

from include.gate.quarantine import open_rows, table
from include.load.run import load_run
from include.market.listing import asked_at
from include.report.results import results_of
from tests.desk import body

pytestmark = pytest.mark.postgres
SPLITS = "effective_date,split_factor\n"
DIVIDENDS = "ex_dividend_date,declaration_date,record_date,payment_date,amount\n"
THREE = SPLITS + "2026-05-11,2.0000\n2020-01-02,3.0000\n2010-01-04,2.0000\n"
PAID = DIVIDENDS + "".join(f"2026-05-0{day},None,None,None,0.25\n" for day in (8, 7, 6))
LISTING = "symbol,name,exchange,assetType,ipoDate,delistingDate,status\n"


def held(desk) -> list[tuple]:
    return desk.rows("select kind, effective_date::text, value from corporate_action order by 1, 2")


def listed(*symbols: str, name: str = "A company") -> str:
    return LISTING + "".join(f"{s},{name},NYSE,Stock,1962-01-02,null,Active\n" for s in symbols)


def test_a_list_of_splits_that_came_shorter_waits_and_nothing_held_changes(desk):
    desk.run_lists("IBM", SPLITS=THREE)
    before = held(desk)
    desk.run_lists("IBM", SPLITS=SPLITS + "2026-05-11,2.0000\n")
    assert held(desk) == before
    (row,) = open_rows(desk.warehouse)
    assert (row.symbol, row.data_date, row.rules) == ("ibm_splits", None, ["keeps_its_rows"])
    assert row.values == "would_be_withdrawn 2010-01-04, 2020-01-02"
    assert desk.rows("select reasons from verdict where symbol = 'ibm_splits' and not accepted") == [
        (
            [
                "ibm_splits: keeps_its_rows (2 of 3 rows that are held would be withdrawn: "
                "2010-01-04, 2020-01-02)."
            ],
        )
    ]
    assert "ibm_splits" in table([row])


@pytest.mark.parametrize("empty", [SPLITS, '{"symbol": "IBM", "data": []}'])
def test_an_empty_list_withdraws_nothing_of_a_company_that_has_some(desk, empty):
    desk.run_lists("IBM", SPLITS=THREE)
    before = held(desk)
    run = desk.run_lists("IBM", SPLITS=empty)
    assert held(desk) == before
    ((through,),) = desk.rows("select asked_through from corporate_action_check")
    assert through < run.clock.date() - timedelta(days=1)  # so it is asked for again
    assert [row.symbol for row in open_rows(desk.warehouse)] == ["ibm_splits"]


def test_a_company_that_never_had_any_has_an_empty_list(desk):
    desk.run_lists("IBM", SPLITS=SPLITS, DIVIDENDS=DIVIDENDS)
    assert desk.rows("select kind from corporate_action_check order by 1") == [("dividend",), ("split",)]
    assert desk.rows("select symbol, accepted, new_bars from verdict order by 1") == [
        ("ibm_dividends", True, 0),
        ("ibm_splits", True, 0),
    ]


def test_released_the_list_loads_and_discarded_what_is_held_stays(desk):
    desk.run_lists("IBM", SPLITS=THREE)
    shorter = SPLITS + "2026-05-11,2.0000\n"
    desk.run_lists("IBM", SPLITS=shorter)
    (row,) = open_rows(desk.warehouse)
    desk.decide("discard", row.id, why="The vendor lost them.")
    assert (len(held(desk)), open_rows(desk.warehouse)) == (3, [])
    desk.run_lists("IBM", SPLITS=shorter)  # the same again: decided
    assert (len(held(desk)), open_rows(desk.warehouse)) == (3, [])
    desk.decide("undo", row.id, why="They were never there.")
    assert [one.id for one in open_rows(desk.warehouse)] == [row.id]
    desk.decide("release", row.id, why="They were never there.")
    assert held(desk) == [("split", "2026-05-11", D("2.0000"))]
    assert desk.rows("select count(*) from corporate_action_history") == [(2,)]


def test_an_undone_release_puts_back_what_the_list_withdrew_and_the_list_waits_again(desk):
    desk.run_lists("IBM", SPLITS=THREE)
    before = desk.rows(
        "select kind, effective_date, value, session_before, path, fetched_at from corporate_action"
    )
    shorter = SPLITS + "2026-05-11,2.0000\n"
    desk.run_lists("IBM", SPLITS=shorter)
    (row,) = open_rows(desk.warehouse)
    desk.decide("release", row.id)
    assert len(held(desk)) == 1
    desk.decide("undo", row.id, why="They are on the company's page.")
    assert desk.told == [
        f"IBM: the split of {day} is put back, as the release of the list without it was undone."
        for day in ("2010-01-04", "2020-01-02")
    ]
    after = desk.rows(
        "select kind, effective_date, value, session_before, path, fetched_at from corporate_action"
    )
    assert sorted(after) == sorted(before)
    assert [one.id for one in open_rows(desk.warehouse)] == [row.id]
    desk.run_lists("IBM", SPLITS=shorter)
    assert len(held(desk)) == 3
    desk.run_lists("IBM", SPLITS=THREE)
    assert (len(held(desk)), open_rows(desk.warehouse)) == (3, [])
    desk.decide("release", row.id)
    desk.decide("undo", row.id)
    assert len(held(desk)) == 3  # a release of what did not come withdrew nothing


def test_an_undone_release_of_a_listing_has_it_asked_for_again(desk):
    symbols = [f"S{number}" for number in range(20)]
    desk.run_lists("*active", LISTING_STATUS=listed(*symbols))
    desk.run_lists("*active", LISTING_STATUS=listed(*symbols[:6]))
    (row,) = open_rows(desk.warehouse)
    desk.decide("release", row.id)
    result = desk.decide("undo", row.id)["active_listing_status"]
    assert (result.outcome, result.kind, result.problem) == ("deferred", "AskedAgain", None)
    assert desk.told == [result.reason]
    assert "the next run asks for the list again" in result.reason
    assert asked_at(desk.warehouse) == {}
    desk.run_lists("*active", LISTING_STATUS=listed(*symbols))
    assert desk.rows("select count(*) from listing") == [(20,)]


def test_a_good_list_ends_the_matter(desk):
    desk.run_lists("IBM", SPLITS=THREE)
    desk.run_lists("IBM", SPLITS=SPLITS)
    desk.run_lists("IBM", SPLITS=THREE.replace("3.0000", "4.0000"))
    assert open_rows(desk.warehouse) == []
    assert ("split", "2020-01-02", D("4.0000")) in held(desk)


def test_one_dividend_may_go_and_two_may_not(desk):
    desk.run_lists("IBM", DIVIDENDS=PAID)
    one_less = PAID.replace("2026-05-06,None,None,None,0.25\n", "")
    desk.run_lists("IBM", DIVIDENDS=one_less)
    assert len(held(desk)) == 2
    desk.run_lists("IBM", DIVIDENDS=DIVIDENDS)
    assert len(held(desk)) == 2


def test_an_event_listed_twice_is_one_and_two_amounts_of_a_day_are_added_and_told(desk):
    once = "2026-05-08,2026-04-28,2026-05-08,2026-06-10,1.69\n"
    desk.run_lists("IBM", DIVIDENDS=DIVIDENDS + "2026-05-08,None,None,None,1.69\n" + once)
    assert desk.rows("select value, payment_date::text from corporate_action") == [(D("1.69"), "2026-06-10")]
    desk.run_lists("IBM", DIVIDENDS=DIVIDENDS + once + "2026-05-08,None,None,None,0.25\n")
    assert held(desk) == [("dividend", "2026-05-08", D("1.94"))]
    assert desk.rows("select told from broken_rule where rule = 'one_value_a_day'") == [
        ("ibm_dividends 2026-05-08: one_value_a_day (1.69 + 0.25 are listed and count together).",)
    ]


def test_a_dividend_that_is_announced_without_its_amount_waits_and_the_others_load(desk):
    announced = DIVIDENDS + "2026-08-07,None,None,None,None\n2026-05-08,None,None,None,1.69\n"
    desk.run_lists("IBM", DIVIDENDS=announced)
    assert held(desk) == [("dividend", "2026-05-08", D("1.69"))]
    (row,) = open_rows(desk.warehouse)
    assert (row.symbol, str(row.data_date), row.rules) == ("ibm_dividends", "2026-08-07", ["value_present"])
    desk.run_lists("IBM", DIVIDENDS=announced.replace("None\n2026", "1.75\n2026"))
    assert (len(held(desk)), open_rows(desk.warehouse)) == (2, [])


@pytest.mark.parametrize("value", ["0", "-2.0"])
def test_a_split_that_makes_no_sense_stays_out_by_itself(desk, value):
    desk.run_lists("IBM", SPLITS=SPLITS + f"2026-05-11,{value}\n2020-01-02,3.0000\n")
    assert held(desk) == [("split", "2020-01-02", D("3.0000"))]
    assert [row.rules for row in open_rows(desk.warehouse)] == [["value_positive"]]


def test_bars_load_whatever_their_lists_say_and_the_symbol_says_what_waits(desk):
    desk.run_lists("IBM", SPLITS=THREE)
    run = desk.fetched(IBM=body())
    desk.bring(run, "IBM", "SPLITS", SPLITS)
    result = desk.finish(run)["IBM"]
    assert result.new_bars == 25
    assert result.problem == (
        "IBM: ibm_splits: keeps_its_rows (3 of 3 rows that are held would be withdrawn: 2010-01-04, "
        "2020-01-02, 2026-05-11). What is held stays until you release or discard it: "
        "`make quarantine`, or the DAG quarantine."
    )


def test_a_listing_that_lost_more_than_a_tenth_waits_and_the_last_one_stays(desk):
    symbols = [f"S{number}" for number in range(20)]
    desk.run_lists("*active", LISTING_STATUS=listed(*symbols))
    desk.run_lists("*active", LISTING_STATUS=listed(*symbols[:18]))
    assert desk.rows("select count(*) from listing") == [(18,)]
    desk.run_lists("*active", LISTING_STATUS=listed(*symbols[:6]))
    assert desk.rows("select count(*) from listing") == [(18,)]
    (row,) = open_rows(desk.warehouse)
    assert row.symbol == "active_listing_status"
    desk.decide("release", row.id)
    assert desk.rows("select count(*) from listing") == [(6,)]


def test_lists_that_vanish_after_the_gate_fail_and_the_bars_load(desk):
    run = desk.fetched(IBM=body())
    desk.bring(run, "IBM", "SPLITS", THREE)
    desk.bring(run, "IBM", "DIVIDENDS", PAID)
    accepted = ObjectStoragePath(desk.judged(run))
    (accepted / "splits.parquet").unlink()
    load_run(desk.warehouse, run, accepted)
    result = {one.symbol: one for one in results_of(desk.warehouse, run)}["IBM"]
    assert (result.new_bars, len(held(desk))) == (25, 3)
    assert result.problem == (
        "IBM: What the gate accepted of splits is no longer in the store, so nothing of it was loaded. "
        "Nothing to do: the next run asks again."
    )


def test_a_list_that_the_table_cannot_hold_fails_alone(desk):
    run = desk.start("stock_data_pipeline", "IBM", "MSFT")
    for symbol in ("IBM", "MSFT"):
        desk.bring(run, symbol, "SPLITS", THREE)
    desk.warehouse.execute("alter table corporate_action add constraint no_ibm check (symbol <> 'IBM')")
    desk.finish(run)
    assert desk.rows("select distinct symbol from corporate_action") == [("MSFT",)]
    outcomes = desk.rows("select symbol, outcome, kind from request order by symbol")
    assert outcomes == [("IBM", "failed", "Misfit"), ("MSFT", "fetched", None)]


def test_a_cell_that_no_database_can_hold_keeps_its_row_out_and_no_other(desk):
    run = desk.fetched(IBM=body())
    odd = listed("XXX", name="Some\0Fund").removeprefix(LISTING)
    desk.bring(run, "*active", "LISTING_STATUS", listed("IBM") + odd)
    assert desk.finish(run)["IBM"].new_bars == 25
    assert desk.rows("select symbol from listing") == [("IBM",)]
    assert [(row.symbol, row.rules) for row in open_rows(desk.warehouse)] == [
        ("active_listing_status", ["storable"])
    ]
    (waiting,) = open_rows(desk.warehouse)
    desk.decide("discard", waiting.id)
    verdict = "select bars, refused_bars, discarded_bars from verdict where symbol = 'active_listing_status'"
    assert desk.rows(f"{verdict} order by pipeline_run_id") == [(2, 1, 0), (2, 0, 1)]


def test_a_symbol_whose_wrong_row_is_discarded_stays_as_it_is_held(desk):
    good = listed(*(f"S{number}" for number in range(11)))
    row = "S3,A company,NYSE,Stock,1962-01-02"
    for content in (good, good.replace(row, row[:-3])):
        run = desk.start("stock_data_pipeline")
        desk.bring(run, "*active", "LISTING_STATUS", content)
        desk.finish(run)
    (waiting,) = open_rows(desk.warehouse)
    desk.decide("discard", waiting.id)
    assert desk.rows("select count(*) from listing") == [(11,)]
    assert desk.rows("select ipo_date::text from listing where symbol = 'S3'") == [("1962-01-02",)]


def test_a_list_that_would_withdraw_a_thousand_symbols_can_be_decided(desk):
    names = [f"{number:X}"[::-1] for number in range(50_000, 54_000)]
    for symbols in (names, names[1500:]):
        run = desk.start("stock_data_pipeline")
        desk.bring(run, "*active", "LISTING_STATUS", listed(*symbols))
        desk.finish(run)
    (waiting,) = open_rows(desk.warehouse)
    assert len(waiting.bar["would_be_withdrawn"].split(", ")) == 1500
    desk.decide("release", waiting.id)
    assert desk.rows("select count(*) from listing") == [(2500,)]
