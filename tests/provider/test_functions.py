"""The catalogue agrees with the notes on the API, and a call that cannot work is refused unsent."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from airflow_provider_alphavantage import functions
from airflow_provider_alphavantage.functions import CATALOGUE, InvalidParameter, check, find, tier

REMOVED = {
    "SECTOR",
    "CRYPTO_RATING",
    "TIME_SERIES_INTRADAY_EXTENDED",
    "CONSUMER_SENTIMENT",
    "INFLATION_EXPECTATION",
    "DIGITAL_CURRENCY_INTRADAY",
}

SECTIONS = {
    "STOCKS": 12,
    "OPTIONS": 9,
    "INTELLIGENCE": 9,
    "FUNDAMENTALS": 14,
    "CURRENCIES": 9,
    "ECONOMY": 23,
    "INDICATORS": 53,
}


def test_every_section_is_there_in_full():
    assert {name: len(getattr(functions, name)) for name in SECTIONS} == SECTIONS
    assert len(CATALOGUE) == sum(SECTIONS.values()) == 129  # none is named twice


def test_every_recorded_function_is_known_or_removed(recordings):
    files = [path.name for path in recordings.iterdir() if path.suffix in {".json", ".csv"}]
    recorded = {name.split("__")[0] for name in files if not name.startswith(("ERROR_", "EMPTY_"))}
    joined = {name.replace("_", ""): name for name in CATALOGUE}  # some files are called HTSINE
    assert len(recorded) > 100
    assert {name for name in recorded if name not in CATALOGUE and name not in joined} == REMOVED


def test_removed_functions_are_not_in_the_catalogue():
    assert not REMOVED & set(CATALOGUE)


FAMILIES = {
    "series": ("TIME_SERIES_DAILY", "TIME_SERIES_WEEKLY_ADJUSTED", "FX_DAILY", "DIGITAL_CURRENCY_WEEKLY"),
    "indicator": ("SMA", "MACD", "HT_PHASOR"),
    "list": ("INDEX_DATA", "WTI", "CPI", "DIVIDENDS", "HISTORICAL_OPTIONS", "SYMBOL_SEARCH"),
    "record": ("GLOBAL_QUOTE", "OVERVIEW", "CURRENCY_EXCHANGE_RATE", "GOLD_SILVER_SPOT"),
    "profile": ("ETF_PROFILE",),
    "reports": ("INCOME_STATEMENT", "EARNINGS"),
    "feed": ("NEWS_SENTIMENT",),
    "transcript": ("EARNINGS_CALL_TRANSCRIPT",),
    "movers": ("TOP_GAINERS_LOSERS",),
    "analytics": ("ANALYTICS_FIXED_WINDOW", "ANALYTICS_SLIDING_WINDOW"),
    "table": ("LISTING_STATUS", "EARNINGS_CALENDAR", "IPO_CALENDAR"),
    "unknown": ("CONGRESS_TRADES", "COMPANY_LOGO", "REALTIME_PUT_CALL_RATIO"),
}


def test_families_are_those_the_parsers_know():
    assert {name: CATALOGUE[name].family for names in FAMILIES.values() for name in names} == {
        name: family for family, names in FAMILIES.items() for name in names
    }
    assert {function.family for function in CATALOGUE.values()} == set(FAMILIES)


def test_only_tables_come_as_csv_alone():
    assert {name for name, known in CATALOGUE.items() if known.formats == ("csv",)} == set(FAMILIES["table"])
    assert CATALOGUE["OVERVIEW"].formats == ("json",)
    assert CATALOGUE["WTI"].formats == ("json", "csv")


FREE = (
    "TIME_SERIES_DAILY TIME_SERIES_WEEKLY TIME_SERIES_MONTHLY_ADJUSTED GLOBAL_QUOTE "
    "SYMBOL_SEARCH INDEX_CATALOG NEWS_SENTIMENT TOP_GAINERS_LOSERS OVERVIEW SPLITS LISTING_STATUS "
    "COMPANY_LOGO FX_DAILY "
    "DIGITAL_CURRENCY_DAILY CURRENCY_EXCHANGE_RATE WTI TREASURY_YIELD GOLD_SILVER_SPOT SMA MACDEXT HT_SINE"
).split()
PREMIUM = (
    "TIME_SERIES_INTRADAY TIME_SERIES_DAILY_ADJUSTED REALTIME_BULK_QUOTES REALTIME_BULK_BID_ASK_PRICES "
    "INDEX_DATA REALTIME_OPTIONS REALTIME_OPTIONS_FMV HISTORICAL_OPTIONS HISTORICAL_PUT_CALL_RATIO "
    "FX_INTRADAY CRYPTO_INTRADAY VWAP MACD"
).split()
UNSETTLED = "INSTITUTIONAL_HOLDINGS CONGRESS_TRADES POLITICIAN_METADATA".split()


def test_tiers():
    assert {name: CATALOGUE[name].tier for name in FREE} == dict.fromkeys(FREE, "free")
    assert {name for name, known in CATALOGUE.items() if known.tier == "unsettled"} == set(UNSETTLED)
    premium = {name for name, known in CATALOGUE.items() if known.tier == "premium"}
    ratios = {name for name in CATALOGUE if name.endswith("_RATIO")}
    assert premium == set(PREMIUM) | ratios


@pytest.mark.parametrize(
    ("function", "parameters", "needed"),
    [
        ("TIME_SERIES_DAILY", {"outputsize": "compact"}, "free"),
        ("TIME_SERIES_DAILY", {"outputsize": "full"}, "premium"),
        ("GLOBAL_QUOTE", {"entitlement": "delayed"}, "premium"),
        ("FX_DAILY", {"outputsize": "full"}, "unsettled"),
        ("RSI", {"interval": "daily"}, "free"),
        ("RSI", {"interval": "5min"}, "unsettled"),
        ("VWAP", {"interval": "5min"}, "premium"),
        ("ANALYTICS_FIXED_WINDOW", {"SYMBOLS": ["A", "B", "C", "D", "E"]}, "free"),
        ("ANALYTICS_FIXED_WINDOW", {"SYMBOLS": "A,B,C,D,E,F"}, "premium"),
        ("ANALYTICS_SLIDING_WINDOW", {"CALCULATIONS": "MEAN,STDDEV"}, "premium"),
        ("ANALYTICS_FIXED_WINDOW", {"CALCULATIONS": "MEAN,STDDEV"}, "free"),
        ("BRAND_NEW", {}, "unsettled"),
    ],
)
def test_a_value_may_need_more_than_its_function(function, parameters, needed):
    assert tier(function, parameters) == needed


SMA = {"symbol": "IBM", "interval": "daily", "time_period": 10, "series_type": "close"}
SMA_SENT = SMA | {"time_period": "10"}
INTRADAY = {"symbol": "IBM", "interval": "5min"}
WINDOW = {"SYMBOLS": "AAPL,IBM", "RANGE": "2month", "INTERVAL": "DAILY", "CALCULATIONS": "MEAN"}

ACCEPTED = [
    ("MARKET_STATUS", {}, {}),
    ("TIME_SERIES_DAILY", {"symbol": "IBM"}, {"symbol": "IBM"}),
    ("TIME_SERIES_DAILY", {"symbol": " BRK-B\n"}, {"symbol": "BRK-B"}),
    ("TIME_SERIES_DAILY", {"symbol": "IBM", "outputsize": None}, {"symbol": "IBM"}),
    ("TIME_SERIES_DAILY", {"symbol": "IBM", "datatype": "csv"}, {"symbol": "IBM", "datatype": "csv"}),
    (
        "GLOBAL_QUOTE",
        {"symbol": "IBM", "entitlement": "delayed"},
        {"symbol": "IBM", "entitlement": "delayed"},
    ),
    ("TIME_SERIES_INTRADAY", INTRADAY | {"adjusted": False}, INTRADAY | {"adjusted": "false"}),
    ("TIME_SERIES_INTRADAY", INTRADAY | {"extended_hours": "True"}, INTRADAY | {"extended_hours": "true"}),
    ("TIME_SERIES_INTRADAY", INTRADAY | {"month": "2009-01"}, INTRADAY | {"month": "2009-01"}),
    ("TIME_SERIES_INTRADAY", INTRADAY | {"month": date(2009, 1, 5)}, INTRADAY | {"month": "2009-01"}),
    ("REALTIME_BULK_QUOTES", {"symbol": ["MSFT", "IBM"]}, {"symbol": "MSFT,IBM"}),
    ("REALTIME_BULK_QUOTES", {"symbol": "MSFT, IBM"}, {"symbol": "MSFT,IBM"}),
    (
        "REALTIME_OPTIONS",
        {"symbol": "IBM", "require_greeks": True},
        {"symbol": "IBM", "require_greeks": "true"},
    ),
    (
        "HISTORICAL_OPTIONS",
        {"symbol": "IBM", "date": date(2017, 11, 15)},
        {"symbol": "IBM", "date": "2017-11-15"},
    ),
    (
        "HISTORICAL_OPTIONS",
        {"symbol": "IBM", "date": datetime(2017, 11, 15, 9, tzinfo=UTC)},
        {"symbol": "IBM", "date": "2017-11-15"},
    ),
    ("NEWS_SENTIMENT", {"tickers": ("COIN", "CRYPTO:BTC")}, {"tickers": "COIN,CRYPTO:BTC"}),
    (
        "NEWS_SENTIMENT",
        {"time_from": datetime(2022, 4, 10, 1, 30, tzinfo=UTC)},
        {"time_from": "20220410T0130"},
    ),
    (
        "NEWS_SENTIMENT",
        {"time_from": datetime(2022, 4, 10, 1, 30, tzinfo=timezone(timedelta(hours=-4)))},
        {"time_from": "20220410T0530"},
    ),
    ("NEWS_SENTIMENT", {"time_from": date(2022, 4, 10)}, {"time_from": "20220410T0000"}),
    (
        "NEWS_SENTIMENT",
        {"time_to": "20220410T0130", "limit": 1000},
        {"time_to": "20220410T0130", "limit": "1000"},
    ),
    (
        "EARNINGS_CALL_TRANSCRIPT",
        {"symbol": "IBM", "quarter": "2024Q1"},
        {"symbol": "IBM", "quarter": "2024Q1"},
    ),
    ("ANALYTICS_FIXED_WINDOW", WINDOW, WINDOW),
    (
        "ANALYTICS_FIXED_WINDOW",
        WINDOW | {"RANGE": [date(2023, 7, 1), "2023-08-31"]},
        WINDOW | {"RANGE": ["2023-07-01", "2023-08-31"]},
    ),
    ("ANALYTICS_SLIDING_WINDOW", WINDOW | {"WINDOW_SIZE": 10}, WINDOW | {"WINDOW_SIZE": "10"}),
    ("CONGRESS_TRADES", {"bioguide_id": "S000510"}, {"bioguide_id": "S000510"}),
    ("LISTING_STATUS", {"date": "2013-08-03"}, {"date": "2013-08-03"}),
    ("EARNINGS_CALENDAR", {"horizon": "12month"}, {"horizon": "12month"}),
    (
        "CURRENCY_EXCHANGE_RATE",
        {"from_currency": "BTC", "to_currency": "USD"},
        {"from_currency": "BTC", "to_currency": "USD"},
    ),
    (
        "GOLD_SILVER_HISTORY",
        {"symbol": "XAU", "interval": "daily"},
        {"symbol": "XAU", "interval": "daily"},
    ),
    ("CPI", {"interval": "semiannual"}, {"interval": "semiannual"}),
    ("SMA", SMA, SMA_SENT),
    ("SMA", SMA | {"time_period": "10"}, SMA_SENT),
    (
        "SMA",
        SMA | {"interval": "60min", "month": "2009-01"},
        SMA_SENT | {"interval": "60min", "month": "2009-01"},
    ),
    ("BBANDS", SMA | {"matype": 8, "nbdevup": "3"}, SMA_SENT | {"matype": "8", "nbdevup": "3"}),
    (
        "SAR",
        {"symbol": "IBM", "interval": "weekly", "acceleration": 0.00001},
        {"symbol": "IBM", "interval": "weekly", "acceleration": "0.00001"},
    ),
    (
        "SAR",
        {"symbol": "IBM", "interval": "weekly", "maximum": Decimal("0.25")},
        {"symbol": "IBM", "interval": "weekly", "maximum": "0.25"},
    ),
]


@pytest.mark.parametrize(("function", "parameters", "sent"), ACCEPTED)
def test_a_call_is_written_as_the_api_wants_it(function, parameters, sent):
    assert check(function, parameters) == sent


REFUSED = [
    ("TIME_SERIES_DAILY", {}, "Not given: 'symbol'."),
    ("TIME_SERIES_DAILY", {"symbol": None}, "Not given: 'symbol'."),
    ("FX_DAILY", {}, "Not given: 'from_symbol', 'to_symbol'."),
    (
        "TIME_SERIES_INTRADAY",
        {},
        "Not given: 'symbol', 'interval' (one of 1min, 5min, 15min, 30min, 60min).",
    ),
    ("CONGRESS_TRADES", {}, "Not given: at least one of 'symbol' and 'bioguide_id'."),
    (
        "TIME_SERIES_DAILY",
        {"simbol": "IBM"},
        "There is no parameter 'simbol'; did you mean 'symbol'? "
        "It takes symbol, outputsize, entitlement, datatype.",
    ),
    (
        "TIME_SERIES_DAILY",
        {"Symbol": "IBM"},
        "There is no parameter 'Symbol'; did you mean 'symbol'? "
        "It takes symbol, outputsize, entitlement, datatype.",
    ),
    (
        "ANALYTICS_FIXED_WINDOW",
        WINDOW | {"range": "full"},
        "There is no parameter 'range'; did you mean 'RANGE'? "
        "It takes SYMBOLS, RANGE, INTERVAL, OHLC, CALCULATIONS.",
    ),
    (
        "TIME_SERIES_WEEKLY",
        {"symbol": "IBM", "outputsize": "full"},
        "There is no parameter 'outputsize'. It takes symbol, entitlement, datatype.",
    ),
    ("MARKET_STATUS", {"region": "US"}, "There is no parameter 'region'. It takes none."),
    ("LISTING_STATUS", {"datatype": "csv"}, "It answers in CSV only: leave 'datatype' out."),
    ("OVERVIEW", {"symbol": "IBM", "datatype": "csv"}, "It answers in JSON only: leave 'datatype' out."),
    ("WTI", {"datatype": "xml"}, "datatype='xml' is not one of json, csv."),
    (
        "TIME_SERIES_INTRADAY",
        {"symbol": "IBM", "interval": "5 MIN"},
        "interval='5 MIN' is not one of 1min, 5min, 15min, 30min, 60min; did you mean '5min'?",
    ),
    ("WTI", {"interval": "annual"}, "interval='annual' is not one of daily, weekly, monthly."),
    ("GOLD_SILVER_HISTORY", {"symbol": "XAU"}, "Not given: 'interval' (one of daily, weekly, monthly)."),
    (
        "VWAP",
        {"symbol": "IBM", "interval": "daily"},
        "interval='daily' is not one of 1min, 5min, 15min, 30min, 60min.",
    ),
    (
        "WTI",
        {"interval": "Daily"},
        "interval='Daily' is not one of daily, weekly, monthly; did you mean 'daily'?",
    ),
    ("NEWS_SENTIMENT", {"limit": 1001}, "limit=1001 is not an integer from 1 to 1000."),
    ("NEWS_SENTIMENT", {"limit": True}, "limit=True is not an integer from 1 to 1000."),
    ("NEWS_SENTIMENT", {"limit": 10.5}, "limit=10.5 is not an integer from 1 to 1000."),
    (
        "NEWS_SENTIMENT",
        {"time_from": "2022-04-10"},
        "time_from='2022-04-10' is not a time such as 20240517T0930.",
    ),
    (
        "NEWS_SENTIMENT",
        {"time_from": "20220431T0000"},
        "time_from='20220431T0000' is not a time such as 20240517T0930.",
    ),
    ("NEWS_SENTIMENT", {"tickers": []}, "tickers=(list) is not a list of texts, or one text with commas."),
    (
        "NEWS_SENTIMENT",
        {"tickers": "IBM,,A"},
        "tickers='IBM,,A' is not a list of texts, or one text with commas.",
    ),
    ("SMA", SMA | {"time_period": 0}, "time_period=0 is not an integer from 1 up."),
    ("BBANDS", SMA | {"matype": 9}, "matype=9 is not an integer from 0 to 8."),
    (
        "SMA",
        SMA | {"month": "2009-01"},
        "'month' has a meaning only where interval is one of 1min, 5min, 15min, 30min, 60min.",
    ),
    (
        "TIME_SERIES_INTRADAY",
        INTRADAY | {"month": "1999-12"},
        "month='1999-12' is not a month such as 2024-05, 2000-01 or later.",
    ),
    (
        "TIME_SERIES_INTRADAY",
        INTRADAY | {"month": "2009-13"},
        "month='2009-13' is not a month such as 2024-05, 2000-01 or later.",
    ),
    ("TIME_SERIES_INTRADAY", INTRADAY | {"adjusted": 1}, "adjusted=1 is not true or false."),
    (
        "LISTING_STATUS",
        {"date": "2010-01-01"},
        "date='2010-01-01' is not a date such as 2024-05-17, 2010-01-02 or later.",
    ),
    ("REALTIME_OPTIONS", {"symbol": "A", "expiration": "2026-02-30"}, "is not a date such as 2024-05-17."),
    ("REALTIME_OPTIONS", {"symbol": "A", "expiration": "20260220"}, "is not a date such as 2024-05-17."),
    (
        "TIME_SERIES_DAILY",
        {"symbol": True},
        "symbol=True is not a text (in YAML, quote what looks like a number or a boolean).",
    ),
    ("TIME_SERIES_DAILY", {"symbol": " "}, "symbol=' ' is not a text"),
    ("TIME_SERIES_DAILY", {"symbol": ["IBM", "A"]}, "symbol=(list) is not a text"),
    (
        "REALTIME_BULK_QUOTES",
        {"symbol": ["A"] * 101},
        "is not a list of texts, or one text with commas, at most 100.",
    ),
    (
        "EARNINGS_CALL_TRANSCRIPT",
        {"symbol": "IBM", "quarter": "2024Q5"},
        "quarter='2024Q5' is not a text such as 2024Q1.",
    ),
    ("ANALYTICS_SLIDING_WINDOW", WINDOW | {"WINDOW_SIZE": 9}, "WINDOW_SIZE=9 is not an integer from 10 up."),
    ("ANALYTICS_FIXED_WINDOW", WINDOW | {"RANGE": []}, "RANGE=(list) is not"),
    ("ANALYTICS_FIXED_WINDOW", WINDOW | {"RANGE": ["a", "b", "c"]}, "RANGE=(list) is not"),
    ("SAR", {"symbol": "A", "interval": "daily", "maximum": 0}, "maximum=0 is not a number above 0."),
    ("SAR", {"symbol": "A", "interval": "daily", "maximum": "nan"}, "maximum='nan' is not a number above 0."),
    ("SAR", {"symbol": "A", "interval": "daily", "maximum": "1/5"}, "maximum='1/5' is not a number above 0."),
    ("SAR", {"symbol": "A", "interval": "daily", "maximum": True}, "maximum=True is not a number above 0."),
    ("GOLD_SILVER_SPOT", {"symbol": "gold"}, "symbol='gold' is not one of GOLD, XAU, SILVER, XAG"),
    ("SPLITS", {"function": "SPLITS", "symbol": "IBM"}, "The name of the function is given by itself."),
]


@pytest.mark.parametrize(("function", "parameters", "what"), REFUSED)
def test_a_call_that_cannot_work_is_refused(function, parameters, what):
    with pytest.raises(InvalidParameter, match=re.escape(what)) as refused:
        check(function, parameters)
    assert refused.value.function == function


def test_a_refusal_says_that_nothing_was_spent_and_can_be_pickled():
    with pytest.raises(ValueError, match="Not given") as refused:
        check("SPLITS", {})
    error = refused.value
    assert str(error) == (
        "SPLITS: Not given: 'symbol'. Nothing was sent and no call was spent: correct the parameters."
    )
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (InvalidParameter, str(error))


KEY = "SECRET9KEY"


@pytest.mark.parametrize("function", ["SPLITS", "BRAND_NEW"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"apikey": KEY},
        {"ApiKey": KEY, "simbol": 1},
        {"api_key": KEY},
        {f"apikey={KEY}": ""},
        {"symbol": f"IBM&apikey={KEY}"},
        {"datatype": f"csv&ApiKey={KEY}"},
        {"symbol": {"apikey": KEY}},
    ],
)
def test_the_key_is_no_parameter_and_in_no_error(function, wrong):
    with pytest.raises(InvalidParameter, match="the key comes from the connection") as refused:
        check(function, wrong)
    assert KEY not in repr(refused.value) + str(refused.value.__dict__)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_a_misspelt_name_is_told_without_its_value():
    with pytest.raises(InvalidParameter) as refused:
        check("SPLITS", {"apkey": KEY})
    assert "'apkey'" in str(refused.value)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("TIME_SERIES_DALY", "TIME_SERIES_DAILY"),
        ("time_series_weekly", "TIME_SERIES_WEEKLY"),
        ("DIVIDEND", "DIVIDENDS"),
    ],
)
def test_a_function_not_known_is_asked_with_a_warning(name, nearest):
    with pytest.warns(
        functions.UnknownFunctionWarning, match=f"{name}.* is not in the catalogue.*{nearest}"
    ) as told:
        sent = check(name, {"symbol": "IBM", "new": True, "on": date(2026, 1, 2), "of": ["a", 1], "no": None})
    assert sent == {"symbol": "IBM", "new": "true", "on": "2026-01-02", "of": "a,1"}
    assert told[0].filename == __file__


def test_a_function_like_no_other_gets_no_suggestion():
    with pytest.warns(functions.UnknownFunctionWarning, match=r"as they are\.$"):
        assert check("XYZ", {"at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC)}) == {"at": "20260102T0304"}


def _defaults():
    return [
        pytest.param(known, own, id=f"{known.name}-{own.name}")
        for known in CATALOGUE.values()
        for own in known.takes.values()
        if own.default is not None
    ]


EXAMPLES = {
    "choice": lambda p: p.choices[0],
    "integer": lambda p: str(p.minimum),
    "list": lambda p: "A,B",
    "text": lambda p: p.example or "A",
}


@pytest.mark.parametrize(("known", "own"), _defaults())
def test_a_documented_default_is_accepted(known, own):
    required = {p.name: EXAMPLES[p.kind](p) for p in known.parameters if p.required or p.name in known.any_of}
    sent = required | {own.name: own.default}
    assert not own.required
    assert check(known.name, sent) == sent


def test_nothing_is_added():
    assert check("NEWS_SENTIMENT", {}) == {}


def test_names_are_spelt_as_the_api_spells_them():
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in CATALOGUE)
    for known in CATALOGUE.values():
        case = r"[A-Z_]+" if known.family == "analytics" else r"[a-z_]+[123]?"
        assert all(re.fullmatch(case, own.name) for own in known.parameters)


@pytest.mark.parametrize(
    ("name", "anchor"),
    [
        ("TIME_SERIES_DAILY", "#daily"),
        ("GLOBAL_QUOTE", "#latestprice"),
        ("OVERVIEW", "#company-overview"),
        ("FX_WEEKLY", "#fx-weekly"),
        ("DURABLES", "#durable-goods"),
        ("HT_SINE", "#htsine"),
        ("INDEX_CATALOG", ""),
        ("BRAND_NEW", ""),
        ("", ""),
    ],
)
def test_documentation_leads_to_the_vendors_page(name, anchor):
    assert functions.documentation(name) == f"https://www.alphavantage.co/documentation/{anchor}"


def test_the_catalogue_cannot_be_changed():
    with pytest.raises(TypeError):
        CATALOGUE["SPLITS"] = None
    assert find("SPLITS") is CATALOGUE["SPLITS"]
    assert find("splits") is None


def test_it_imports_neither_airflow_nor_pandas():
    code = "import sys, airflow_provider_alphavantage.functions; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"airflow", "pandas", "requests", "numpy"} & set(loaded)
