"""Bars that come twice, too early, too late or on a day without trade: nothing good is lost or replaced."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from include.gate.quarantine import open_rows
from tests.bars import MORNING_AFTER, SESSIONS
from tests.desk import GOOD, WEDNESDAY, body

pytestmark = pytest.mark.postgres
STALE = "218.2000,219.9000,217.6150,219.2000,5200000"


def warnings(desk) -> list[tuple[str, str]]:
    return desk.rows(
        "select rule, told from broken_rule where severity = 'warning' and "
        "pipeline_run_id = (select max(pipeline_run_id) from broken_rule) order by rule"
    )


def json_body(last_refreshed: str, newest: str = GOOD) -> str:
    """The good sessions as JSON; ``newest`` has the values of the last one."""
    names = ("1. open", "2. high", "3. low", "4. close", "5. volume")
    rows = {
        str(day): dict(zip(names, (newest if day == SESSIONS[-1] else GOOD).split(","), strict=True))
        for day in reversed(SESSIONS)
    }
    meta = {"2. Symbol": "IBM", "3. Last Refreshed": last_refreshed, "5. Time Zone": "US/Eastern"}
    return json.dumps({"Meta Data": meta, "Time Series (Daily)": rows})


def test_a_bar_that_comes_twice_counts_once_and_is_told(desk):
    result = desk.run(IBM=body(may_13=[GOOD, GOOD]))["IBM"]
    assert (result.verdict, result.bars, result.new_bars) == ("loaded, 1 warning", 26, 25)
    assert warnings(desk) == [
        ("counted_once", "IBM 2026-05-13: counted_once (it came 2 times and counts once).")
    ]
    assert open_rows(desk.warehouse) == []


def test_of_two_bars_that_say_the_same_and_one_that_does_not_the_odd_one_is_discarded(desk):
    odd = "218.2000,220.9100,217.6150,219.4000,6154450"
    assert desk.run(IBM=body(may_13=[GOOD, GOOD, odd]))["IBM"].refused_bars == 2
    wrong = next(row for row in open_rows(desk.warehouse) if row.bar["close"] == "219.4000")
    result = desk.decide("discard", wrong.id)["IBM"]
    assert (result.new_bars, result.discarded_bars) == (25, 1)


def test_a_bar_that_is_not_final_replaces_no_final_one_and_both_are_told(desk):
    desk.run(IBM=json_body("2026-05-15"))
    result = desk.run(IBM=json_body("2026-05-15 11:43:40", STALE))["IBM"]
    assert (result.changed_bars, result.unchanged_bars) == (0, 25)
    held = desk.rows("select close, volume, is_final from stock_data where data_date = '2026-05-15'")
    assert held == [(D("219.3"), 6154450, True)]
    assert desk.rows("select count(*) from stock_data_history") == [(0,)]
    assert dict(warnings(desk))["not_stale"] == (
        "IBM 2026-05-15: not_stale (high 219.9000, close 219.2000, volume 5200000 came and it is not final; "
        "high 220.9100, close 219.3000, volume 6154450 stays as final)."
    )


def test_a_final_bar_replaces_one_that_was_not_and_a_revision_a_final_one(desk):
    desk.run(IBM=json_body("2026-05-15 11:43:40", STALE))
    assert desk.run(IBM=json_body("2026-05-15"))["IBM"].changed_bars == 1
    revised = "218.2000,220.9100,217.6150,219.3100,6154451"
    assert desk.run(IBM=json_body("2026-05-15", revised))["IBM"].changed_bars == 1
    assert desk.rows("select close, volume from stock_data_history order by id") == [
        (D("219.2"), 5200000), (D("219.3"), 6154450)
    ]  # fmt: skip


def test_an_older_response_replaces_nothing_and_is_told(desk):
    late = desk.fetched(IBM=body(may_13="218.2000,220.9100,217.6150,219.4000,6154450"))
    desk.run(IBM=body())
    results = desk.finish(late)
    assert results["IBM"].unchanged_bars == 25
    assert dict(warnings(desk))["not_stale"] == (
        "IBM 2026-05-13: not_stale (close 219.4000 came from an older response; "
        "close 219.3000 stays as final)."
    )
    assert desk.low() == D("217.615")


@pytest.mark.parametrize("symbols", [["IBM"], ["IBM", "KO", "MSFT"]])
def test_a_flat_bar_without_volume_on_a_day_off_is_no_session_for_however_many(desk, symbols):
    sunday = date(2026, 5, 10)
    text = body().replace("2026-05-08,", f"{sunday},219.3000,219.3000,219.3000,219.3000,0\n2026-05-08,")
    results = desk.run(**dict.fromkeys(symbols, text))
    assert {result.verdict for result in results.values()} == {"loaded, 1 kept out"}
    assert {(result.bars, result.new_bars) for result in results.values()} == {(26, 25)}
    assert desk.rows(f"select count(*) from stock_data where data_date = '{sunday}'") == [(0,)]
    assert {(row.symbol, row.data_date, *row.rules) for row in open_rows(desk.warehouse)} == {
        (symbol, sunday, "a_day_of_trade") for symbol in symbols
    }
    assert desk.rows("select count(*) from gap") == [(0,)]


def test_what_is_kept_out_by_itself_enters_when_it_is_released_and_leaves_the_desk_when_discarded(desk):
    text = body().replace("2026-05-08,", "2026-05-10,219.3000,219.3000,219.3000,219.3000,0\n2026-05-08,")
    desk.run(IBM=text, KO=text)
    ibm, ko = open_rows(desk.warehouse)
    assert desk.decide("release", ibm.id)["IBM"].new_bars == 1
    assert desk.decide("discard", ko.id)["KO"].discarded_bars == 1
    assert open_rows(desk.warehouse) == []
    assert desk.rows("select symbol from stock_data where data_date = '2026-05-10'") == [("IBM",)]


def test_a_halted_share_has_its_sessions(desk):
    assert desk.run(IBM=body(may_13="219.3000,219.3000,219.3000,219.3000,0"))["IBM"].new_bars == 25


def test_a_moment_of_a_held_bar_is_read_to_the_microsecond(desk):
    """An older response by a second is older."""
    desk.run(IBM=body())
    held = MORNING_AFTER + timedelta(days=1)
    assert desk.rows("select distinct fetched_at from stock_data") == [(held,)]
    assert desk.low(session=WEDNESDAY) == D("217.615")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_bar_of_the_first_or_the_last_day_there_is_waits_and_discarded_the_others_load(desk, day):
    result = desk.run(IBM=body().replace("2026-05-15,", f"{day},"))["IBM"]
    assert (result.bars, result.refused_bars) == (25, 1)
    (waiting,) = open_rows(desk.warehouse)
    assert str(waiting.data_date) == day
    assert desk.decide("discard", waiting.id)["IBM"].new_bars == 24
