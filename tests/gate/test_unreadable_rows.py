"""A cell of another form than its column makes its row wait with its text; nothing else is lost for it."""

from __future__ import annotations

import json
from decimal import Decimal as D

import pytest

from include.exceptions import BadDecision
from include.gate.quarantine import open_rows
from tests.desk import GOOD, WEDNESDAY, body
from tests.gate.test_lists import PAID, SPLITS, held, listed

pytestmark = pytest.mark.postgres


def test_a_volume_has_its_fraction_and_a_whole_one_has_none(desk):
    def volumes() -> list[str]:
        query = "select volume::text from stock_data where data_date between '2026-05-12' and '2026-05-14' "
        return [row[0] for row in desk.rows(query + "order by data_date")]

    result = desk.run(IBM=body(may_13="218.2000,220.9100,217.6150,219.3000,6154450.5"))["IBM"]
    assert (result.outcome, result.bars, result.new_bars, result.refused_bars) == ("fetched", 25, 25, 0)
    assert volumes() == ["6154450", "6154450.5", "6154450"]
    again = desk.run(IBM=body(may_13="218.2000,220.9100,217.6150,219.3000,6154450.500"))["IBM"]
    assert (again.new_bars, again.changed_bars, again.unchanged_bars) == (0, 0, 25)
    whole = desk.run(IBM=body())["IBM"]
    assert (whole.new_bars, whole.changed_bars, whole.unchanged_bars) == (0, 1, 24)
    assert volumes() == ["6154450", "6154450", "6154450"]
    assert desk.rows("select volume::text from stock_data_history") == [("6154450.5",)]


def test_a_number_of_any_length_is_refused_by_itself_also_where_one_is_held(desk):
    desk.run(IBM=body(), MSFT=body())
    long = f"{'9' * 70}.5"
    result = desk.run(IBM=body(may_13=f"218.2000,{long},217.6150,219.3000,{long}"), MSFT=body())
    assert (result["IBM"].refused_bars, result["IBM"].new_bars) == (1, None)
    assert result["MSFT"].unchanged_bars == 25
    (waiting,) = open_rows(desk.warehouse)
    assert (waiting.bar["high"], waiting.bar["volume"]) == (long, long)


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        ('218.2000,220.9100,217.6150,219.3000,"6,154,450"', "volume", "6,154,450"),
        ("218.2000,220.9100,217.6150,219.3000,6,154,450", "more", "154,450"),
        ("218.2000,220.9100,NaN,219.3000,6154450", "low", "NaN"),
        ("218.2000,220.9100,217.6150,2.193e2,6154450", "close", "2.193e2"),
        ("218.2000,220.9100,217.6150,219.3000,6154450.0000005", "volume", "6154450.0000005"),
        ("218.2000,220.9100,217.6150,219.3000", "close", "219.3000"),
        ("218.2000,220.9100\0,217.6150,219.3000,6154450", "high", "220.9100\\x00"),
    ],
)
def test_a_bar_with_a_cell_of_another_form_waits_with_its_text(desk, row, column, text):
    result = desk.run(IBM=body(may_13=row))["IBM"]
    assert (result.outcome, result.bars, result.refused_bars) == ("fetched", 25, 1)
    (waiting,) = open_rows(desk.warehouse)
    assert (waiting.symbol, waiting.data_date, waiting.bar[column]) == ("IBM", WEDNESDAY, text)
    with pytest.raises(BadDecision, match="cannot be released, because the table cannot hold it"):
        desk.decide("release", waiting.id)
    desk.warehouse.rollback()
    decided = desk.decide("discard", waiting.id)["IBM"]
    assert (decided.bars, decided.new_bars, decided.discarded_bars) == (25, 24, 1)
    desk.decide("undo", waiting.id)
    assert [one.id for one in open_rows(desk.warehouse)] == [waiting.id]
    assert desk.run(IBM=body())["IBM"].verdict.startswith("loaded")
    assert desk.low() == D("217.615")
    assert open_rows(desk.warehouse) == []


@pytest.mark.parametrize(
    ("odd", "shown"), [(b"2026-05-13\0", r"2026-05-13\x00"), (b"2026-05-13\xff", r"2026-05-13\udcff")]
)
def test_an_odd_sign_in_a_row_of_too_many_fields_keeps_out_its_symbol_and_no_other(desk, odd, shown):
    run = desk.start("stock_data_pipeline", "IBM", "MSFT")
    cut = body(may_13=GOOD.replace(".", ",", 1)).encode().replace(b"2026-05-13", odd)
    for symbol, content in (("IBM", cut), ("MSFT", body())):
        desk.bring(run, symbol, "TIME_SERIES_DAILY", content)
    result = desk.finish(run)
    assert (result["IBM"].refused_bars, result["MSFT"].new_bars) == (1, 25)
    (waiting,) = open_rows(desk.warehouse)
    assert waiting.bar["data_date as served"] == shown
    ((told,),) = desk.rows("select told from broken_rule where rule = 'readable'")
    assert told == f"IBM 2026-05-13: readable (row 3 ({shown}): 7 fields under a header of 6)."
    assert desk.decide("discard", waiting.id)["IBM"].new_bars == 24


@pytest.mark.parametrize(("odd", "shown"), [(b"\0", r"\x00"), (b"\xff", r"\udcff")])
def test_a_response_whose_rows_all_have_too_many_fields_and_an_odd_sign_fails_alone(desk, odd, shown):
    run = desk.start("stock_data_pipeline", "IBM", "MSFT")
    all_cut = body().replace("218.", "218,").encode().replace(b"2026-", odd + b"2026-")
    for symbol, content in (("IBM", all_cut), ("MSFT", body())):
        desk.bring(run, symbol, "TIME_SERIES_DAILY", content)
    result = desk.finish(run)
    assert (result["IBM"].kind, result["MSFT"].new_bars) == ("UnreadableBody", 25)
    assert f"row 1 ({shown}2026-05-15): 7 fields under a header of 6" in result["IBM"].reason


def test_a_bar_whose_day_is_no_day_waits_with_what_was_served(desk):
    desk.run(IBM=body().replace("2026-05-13,", "2026-05-32,"))
    (waiting,) = open_rows(desk.warehouse)
    assert (waiting.data_date, waiting.bar["data_date as served"]) == (None, "2026-05-32")
    assert desk.decide("discard", waiting.id)["IBM"].new_bars == 24


def test_a_row_of_other_fields_in_json_waits(desk):
    names = ("1. open", "2. high", "3. low", "4. close", "5. volume")
    lines = [line.split(",") for line in body().splitlines()[1:]]
    rows = {day: dict(zip(names, cells, strict=True)) for day, *cells in lines}
    del rows["2026-05-13"]["5. volume"]
    meta = {"2. Symbol": "IBM", "3. Last Refreshed": "2026-05-15", "5. Time Zone": "US/Eastern"}
    desk.run(IBM=json.dumps({"Meta Data": meta, "Time Series (Daily)": rows}))
    (waiting,) = open_rows(desk.warehouse)
    assert (waiting.data_date, waiting.bar["close"], "volume" in waiting.bar) == (
        WEDNESDAY,
        "219.3000",
        False,
    )


def test_a_body_most_of_whose_rows_cannot_be_read_is_another_one(desk):
    result = desk.run(IBM=body().replace("6154450", "n.a."))["IBM"]
    assert (result.outcome, result.kind) == ("failed", "UnreadableBody")
    assert open_rows(desk.warehouse) == []


def test_a_body_cut_in_its_last_row_is_no_row_that_waits(desk):
    result = desk.run(IBM=body()[:-12])["IBM"]
    assert (result.outcome, result.kind) == ("failed", "UnreadableBody")


def test_an_odd_dividend_waits_the_others_load_and_what_is_held_of_its_day_stays(desk):
    desk.run_lists("IBM", DIVIDENDS=PAID)
    odd = PAID.replace("2026-05-07,None,None,None,0.25", "2026-05-07,None,None,None,0..26")
    desk.run_lists(
        "IBM", DIVIDENDS=odd.replace("2026-05-08,None,None,None,0.25", "2026-05-08,None,None,None,0.30")
    )
    assert held(desk) == [
        ("dividend", "2026-05-06", D("0.25")),
        ("dividend", "2026-05-07", D("0.25")),
        ("dividend", "2026-05-08", D("0.30")),
    ]
    (waiting,) = open_rows(desk.warehouse)
    assert (waiting.symbol, str(waiting.data_date), waiting.bar["value"]) == (
        "ibm_dividends",
        "2026-05-07",
        "0..26",
    )
    desk.decide("discard", waiting.id)
    assert len(held(desk)) == 3
    desk.run_lists("IBM", DIVIDENDS=PAID.replace("2026-05-07,None,None,None,0.25\n", ""))
    assert [day for _, day, _ in held(desk)] == [
        "2026-05-06",
        "2026-05-08",
    ]  # it is gone from the list itself


def test_a_split_that_cannot_be_read_withdraws_none(desk):
    desk.run_lists("IBM", SPLITS=SPLITS + "2026-05-11,2.0000\n")
    desk.run_lists("IBM", SPLITS=SPLITS + "2026-05-11,2 for 1\n")
    assert held(desk) == [("split", "2026-05-11", D("2.0000"))]
    assert [(row.symbol, row.bar["value"]) for row in open_rows(desk.warehouse)] == [
        ("ibm_splits", "2 for 1")
    ]


@pytest.mark.parametrize(
    "odd", ["KO,A,B,NYSE,Stock,1962-01-02,null,Active", "KO,A,NYSE,Stock,1962-13-02,null,Active"]
)
def test_an_odd_row_of_the_listing_waits_and_what_is_held_of_its_symbol_stays(desk, odd):
    desk.run_lists("*active", LISTING_STATUS=listed("IBM", "KO", "MSFT"))
    text = listed("IBM", "MSFT", name="Renamed") + odd + "\n"
    desk.run_lists("*active", LISTING_STATUS=text)
    names = desk.rows("select symbol, name from listing order by symbol")
    assert names == [("IBM", "Renamed"), ("KO", "A company"), ("MSFT", "Renamed")]
    (waiting,) = open_rows(desk.warehouse)
    assert (waiting.symbol, waiting.bar["symbol"]) == ("active_listing_status", "KO")


def test_rows_that_come_are_loaded_refused_or_discarded(desk):
    result = desk.run(IBM=body(may_13=[GOOD, GOOD], may_12="x,220.9100,217.6150,219.3000,6154450"))["IBM"]
    assert (result.bars, result.refused_bars, result.discarded_bars) == (26, 1, 0)
