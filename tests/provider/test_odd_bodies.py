"""Bodies that come otherwise than the vendor documents them, each from a real server."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal as D

import pytest
from airflow.sdk.definitions.retry_policy import RetryAction

from airflow_provider_alphavantage import exceptions as e
from airflow_provider_alphavantage.retry import AlphaVantageRetryPolicy

MARK = b"\xef\xbb\xbf"
QUOTA = b'{"Information": "Our standard API rate limit is 25 requests per day."}'
DAILY_CSV = (
    b"timestamp,open,high,low,close,volume\r\n2026-05-15,218.2000,220.9100,217.6150,219.3000,6154450\r\n"
)
DAILY_JSON = (
    b'{"Meta Data": {"2. Symbol": "IBM"}, "Time Series (Daily)": {"2026-05-15": {"1. open": "218.2000", '
    b'"2. high": "220.9100", "3. low": "217.6150", "4. close": "219.3000", "5. volume": "6154450"}}}'
)
ROW = (date(2026, 5, 15), D("218.2"), D("220.91"), D("217.615"), D("219.3"), 6154450)
LEADS = [MARK, MARK + MARK, b"\n\n", b" \t\r\n", MARK + b"\r\n", b"\n" + MARK]


@pytest.mark.parametrize("lead", LEADS)
class TestBeforeTheFirstCharacter:
    """A byte order mark, and blanks."""

    @pytest.mark.parametrize("body", [DAILY_JSON, DAILY_CSV])
    def test_data_is_read_as_if_nothing_stood_there(self, connect, serve, lead, body):
        hook = connect(host=serve(lead + body).url)
        answer = hook.query("TIME_SERIES_DAILY", symbol="IBM")
        assert answer.payload.content == lead + body
        assert answer.records().rows == [ROW]
        assert [tuple(row.values()) for row in answer.table().to_pylist()] == [ROW]
        assert answer.frame()["close"].tolist() == [D("219.3")]
        assert hook.get_bars("IBM").bars[0].close == D("219.3")

    def test_a_message_is_what_it_says(self, connect, serve, lead):
        server = serve(lead + QUOTA)
        with pytest.raises(e.DailyQuotaSpent) as caught:
            connect(host=server.url).query("TIME_SERIES_DAILY", symbol="IBM", datatype="csv")
        assert json.loads(caught.value.body) == json.loads(QUOTA)
        assert len(server.asked) == 1

    @pytest.mark.parametrize(("body", "says"), [(b"", "an empty body"), (b"<html></html>", "an HTML page")])
    def test_what_is_no_answer_is_a_failing_network(self, connect, serve, lead, body, says):
        with pytest.raises(e.TransportError, match=says):
            connect(host=serve(lead + body).url).query("SPLITS", symbol="IBM")


def test_a_list_of_companies_with_a_mark_has_its_first_column(connect, serve):
    body = MARK + b"symbol,name,ipoDate\r\nIBM,International Business Machines,1962-01-02\r\n"
    records = connect(host=serve(body).url).get_records("LISTING_STATUS")
    assert records.columns == ("symbol", "name", "ipo_date")
    assert records.rows == [("IBM", "International Business Machines", date(1962, 1, 2))]


def coins(*rows: dict[str, str], separator: str = "json") -> bytes:
    """An old series of ether in dollars, newest first; the names of its columns have a number in JSON."""
    days = [f"2021-05-{30 - back}" for back in range(len(rows))]
    if separator == "json":
        meta = {"2. Digital Currency Code": "ETH", "4. Market Code": "USD", "7. Time Zone": "UTC"}
        series = dict(zip(days, rows, strict=True))
        return json.dumps({"Meta Data": meta, "Time Series (Digital Currency Daily)": series}).encode()
    lines = [[label.partition(" ")[2] for label in rows[0]], *(row.values() for row in rows)]
    return "".join(
        f"{day},{','.join(line)}\r\n" for day, line in zip(["timestamp", *days], lines, strict=True)
    ).encode()


def coin(open_: str, same_open: str, close: str = "2385.59", same_close: str = "2385.59") -> dict[str, str]:
    prices = {"1a. open (USD)": open_, "1b. open (USD)": same_open}
    return prices | {"4a. close (USD)": close, "4b. close (USD)": same_close, "5. volume": "48550.8"}


@pytest.fixture
def ask_for_coins(connect, serve):
    def ask(body: bytes):
        return connect(host=serve(body).url).query("DIGITAL_CURRENCY_DAILY", symbol="ETH", market="USD")

    return ask


@pytest.mark.parametrize("separator", ["json", ","])
class TestTwoColumnsOfOneCurrency:
    def test_they_are_one_where_they_agree(self, ask_for_coins, separator):
        rows = [coin("2278.74", "2278.740"), coin("2412.00", "2412.00")]
        answer = ask_for_coins(coins(*rows, separator=separator))
        assert answer.records().columns == ("timestamp", "open_usd", "close_usd", "volume")
        expected = [
            (date(2021, 5, 30), D("2278.74"), D("2385.59"), D("48550.8")),
            (date(2021, 5, 29), D("2412"), D("2385.59"), D("48550.8")),
        ]
        assert answer.records().rows == expected
        assert [tuple(row.values()) for row in answer.table().to_pylist()] == expected

    def test_they_are_unreadable_where_a_row_differs(self, ask_for_coins, separator):
        body = coins(coin("2278.74", "2278.74"), coin("2412.00", "2412.01"), separator=separator)
        answer = ask_for_coins(body)
        says = (
            r"two columns are named 'open_usd' and differ: row 2 \(2021-05-29\) has 2412\.00 and 2412\.01\."
        )
        for read in (answer.records, answer.table, answer.frame):
            with pytest.raises(e.UnreadableBody, match=says):
                read()

    def test_a_price_that_one_of_them_lacks_differs(self, ask_for_coins, separator):
        with pytest.raises(e.UnreadableBody, match=r"named 'close_usd' and differ: row 1 .* 2385\.59 and \."):
            ask_for_coins(coins(coin("1", "1", same_close="."), separator=separator)).records()


def test_columns_of_two_currencies_stay_two(ask_for_coins):
    rows = {"1a. open (CNY)": "14512.5", "1b. open (USD)": "2278.74"}
    assert ask_for_coins(coins(rows)).records().columns == ("timestamp", "open_cny", "open_usd")


IBM = {"symbol": "IBM"}
PAIR = {"from_symbol": "EUR", "to_symbol": "USD"}
NEVER_EMPTY = {
    "TIME_SERIES_DAILY": IBM,
    "TIME_SERIES_WEEKLY": IBM | {"datatype": "csv"},
    "SPLITS": IBM,
    "DIVIDENDS": IBM,
    "GLOBAL_QUOTE": IBM,
    "SMA": IBM | {"interval": "daily", "time_period": "10", "series_type": "close"},
    "FX_DAILY": PAIR,
    "EARNINGS_CALL_TRANSCRIPT": IBM | {"quarter": "2024Q1"},
    "SYMBOL_SEARCH": {"keywords": "IBM"},
    "NEWS_SENTIMENT": {},
    "WTI": {},
    "LISTING_STATUS": {},
}
META = b'{"Meta Data": {"1. Information": "Daily Prices", "2. Symbol": "IBM"}}'
EMPTY = [b"{}", b"[]", b" { }\r\n", b"null", b"null\n", b'""', b" \n", b"", META, b'{"Meta Data": {}}']


class TestEmptyDocuments:
    @pytest.mark.parametrize("body", [*EMPTY, b'{"Time Series (Daily)": null}', b'{"data": null}'])
    @pytest.mark.parametrize(("function", "parameters"), NEVER_EMPTY.items())
    def test_what_always_has_data_is_asked_again_later(self, connect, serve, function, parameters, body):
        server = serve(body)
        with pytest.raises(e.TransportError, match=r"empty .*Ask again later") as caught:
            connect(host=server.url).query(function, **parameters)
        assert AlphaVantageRetryPolicy().evaluate(caught.value, 1, 3).action is RetryAction.RETRY
        assert len(server.asked) == 1

    def test_a_long_one_is_cut_and_tells_no_key(self, connect, serve, output):
        about = "Daily Prices (open, high, low, close) and Volumes of "
        server = serve(lambda query: (200, json.dumps({"Meta Data": {"1": about + query}}).encode()))
        with pytest.raises(
            e.TransportError, match=r'\{"Meta Data": \{"1": "Daily Prices .*\.\.\.\)\. If'
        ) as caught:
            connect(host=server.url, password="EMPTY9DOCUMENTS9").get_bars("IBM")
        assert "EMPTY9DOCUMENTS9" not in output() + repr(caught.value.__dict__)

    @pytest.mark.parametrize(
        ("function", "body"),
        [
            *((name, b"{}") for name in ("OVERVIEW", "INCOME_STATEMENT", "BALANCE_SHEET", "CASH_FLOW")),
            *((name, b"{}") for name in ("EARNINGS", "ETF_PROFILE", "COMPANY_LOGO")),
            ("INSTITUTIONAL_HOLDINGS", b"[]"),
            ("GLOBAL_QUOTE", b'{"Global Quote": {}}'),
            ("SPLITS", b'{"symbol": "IBM", "data": []}'),
            ("DIVIDENDS", b'{"symbol": "IBM", "data": []}'),
            ("TIME_SERIES_DAILY", b'{"Meta Data": {"2. Symbol": "IBM"}, "Time Series (Daily)": {}}'),
            ("TIME_SERIES_DAILY", b"timestamp,open,high,low,close,volume\r\n"),
        ],
    )
    def test_what_may_be_nothing_has_no_rows(self, connect, serve, function, body):
        assert connect(host=serve(body).url).get_records(function, symbol="IBM").rows == []

    def test_a_search_without_a_match_has_no_rows(self, connect, serve):
        hook = connect(host=serve(b'{"bestMatches": []}').url)
        assert hook.get_records("SYMBOL_SEARCH", keywords="xyzzy").rows == []

    @pytest.mark.parametrize("body", [b"[]", b"null", META])
    def test_a_company_is_not_unknown_by_another_empty_document(self, connect, serve, body):
        with pytest.raises(e.TransportError):
            connect(host=serve(body).url).get_records("OVERVIEW", symbol="IBM")
