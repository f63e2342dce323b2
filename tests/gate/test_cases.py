"""Inputs of public bug reports, each on the engine: what it should have done with them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from airflow_provider_alphavantage.exceptions import DailyQuotaSpent
from airflow_provider_alphavantage.parsing import parse
from airflow_provider_alphavantage.responses import read
from include.datasets.periods import series_of
from include.gate.quarantine import open_rows
from include.local.symbol_file import read_symbol_file
from tests.conftest import RECORDINGS
from tests.desk import body
from tests.gate.test_lists import PAID, THREE

pytestmark = pytest.mark.postgres
FOLDER = RECORDINGS.parents[1] / "cases"
COIN = "DIGITAL_CURRENCY_DAILY"
D = Decimal


@pytest.fixture
def case():
    if not FOLDER.is_dir():
        pytest.skip("needs the cases in ../shared/cases")
    return lambda name: (FOLDER / name).read_bytes()


def ask(desk, function: str, content: bytes, symbol: str = "IBM"):
    """Bring this as the answer to a function of the watchlist; the request, and results by name."""
    run = desk.start("stock_data_pipeline", symbol)
    desk.bring(run, symbol, function, content)
    results = desk.finish(run)
    ((outcome, kind),) = desk.rows(f"select outcome, kind from request where pipeline_run_id = {run.id}")
    return (outcome, kind), results


def ask_dataset(desk, dataset, content: bytes):
    """Bring this as the answer for a dataset with a table of its own; its result."""
    run = desk.start_dataset(dataset)
    desk.bring(run, dataset.name, dataset.function, content)
    return desk.finish(run)[dataset.name]


def waiting(desk) -> list[tuple[str, list[str]]]:
    return [(row.symbol, row.rules) for row in open_rows(desk.warehouse)]


@pytest.mark.parametrize("function", ["SPLITS", "DIVIDENDS"])
@pytest.mark.parametrize(
    "name", ["01_actions_empty_list.json", "01_actions_empty_object.json", "01_actions_plain_text.body"]
)
def test_what_is_no_list_changes_nothing_that_is_held(desk, case, function, name):
    desk.run_lists("IBM", SPLITS=THREE, DIVIDENDS=PAID)
    query = "select kind, effective_date, value from corporate_action order by 1, 2"
    through = "select kind, asked_through from corporate_action_check order by 1"
    before = desk.rows(query), desk.rows(through)
    (outcome, _), _ = ask(desk, function, case(name))
    assert outcome == "failed"
    assert (desk.rows(query), desk.rows(through)) == before  # so it is due again


def test_the_same_row_twice_is_one(desk, case):
    _, results = ask(desk, "TIME_SERIES_DAILY", case("02_daily_same_row_twice.csv"))
    assert (results["IBM"].bars, results["IBM"].new_bars, results["IBM"].warnings) == (26, 25, 1)
    assert waiting(desk) == []


def test_a_fraction_of_a_volume_is_kept_and_a_whole_number_stays_one(desk, case):
    _, results = ask(desk, "TIME_SERIES_DAILY", case("03_daily_one_fractional_volume.csv"))
    assert (results["IBM"].new_bars, waiting(desk)) == (25, [])
    newest = "select volume::text from stock_data order by data_date desc limit 2"
    assert desk.rows(newest) == [("6154450.14",), ("6154450",)]


def test_a_bar_that_moves_replaces_no_final_one(desk, case):
    ask(desk, "TIME_SERIES_DAILY", case("04_first_final.json"))
    _, results = ask(desk, "TIME_SERIES_DAILY", case("04_then_stale_mid_session.json"))
    newest = "select close, volume, is_final from stock_data where data_date = '2026-05-15'"
    assert desk.rows(newest) == [(D("219.3000"), 6154450, True)]
    (told,) = [reason for reason in results["IBM"].reasons if "not_stale" in reason]
    assert "close 219.2000, volume 5200000 came" in told
    assert "close 219.3000, volume 6154450 stays as final" in told


def test_a_text_that_no_database_can_hold_keeps_out_its_row_alone(desk, case):
    run = desk.start("stock_data_pipeline", "IBM")
    desk.bring(run, "*active", "LISTING_STATUS", case("05_listing_with_nul.csv"))
    desk.bring(run, "IBM", "TIME_SERIES_DAILY", body())
    assert desk.finish(run)["IBM"].new_bars == 25
    assert desk.rows("select symbol from listing") == [("IBM",)]
    assert [symbol for symbol, _ in waiting(desk)] == ["active_listing_status"]


def test_a_refused_month_can_be_discarded_and_the_others_load(desk, case):
    months = series_of("IBM", "monthly")
    content = case("06_monthly_one_zero_low.csv")
    assert ask_dataset(desk, months, content).new_bars is None
    ((name, rules),) = waiting(desk)
    assert (name, rules) == ("ibm_monthly", ["low_positive"])
    (row,) = open_rows(desk.warehouse)
    assert desk.decide("discard", row.id)["ibm_monthly"].new_bars == 1
    assert desk.decide("undo", row.id)["ibm_monthly"].new_bars is None
    assert desk.decide("release", row.id)["ibm_monthly"].new_bars == 1
    assert desk.rows("select low::float from stock_data_monthly order by month") == [(0.0,), (9.0,)]


def test_of_two_rows_of_a_week_the_one_dated_last_counts(desk, case):
    result = ask_dataset(desk, series_of("IBM", "weekly"), case("07_weekly_two_rows_in_a_week.csv"))
    assert (result.new_bars, result.warnings, waiting(desk)) == (2, 1, [])
    assert desk.rows("select timestamp::text, close::float from stock_data_weekly order by 1") == [
        ("2026-05-01", 10.0),
        ("2026-05-08", 10.5),
    ]


def test_a_day_without_trade_is_no_session_however_many_have_it(desk, case):
    content = case("08_daily_sunday_flat_bar_for_all.csv")
    run = desk.start("stock_data_pipeline", "IBM", "MSFT")
    for symbol in ("IBM", "MSFT"):
        desk.bring(run, symbol, "TIME_SERIES_DAILY", content)
    assert {one.new_bars for one in desk.finish(run).values()} == {25}
    assert desk.rows("select from stock_data where extract(dow from data_date) in (0, 6)") == []


def test_a_dividend_that_is_listed_twice_is_one(desk, case):
    ask(desk, "DIVIDENDS", case("09_dividend_listed_twice_other_dates.csv"))
    held = "select value::float, payment_date::text from corporate_action"
    assert desk.rows(held) == [(1.69, "2026-06-10")]


def test_a_dividend_without_its_amount_waits_and_the_others_load(desk, case):
    ask(desk, "DIVIDENDS", case("10_dividend_announced_without_amount.csv"))
    assert desk.rows("select effective_date::text from corporate_action") == [("2026-05-08",)]
    assert [symbol for symbol, _ in waiting(desk)] == ["ibm_dividends"]


def test_a_byte_order_mark_is_as_if_it_were_not_there(desk, case):
    _, results = ask(desk, "TIME_SERIES_DAILY", case("12_bom_daily.csv"))
    assert results["IBM"].new_bars == 1
    with pytest.raises(DailyQuotaSpent):
        read(case("12_bom_quota.json"), function="TIME_SERIES_DAILY")


def test_a_dividend_in_another_unit_than_the_price_marks_adjusted_prices(desk, case):
    price = "12.6000,12.7000,12.4000,12.5000,1000"
    days = {f"may_{day}": price for day in (8, 11, 12, 13, 14, 15)}
    ask(desk, "TIME_SERIES_DAILY", body(**days).encode())
    ask(desk, "SPLITS", THREE.splitlines()[0].encode() + b"\n")
    (outcome, _), _ = ask(desk, "DIVIDENDS", case("14_dividend_pence_price_pounds.csv"))
    assert outcome == "fetched"
    assert desk.rows("select warnings > 0 from verdict where symbol = 'ibm_dividends'") == [(True,)]
    doubts = desk.rows("select doubtful_before::text from adjustment_coverage where symbol = 'IBM'")
    assert doubts == [("2026-05-14",)]


def test_the_column_of_symbols_of_a_spreadsheet_is_found(case, tmp_path):
    file = tmp_path / "portfolio.csv"
    file.write_bytes(case("15_excel_portfolio.csv"))
    assert list(read_symbol_file(file).names) == ["AAPL", "MSFT"]


def test_two_columns_of_one_currency_are_one(case):
    found = parse(read(case("16_crypto_same_currency_twice.json"), function=COIN), COIN)
    assert found.columns == ("timestamp", "open_usd", "volume")


def test_a_listing_that_lost_a_third_is_held_and_the_last_one_stays(desk):
    def listed(count: int) -> bytes:
        rows = "".join(f"S{n},A company,NYSE,Stock,1962-01-02,null,Active\n" for n in range(count))
        return f"symbol,name,exchange,assetType,ipoDate,delistingDate,status\n{rows}".encode()

    for count in (30, 20):
        ask(desk, "LISTING_STATUS", listed(count), "*active")
    assert desk.rows("select count(*) from listing") == [(30,)]
    assert waiting(desk) == [("active_listing_status", ["keeps_its_rows"])]
