"""Every recorded body becomes rows, as many as it holds, with the vendor's figures, or the refusal it is."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest

from airflow_provider_alphavantage.exceptions import Refusal
from airflow_provider_alphavantage.parsing import Records, parse
from airflow_provider_alphavantage.responses import read

EASTERN, UTC = ZoneInfo("America/New_York"), ZoneInfo("UTC")

# What occurs once in each row of a JSON body, by function; the rest are keyed by day.
MARKS = {
    "ANALYTICS_FIXED_WINDOW": r"-?\d\.\d+",
    "ANALYTICS_SLIDING_WINDOW": r"-?\d\.\d+",
    "BALANCE_SHEET": '"fiscalDateEnding"',
    "CASH_FLOW": '"fiscalDateEnding"',
    "CRYPTO_RATING": '"1. symbol"',
    "CURRENCY_EXCHANGE_RATE": '"5. Exchange Rate"',
    "EARNINGS": '"fiscalDateEnding"',
    "EARNINGS_CALL_TRANSCRIPT": '"speaker"',
    "EARNINGS_ESTIMATES": '"horizon"',
    "EMPTY_GLOBAL_QUOTE": '"05. price"',
    "EMPTY_OVERVIEW": '"Symbol"',
    "EMPTY_SYMBOL_SEARCH": '"1. symbol"',
    "ETF_PROFILE": '"weight"|"net_assets"',
    "GLOBAL_QUOTE": '"05. price"',
    "INCOME_STATEMENT": '"fiscalDateEnding"',
    "INSIDER_TRANSACTIONS": '"transaction_date"',
    "MARKET_STATUS": '"market_type"',
    "NEWS_SENTIMENT": r'"ticker_sentiment_label"|"ticker_sentiment": \[\]',
    "OVERVIEW": '"Symbol"',
    "SECTOR": r'"Rank [A-Z]:',
    "SYMBOL_SEARCH": '"1. symbol"',
    "TOP_GAINERS_LOSERS": '"ticker"',
}
BY_DAY = r'"date": "|"\d{4}-\d\d-\d\d( [\d:]+)?": \{'


def rows_of(function: str, text: str) -> int:
    """Count rows by hand: lines of a CSV, marks of a JSON text."""
    if not text.startswith("{"):
        return len([line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]) - 1
    return len(re.findall(MARKS.get(function, BY_DAY), text))


def records(path) -> Records:
    function = path.name.split("__")[0]
    return parse(read(path.read_bytes(), function=function), function)


def test_every_recorded_body_gives_all_its_rows_or_the_refusal_it_is(recordings):
    bodies = [path for path in sorted(recordings.iterdir()) if path.suffix in {".json", ".csv"}]
    table, refused = defaultdict(lambda: [0, 0, 0]), []
    for path in bodies:
        try:
            out = len(records(path))
        except Refusal:
            refused.append(path.name)
            continue
        function = path.name.split("__")[0]
        counted = [1, rows_of(function, path.read_text(encoding="utf-8")), out]
        table[function] = [a + b for a, b in zip(table[function], counted, strict=True)]
        assert counted[1] == out, (path.name, counted)
    print(f"\n{'function':<32}{'bodies':>7}{'rows in':>9}{'rows out':>9}")
    for function, (files, rows_in, rows_out) in sorted(table.items()):
        print(f"{function:<32}{files:>7}{rows_in:>9}{rows_out:>9}")
    assert sum(files for files, _, _ in table.values()) + len(refused) == len(bodies) == 285
    assert all(name.startswith(("ERROR_", "REALTIME_")) for name in refused)
    assert len(refused) == 17


FIRST_ROWS = {
    "TIME_SERIES_DAILY__IBM__pt1.csv": (
        date(2026, 5, 15), D("218.2000"), D("220.9100"), D("217.6150"), D("219.3000"), 6154450),
    "TIME_SERIES_DAILY__AMJ_crlf__ptc1.csv": (
        date(2020, 8, 21), D("13.2600"), D("13.3200"), D("13.1500"), D("13.2500"), 751279),
    "TIME_SERIES_DAILY__IBM__cg1.json": (
        date(2020, 5, 8), D("122.6700"), D("122.8000"), D("121.0600"), D("121.7900"), 2538547),
    "TIME_SERIES_DAILY_ADJUSTED__IBM__pt1.csv": (
        date(2026, 5, 15), D("218.2"), D("220.91"), D("217.615"), D("219.3"), D("219.3"), 6154450,
        D("0.0000"), D("1.0")),
    "TIME_SERIES_DAILY_ADJUSTED__IBM__cg1.json": (
        date(2020, 5, 8), D("122.6700"), D("122.8000"), D("121.0600"), D("121.8050"), D("121.8050"), 2542577,
        D("0.0000"), D("1.0000")),
    "TIME_SERIES_WEEKLY_ADJUSTED__IBM__pt1.csv": (
        date(2026, 5, 15), D("228.6600"), D("230.2300"), D("212.3400"), D("219.3000"), D("219.3000"),
        33144274, D("0.0000")),
    "TIME_SERIES_INTRADAY__IBM_5min__pt1.csv": (
        datetime(2026, 5, 15, 19, 55, tzinfo=EASTERN), D("219.0300"), D("219.0300"), D("219.0000"),
        D("219.0000"), 158),
    "TIME_SERIES_INTRADAY__IBM__cg1.json": (
        datetime(2020, 5, 8, 14, 5, tzinfo=EASTERN), D("121.7900"), D("121.8600"), D("121.7225"),
        D("121.7400"), 31454),
    "TIME_SERIES_INTRADAY_EXTENDED__x__rt1.csv": (
        datetime(2020, 12, 18, 20, tzinfo=EASTERN), D("218.79"), D("218.79"), D("218.75"), D("218.75"), 1102),
    "FX_DAILY__EURUSD__pt1.csv": (
        date(2026, 5, 15), D("1.16700"), D("1.16730"), D("1.16160"), D("1.16250")),
    "FX_INTRADAY__EURUSD__cg1.json": (
        datetime(2020, 5, 6, 21, 55, tzinfo=UTC), D("1.0795"), D("1.0795"), D("1.0792"), D("1.0794")),
    "CRYPTO_INTRADAY__ETHUSD__cg1.json": (
        datetime(2025, 8, 24, 15, 40, tzinfo=UTC), D("4812.58000"), D("4814.35000"), D("4803.41000"),
        D("4812.08000"), 636),
    "DIGITAL_CURRENCY_DAILY__BTCEUR__pt1.csv": (
        date(2026, 5, 17), D("67260.37000000"), D("67339.19000000"), D("67250.26000000"), D("67310.48000000"),
        D("0.49400276")),
    "DIGITAL_CURRENCY_INTRADAY__BTCCNY__rt1.json": (
        datetime(2017, 12, 20, 19, 30, tzinfo=UTC), D("123574.46322682"), D("18780.02814954"),
        D("1.19411989"), D("22425.60514813")),
    "SMA__MSFT_15min__rt1.json": (datetime(2017, 12, 20, 14, tzinfo=EASTERN), D("85.2440")),
    "MACDEXT__IBM_daily__pt1.csv": (date(2026, 5, 15), D("-7.5435"), D("-0.6314"), D("-6.9121")),
    "HTTRENDLINE__IBM__cg1.json": (date(2020, 5, 1), D("118.8034")),
    "CPI__none_monthly__pt1.csv": (date(2026, 4, 1), D("333.020")),
    "CPI__none__cg1.json": (date(2022, 3, 1), D("287.504")),
    "DIVIDENDS__IBM__pt1.csv": (
        date(2026, 5, 8), date(2026, 4, 22), date(2026, 5, 8), date(2026, 6, 10), D("1.69")),
    "SPLITS__IBM__pt1.csv": (date(2021, 11, 4), D("1.0460")),
    "SHARES_OUTSTANDING__MSFT__pt1.csv": (date(2026, 3, 31), 7445000000, 7445000000),
    "GLOBAL_QUOTE__IBM__pt1.csv": (
        "IBM", D("218.2000"), D("220.9100"), D("217.6150"), D("219.3000"), 6154450, date(2026, 5, 15),
        D("218.3700"), D("0.9300"), D("0.4259")),
    "GLOBAL_QUOTE__MSFT__rt1.json": (
        "MSFT", D("112.6300"), D("113.1700"), D("110.6400"), D("112.1300"), 29062853, date(2018, 10, 5),
        D("112.7900"), D("-0.6600"), D("-0.5852")),
    "CURRENCY_EXCHANGE_RATE__none__cg1.json": (
        "USD", "United States Dollar", "JPY", "Japanese Yen", D("106.89000000"),
        datetime(2020, 5, 3, 20, 50, 48, tzinfo=UTC), "UTC", None, None),
    "SYMBOL_SEARCH__GDX_cr__ptc2.csv": (
        "GDX", "VanEck Vectors Gold Miners ETF", "ETF", "United States", "09:30", "16:00", "UTC-04", "USD",
        D("1.0000")),
    "MARKET_STATUS__none__pt1.json": (
        "Equity", "United States", "NASDAQ, NYSE, AMEX, BATS", "09:30", "16:15", "closed", None),
    "LISTING_STATUS__none__pt1.csv": (
        "-P-HIZ", "Presurance Holdings Inc", "NASDAQ", "Stock", date(2023, 8, 30), None, "Active"),
    "EARNINGS_CALENDAR__none__pt1.csv": (
        "ONFO", "ONFOLIO HOLDINGS INCORPORATED", date(2026, 5, 17), date(2026, 3, 31), None, "USD",
        "post-market"),
    "IPO_CALENDAR__none__pt2.csv": (
        "WSHP", "Wasatch Pharmaceutical Inc", date(2025, 11, 10), D("0"), D("0"), "USD", "NASDAQ"),
    "HISTORICAL_OPTIONS__IBM__pt1.csv": (
        "IBM260515C00115000", "IBM", date(2026, 5, 15), D("115.00"), "call", D("98.62"), D("104.82"),
        D("103.10"), 10, D("106.55"), 10, 0, 1, date(2026, 5, 15), D("6.33667"), D("0.98267"), D("0.00059"),
        D("-1.56959"), D("0.00492"), D("0.00303")),
    "EARNINGS__IBM__pt1.json": (
        "annual", date(2026, 3, 31), D("1.91"), None, None, None, None, None),
    "INSIDER_TRANSACTIONS__IBM__pt1.json": (
        date(2026, 3, 31), "IBM", "MCNABB, FREDERICK WILLIAM III", "Director", "Promised Fee Share", "A",
        D("377.0"), D("242.39")),
    "TOP_GAINERS_LOSERS__none__pt1.json": (
        "top_gainers", "DUKRW", D("1.8"), D("1.79"), D("17900.0"), 166004),
    "ETF_PROFILE__QQQ__pt1.json": (
        "profile", D("440300000000"), D("0.0018"), None, D("0.0044"), date(1999, 3, 10), "NO", None, None,
        None, None),
    "ANALYTICS_FIXED_WINDOW__AAPL-MSFT-IBM__pt1.json": (
        "MEAN", None, "MSFT", None, None, None, D("-0.0005772663739571029")),
    "ANALYTICS_SLIDING_WINDOW__AAPL-IBM__pt1.json": (
        "MEAN", "RUNNING_MEAN", "IBM", None, date(2026, 4, 14), date(2026, 3, 16),
        D("-0.0016380390274682022")),
    "CRYPTO_RATING__none__cg1.json": (
        "BTC", "Bitcoin", "Attractive", D("887"), D("844"), D("838"), D("951"),
        datetime(2020, 5, 3, tzinfo=UTC), "UTC"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "row"), FIRST_ROWS.items())
def test_the_first_row_has_the_vendors_figures(recordings, name, row):
    first = records(recordings / name).rows[0]
    assert list(map(repr, first)) == list(map(repr, row))  # 218.2000 is not 218.2: no digit is lost


def test_json_and_csv_of_one_function_have_the_same_columns(recordings):
    pairs = {
        "GLOBAL_QUOTE__IBM__pt1.csv": "GLOBAL_QUOTE__IBM__cg1.json",
        "TIME_SERIES_DAILY__IBM__pt1.csv": "TIME_SERIES_DAILY__IBM__cg1.json",
        "TIME_SERIES_DAILY_ADJUSTED__IBM__pt1.csv": "TIME_SERIES_DAILY_ADJUSTED__IBM__cg1.json",
        "TIME_SERIES_WEEKLY_ADJUSTED__IBM__pt1.csv": "TIME_SERIES_WEEKLY_ADJUSTED__IBM__cg1.json",
        "CPI__none_monthly__pt1.csv": "CPI__none__cg1.json",
        "SYMBOL_SEARCH__tesco__pt1.csv": "SYMBOL_SEARCH__none__cg1.json",
        "SMA__IBM_weekly__pt1.csv": "SMA__USDEUR__cg1.json",
        "AD__IBM_daily__pt1.csv": "AD__IBM__cg1.json",
        "CRYPTO_INTRADAY__ETHUSD_5min__pt1.csv": "CRYPTO_INTRADAY__ETHUSD__cg1.json",
    }
    for csv, json in pairs.items():
        first, second = records(recordings / csv), records(recordings / json)
        assert (first.columns, first.kinds) == (second.columns, second.kinds), csv


def test_tickers_that_look_like_nothing_stay(recordings):
    listed = {row["symbol"]: row for row in records(recordings / "LISTING_STATUS__none__pt1.csv").dicts()}
    assert len(listed) == 13411
    assert listed["NA"]["name"] == "Nano Labs Ltd"
    assert listed["NAN"]["exchange"] == "NYSE"
    assert listed["BRKD"]["name"] == "DIREXION DAILY BRKB BEAR 1X SHARES"
    assert sum(row["name"] is None for row in listed.values()) == 63


def test_nulls_of_every_spelling(recordings):
    old = records(recordings / "DIVIDENDS__IBM__pt1.csv").rows[-1]
    assert old[1:4] == (None, None, None)
    indexed = dict(records(recordings / "ALL_COMMODITIES__none_monthly__pt2.csv").rows)
    assert indexed[date(2002, 12, 1)] is None
    estimates = next(records(recordings / "EARNINGS_ESTIMATES__IBM__pt1.json").dicts())
    assert estimates["eps_estimate_revision_down_trailing_7_days"] is None
    assert estimates["eps_estimate_analyst_count"] == 21


def test_news_have_a_row_for_each_ticker_and_keep_authors_as_json(recordings):
    news = records(recordings / "NEWS_SENTIMENT__AAPL__pt1.json")
    first = next(news.dicts())
    assert first["time_published"] == datetime(2026, 5, 17, 11, 1, tzinfo=UTC)
    assert (first["authors"], first["ticker"]) == ('["Mohd Haider"]', "AAPL")
    assert first["overall_sentiment_score"] == D("0.22902")
    assert len({row["url"] for row in news.dicts()}) == 50
    assert news.meta["items"] == "50"


def test_reports_are_told_apart_and_numbers_are_exact(recordings):
    sheet = list(records(recordings / "BALANCE_SHEET__IBM__pt1.json").dicts())
    assert [row["period"] for row in sheet].count("annual") == 20
    assert [row["period"] for row in sheet].count("quarterly") == 81
    assert {type(row["total_assets"]) for row in sheet} <= {D, type(None)}
    assert sheet[0]["fiscal_date_ending"] == date(2025, 12, 31)
    assert sheet[0]["reported_currency"] == "USD"


def test_an_overview_is_one_row_of_text_dates_and_numbers(recordings):
    (ibm,) = records(recordings / "OVERVIEW__IBM__pt1.json").dicts()
    assert (ibm["cik"], ibm["fiscal_year_end"]) == ("51143", "December")
    assert (ibm["52_week_high"], ibm["pe_ratio"], ibm["ev_to_ebitda"]) == (D("320.7"), D("19.42"), D("15.54"))
    assert (ibm["latest_quarter"], ibm["diluted_eps_ttm"]) == (date(2026, 3, 31), D("11.29"))


def test_a_correlation_is_a_row_for_each_pair(recordings):
    rows = records(recordings / "ANALYTICS_FIXED_WINDOW__AAPL-MSFT-IBM__pt1.json").rows
    assert ("CORRELATION", "correlation", "AAPL", "MSFT", None, None, D("0.3810754257")) in rows


def test_sector_ranks_are_a_row_each(recordings):
    ranks = list(records(recordings / "SECTOR__none__rt1.json").dicts())
    assert ranks[0]["block"] == "Rank A: Real-Time Performance"
    assert (ranks[0]["energy"], ranks[-1]["real_estate"]) == (D("1.38"), None)


def test_meta_says_what_the_body_says_of_all_rows(recordings):
    meta = records(recordings / "MAMA__GOOGL__cg1.json").meta
    assert meta == {
        "symbol": "GOOGL",
        "indicator": "MESA Adaptive Moving Average (MAMA)",
        "last_refreshed": "2020-04-29",
        "interval": "daily",
        "fast_limit": "0.1",
        "slow_limit": "0.1",
        "series_type": "close",
        "time_zone": "US/Eastern Time",
    }
