"""Bodies that come otherwise than the vendor documents them, each from a real server."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal as D

import pytest

from airflow_provider_alphavantage import exceptions as e

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
