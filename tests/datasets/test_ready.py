"""Every ready dataset, from recorded responses through the engine to its table, twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from airflow_provider_alphavantage.functions import check
from include.datasets.ready.base import BadSubject
from include.datasets.ready.registry import GROUPS, READY, ready_dataset
from include.gate.quarantine import open_rows
from include.plan.datasets import due_of, request_of
from include.report.results import problems, results_of
from include.warehouse.runs import record_request
from tests.desk import Desk

pytestmark = pytest.mark.postgres
D = Decimal
NOW = datetime(2026, 5, 18, 7, tzinfo=UTC)

RECORDED = {
    "eur_usd_fx": ("FX_DAILY__EURUSD__pt1.csv", 100),
    "eur_usd_fx_weekly": ("FX_WEEKLY__EURUSD__pt1.csv", 999),
    "eur_usd_fx_monthly": ("FX_MONTHLY__EURUSD__pt1.csv", 229),
    "btc_eur_crypto": ("DIGITAL_CURRENCY_DAILY__BTCEUR__pt1.csv", 350),
    "btc_eur_crypto_weekly": ("DIGITAL_CURRENCY_WEEKLY__BTCEUR__pt1.csv", 49),
    "btc_eur_crypto_monthly": ("DIGITAL_CURRENCY_MONTHLY__BTCEUR__pt2.csv", 12),
    "wti_monthly_commodities": ("WTI__none_monthly__pt2.csv", 478),
    "copper_commodities": ("ALL_COMMODITIES__none_monthly__pt1.csv", 411),
    "cpi_economy": ("CPI__none__cg1.json", 2),
    "unemployment_economy": ("UNEMPLOYMENT__none__pt1.csv", 940),
    "10year_treasury_yields": ("TREASURY_YIELD__none_monthly__pt1.csv", 877),
    "ibm_overview": ("OVERVIEW__IBM__pt1.json", 1),
    "ibm_income_statement": ("INCOME_STATEMENT__IBM__pt1.json", 101),
    "ibm_balance_sheet": ("BALANCE_SHEET__IBM__pt1.json", 101),
    "ibm_cash_flow": ("CASH_FLOW__IBM__pt2.json", 101),
    "ibm_earnings": ("EARNINGS__IBM__pt1.json", 151),
    "ibm_estimates": ("EARNINGS_ESTIMATES__IBM__pt1.json", 40),
    "msft_shares": ("SHARES_OUTSTANDING__MSFT__pt1.csv", 71),
    "qqq_etf_profile": ("ETF_PROFILE__QQQ__pt1.json", 1),
    "qqq_etf_holdings": ("ETF_PROFILE__QQQ__pt1.json", 103),
    "earnings_calendar": ("EARNINGS_CALENDAR__none__pt1.csv", 4526),
    "ipo_calendar": ("IPO_CALENDAR__none__pt1.csv", 8),
    "ibm_insiders": ("INSIDER_TRANSACTIONS__IBM__pt1.json", 4392),
    "aapl_news": ("NEWS_SENTIMENT__AAPL__pt1.json", 160),
    "movers": ("TOP_GAINERS_LOSERS__none__pt1.json", 60),
    "ibm_intraday": ("TIME_SERIES_INTRADAY__IBM_5min__pt1.csv", 100),
    "ibm_daily_adjusted": ("TIME_SERIES_DAILY_ADJUSTED__IBM__pt1.csv", 100),
    "ibm_options": ("HISTORICAL_OPTIONS__IBM__pt1.csv", 2064),
}
"""A recording of each, and how many of its rows are kept."""

VALUES = {
    "ibm_overview": (
        "select name, latest_quarter, market_capitalization, pe_ratio from company_overview",
        ("International Business Machines", date(2026, 3, 31), D("206116848000"), D("19.42")),
    ),
    "ibm_income_statement": (
        "select total_revenue, net_income, depreciation, reported_currency from income_statement "
        "where period = 'annual' and fiscal_date_ending = '2025-12-31'",
        (D("67535000000"), D("10593000000"), None, "USD"),
    ),
    "ibm_balance_sheet": (
        "select total_assets, treasury_stock from balance_sheet "
        "where period = 'annual' and fiscal_date_ending = '2025-12-31'",
        (D("151880000000"), None),
    ),
    "cpi_economy": (
        "select name, interval, unit, value from economic_indicator where date = '2022-03-01'",
        ("cpi", "monthly", "index 1982-1984=100", D("287.504")),
    ),
    "10year_treasury_yields": (
        "select maturity, value from treasury_yield where date = '2026-04-01'",
        ("10year", D("4.32")),
    ),
    "eur_usd_fx": ("select close from fx_daily where timestamp = '2026-05-15'", (D("1.16250"),)),
    "eur_usd_fx_weekly": ("select close from fx_weekly where week = '2026-05-11'", (D("1.16250"),)),
    "ibm_estimates": (
        "select eps_estimate_average, eps_estimate_analyst_count from earnings_estimate "
        "where date = '2027-12-31' and horizon = 'fiscal year'",
        (D("13.4537"), D(21)),
    ),
    "qqq_etf_profile": ("select net_assets, portfolio_turnover from etf_profile", (D("440300000000"), None)),
    "qqq_etf_holdings": ("select weight from etf_holding where holding = 'NVDA'", (D("0.0892"),)),
    "movers": (
        "select date, price, change_percentage from top_mover "
        "where (ticker, ranking) = ('DUKRW', 'top_gainers')",
        (date(2026, 5, 15), D("1.8000"), D("17900.0000")),
    ),
    "ibm_intraday": (
        "select close, volume from intraday_bar where timestamp = '2026-05-15 23:55Z'",
        (D("219.0000"), D(158)),
    ),
    "ibm_options": (
        "select strike, type, delta from option_quote where contract_id = 'IBM260515C00115000'",
        (D("115.00"), "call", D("0.98267")),
    ),
}
"""What a person read off the recordings."""


def bring(desk: Desk, recordings, name: str) -> None:
    dataset = ready_dataset(name)
    assert dataset
    desk.now = NOW
    run = desk.start_dataset(dataset)
    desk.bring(run, name, dataset.function, (recordings / RECORDED[name][0]).read_bytes())
    desk.finish(run)


COUNTS = (
    "select bars, refused_bars, new_bars, changed_bars, unchanged_bars from verdict order by pipeline_run_id"
)


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_response_comes_whole_into_its_table_and_twice_changes_nothing(desk, recordings, name):
    rows = RECORDED[name][1]
    bring(desk, recordings, name)
    assert open_rows(desk.warehouse) == []
    bring(desk, recordings, name)
    assert desk.rows(COUNTS) == [(rows, 0, rows, 0, 0), (rows, 0, 0, 0, rows)]
    if name in VALUES:
        query, row = VALUES[name]
        assert desk.rows(query) == [row]


def test_each_ready_dataset_is_tried_but_gold_of_which_there_is_no_recording():
    tried = {family for name in RECORDED if (dataset := ready_dataset(name)) for family in [dataset.group]}
    assert set(READY) - tried == {"metals"}


def test_what_was_known_at_a_moment_is_a_query(desk, recordings):
    bring(desk, recordings, "ibm_overview")
    ((known,),) = desk.rows("select valid_from from company_overview")
    dataset = ready_dataset("ibm_overview")
    newest = (recordings / "OVERVIEW__IBM__pt1.json").read_bytes()
    for value in (b'"206116848001"', b'"206116848002"'):
        run = desk.start_dataset(dataset)
        desk.bring(run, "ibm_overview", "OVERVIEW", newest.replace(b'"206116848000"', value))
        desk.finish(run)
    query = "select market_capitalization, name from company_overview_as_of('{}')"
    days = [known + timedelta(days=day) for day in (-1, 0, 1, 2)]
    assert [[row[0] for row in desk.rows(query.format(day))] for day in days] == [
        [],
        [D("206116848000")],
        [D("206116848001")],
        [D("206116848002")],
    ]
    assert desk.rows(query.format(days[1]))[0][1] == "International Business Machines"


def test_a_revision_is_kept_and_readable(desk, recordings):
    bring(desk, recordings, "ibm_overview")
    dataset = ready_dataset("ibm_overview")
    run = desk.start_dataset(dataset)
    body = (recordings / "OVERVIEW__IBM__pt1.json").read_bytes().replace(b'"206116848000"', b'"206116848001"')
    desk.bring(run, "ibm_overview", "OVERVIEW", body)
    desk.finish(run)
    assert desk.rows("select market_capitalization from company_overview") == [(D("206116848001"),)]
    assert desk.rows("select before from dataset_history") == [({"market_capitalization": 206116848000},)]


@pytest.mark.parametrize("one", READY.values(), ids=list(READY))
def test_what_is_asked_is_well_formed_and_its_name_leads_back_to_it(one):
    subject = one.of.example if one.of else ""
    dataset = one.about(subject)
    assert check(dataset.function, dataset.parameters) == dataset.parameters
    assert ready_dataset(dataset.name) == dataset
    assert one.says


def test_all_columns_of_a_table_are_there_from_the_beginning_and_say_what_they_are(desk, recordings):
    bring(desk, recordings, "ibm_income_statement")
    said = dict(
        desk.rows(
            "select attname, col_description(attrelid, attnum) from pg_attribute "
            "where attrelid = 'income_statement'::regclass and attnum > 0"
        )
    )
    assert said["ebitda"] == "Ebitda, in reported_currency."
    assert None not in said.values()
    types = desk.rows(
        "select distinct data_type from information_schema.columns where table_name = 'income_statement' "
        "and column_name in ('depreciation', 'ebit', 'comprehensive_income_net_of_tax')"
    )
    assert types == [("numeric",)]


def test_a_cell_of_another_kind_keeps_its_row_out_and_no_other(desk, recordings):
    dataset = ready_dataset("ibm_insiders")
    body = b'{"data": [%s, %s]}' % (ROW % b"1e", ROW % b"10")
    run = desk.start_dataset(dataset)
    desk.bring(run, "ibm_insiders", dataset.function, body)
    desk.finish(run)
    assert [row.rules for row in open_rows(desk.warehouse)] == [["readable"]]
    assert desk.rows("select shares from insider_transaction") == [(D(10),)]


ROW = (
    b'{"transaction_date": "2026-03-31", "ticker": "IBM", "executive": "X", "executive_title": "Director", '
    b'"security_type": "Share", "acquisition_or_disposal": "A", "shares": "%s", "share_price": "1.0"}'
)


def test_what_cannot_be_asked_says_what_can():
    with pytest.raises(BadSubject, match=r"'EURUSD' is no pair\. Write it like EUR/USD\."):
        READY["fx"].about("EURUSD")
    with pytest.raises(BadSubject, match="'9year' is none of 3month, 2year"):
        READY["treasury_yields"].about("9year")


def test_groups_name_ready_datasets():
    assert {name for group in GROUPS.values() for name in group} <= set(READY)


def test_a_fund_without_statements_is_left_out_and_asked_again_in_a_month(desk):
    dataset = ready_dataset("qqq_income_statement")
    desk.now = NOW
    run = desk.start_dataset(dataset)
    about = request_of(dataset).ended("left out", kind="NothingOfSymbol", reason="No data.")
    record_request(desk.warehouse, run, about)
    assert problems(results_of(desk.warehouse, run)) == []
    assert due_of(desk.warehouse, [dataset], NOW + timedelta(days=25)) == []
    assert due_of(desk.warehouse, [dataset], NOW + timedelta(days=40)) == [dataset]


def test_the_families_take_turns_and_the_latest_goes_first(desk, recordings):
    bring(desk, recordings, "ibm_overview")
    names = ["ibm_overview", "msft_overview", "aapl_overview", "eur_usd_fx", "gbp_usd_fx"]
    datasets = [ready_dataset(name) for name in names]
    due = due_of(desk.warehouse, datasets, NOW + timedelta(days=30))
    assert [one.name for one in due] == [
        "ibm_overview",
        "eur_usd_fx",
        "msft_overview",
        "gbp_usd_fx",
        "aapl_overview",
    ]
