"""What programs get: exact values, in every format, a page at a time, and only what is new."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from urllib.parse import quote, urljoin

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from include.web import shapes

from .conftest import HOSTILE

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]


@pytest.fixture
def ask(client, filled):
    """Ask as a viewer."""
    viewer = client("viewer")
    return lambda path, **headers: viewer.get(f"/market/api/{path}", headers=headers)


def rows(answer) -> list[dict[str, object]]:
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def bar(session: str, *prices: str, volume: str = "6154450", is_final: bool = True) -> dict[str, object]:
    names = ("open", "high", "low", "close")
    told = {"symbol": "IBM", "data_date": session, **dict(zip(names, prices, strict=True))}
    return {**told, "volume": volume, "is_final": is_final}


def test_bars_as_traded_are_exact(ask):
    assert rows(ask("bars/IBM?from=2026-05-13&to=2026-05-14")) == [
        bar("2026-05-13", "218.200000", "220.910000", "217.615000", "219.400000"),
        bar("2026-05-14", "218.200000", "220.910000", "217.615000", "219.300000"),
    ]


def test_bars_in_todays_shares_and_with_dividends_taken_out(ask):
    zeros = "0" * 14
    (split,) = rows(ask("bars/IBM?adjusted=split&to=2026-05-08&from=2026-05-08"))
    halves = [f"{price}{zeros}" for price in ("109.100000", "110.455000", "108.807500", "109.650000")]
    assert split == bar("2026-05-08", *halves, volume="12308900")
    (full,) = rows(ask("bars/IBM?adjusted=full&to=2026-05-14&from=2026-05-14"))
    assert full["close"] == f"217.107000{zeros}"  # 219.3 * (1 - 2.193 / 219.3)


def test_bars_as_the_table_had_them(ask):
    (before,) = rows(ask("bars/IBM?from=2026-05-13&to=2026-05-13&as_of=2026-05-16T12:00:00Z"))
    assert before["close"] == "219.300000"


def test_every_row_has_the_fields_that_are_documented(ask):
    documented = {
        "symbols": shapes.Symbol,
        "bars/IBM": shapes.Bar,
        "actions/IBM": shapes.Action,
        "coverage": shapes.Coverage,
        "gaps": shapes.Gap,
        "quality": shapes.Verdict,
        "budget": shapes.Calls,
    }
    for path, shape in documented.items():
        answer = ask(path)
        assert rows(answer), path
        assert list(rows(answer)[0]) == list(shape.model_fields), path
        shapes.Page[shape].model_validate(answer.json())


def test_the_other_answers(ask, filled):
    first, second, third = rows(ask("symbols"))
    assert (first["symbol"], third["symbol"], third["bars"]) == (HOSTILE, "NONE", 0)
    assert (second["name"], second["close"]) == ("<b>International & Business</b>", "219.300000")
    assert [(row["kind"], row["value"]) for row in rows(ask("actions/IBM"))] == [
        ("split", "2"),
        ("dividend", "2.193"),
    ]
    coverage = rows(ask("coverage"))[1]
    counted = ("bars", "final_bars", "revised_bars", "open_gaps", "adjusted_from")
    assert [coverage[name] for name in counted] == [25, 24, 1, 1, "2026-04-13"]
    assert [(row["symbol"], row["cause"]) for row in rows(ask("gaps"))] == [
        ("IBM", "vendor hole"),
        ("NONE", "never fetched"),
    ]
    assert [row["symbol"] for row in rows(ask("gaps?symbol=NONE"))] == ["NONE"]
    assert {row["symbol"]: row["accepted"] for row in rows(ask("quality"))} == {HOSTILE: True, "IBM": True}
    assert [(row["hour"], row["function"], row["outcome"], row["calls"]) for row in rows(ask("budget"))] == [
        ("2026-05-16T05:00:00+00:00", "SPLITS", "InvalidSymbol", 1),
        ("2026-05-16T05:00:00+00:00", "TIME_SERIES_DAILY", "data", 2),
    ]


def test_coverage_tells_what_the_view_on_adjustment_tells(ask, filled):
    filled.execute(
        "insert into corporate_action values "
        "('IBM', 'dividend', '2026-05-04', 500, '2026-05-01', null, null, null, 'body', now(), now())"
    )
    filled.commit()
    names = ("symbol", "split_adjusted_from", "adjusted_from", "not_before_because")
    told = filled.execute(
        "select symbol, split_adjusted_from::text, adjusted_from::text, not_before_because "
        "from adjustment_coverage order by symbol"
    ).fetchall()
    found = [tuple(row[name] for name in names) for row in rows(ask("coverage")) if row["bars"]]
    assert found == told
    assert found[1][2:] == ("2026-05-04", "the dividend of 2026-05-04 is not less than the close before it")


def test_what_awaits_a_decision(ask, filled):
    filled.execute(
        "insert into quarantine (pipeline_run_id, symbol, data_date, bar, rules, path) "
        "select max(id), 'IBM', '2026-05-14', "
        """'{"open": "1", "high": "0.5", "low": "2.10", "close": "1", "volume": "7"}', """
        "'{high_below_low,open_outside}', 'body' from pipeline_run"
    )
    filled.commit()
    (row,) = rows(ask("quarantine"))
    shapes.Quarantined.model_validate(row)
    assert (row["symbol"], row["low"], row["volume"]) == ("IBM", "2.10", "7")
    assert row["rules"] == ["high_below_low", "open_outside"]
    assert "high_below_low; open_outside" in ask("quarantine?format=csv").text


def test_csv_is_what_pandas_reads(ask):
    answer = ask("bars/IBM?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.text.splitlines()
    assert lines[0] == "symbol,data_date,open,high,low,close,volume,is_final"
    assert lines[-1] == "IBM,2026-05-15,218.200000,220.910000,217.615000,219.300000,6154450,false"
    frame = pd.read_csv(io.StringIO(answer.text), parse_dates=["data_date"])
    assert (len(frame), frame.close.iloc[22], frame.is_final.sum()) == (25, 219.4, 24)


@pytest.mark.parametrize(
    ("adjusted", "type_"), [("none", pa.decimal128(18, 6)), ("split", pa.decimal128(38, 20))]
)
def test_parquet_and_arrow_hold_decimals(ask, adjusted, type_):
    path = f"bars/IBM?adjusted={adjusted}&from=2026-05-13&to=2026-05-13"
    parquet = pq.read_table(io.BytesIO(ask(path, Accept="application/vnd.apache.parquet").content))
    with pa.ipc.open_stream(ask(f"{path}&format=arrow").content) as stream:
        arrow = stream.read_all()
    for table in (parquet, arrow):
        assert table.schema.field("close").type == type_
        (row,) = table.to_pylist()
        assert (row["close"], row["data_date"]) == (Decimal("219.4"), date(2026, 5, 13))


def test_every_answer_can_be_had_in_every_format(ask):
    for path in ("symbols", "bars/IBM", "actions/IBM", "coverage", "gaps", "quality", "quarantine", "budget"):
        for format in ("json", "csv", "parquet", "arrow"):
            assert ask(f"{path}?format={format}").status_code == 200, (path, format)


def test_values_of_actions_are_exact_in_parquet(ask):
    table = pq.read_table(io.BytesIO(ask("actions/IBM?format=parquet").content))
    assert table["value"].to_pylist() == ["2", "2.193"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/json;q=0.5, text/*", "text/csv; charset=utf-8"),
        ("application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"),
    ],
)
def test_the_format_is_negotiated(ask, accept, content_type):
    answer = ask("symbols", Accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)


def test_pages_follow_each_other_by_key(ask):
    path, seen = "bars/IBM?limit=10", []
    for _ in range(3):
        answer = ask(path).json()
        seen += [row["data_date"] for row in answer["rows"]]
        path = answer["next"] and urljoin(path, answer["next"])
    assert path is None
    assert len(seen) == len(set(seen)) == 25
    assert ask("symbols?limit=1&after=IBM").json()["rows"][0]["symbol"] == "NONE"


def test_what_one_has_is_not_sent_again_until_it_changes(ask, filled):
    for format in ("json", "csv"):
        had = ask(f"bars/IBM?format={format}").headers["etag"]
        again = ask(f"bars/IBM?format={format}", **{"If-None-Match": f'"other", {had}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", had)
        filled.execute("update stock_data set volume = volume + 1 where symbol = 'IBM'")
        filled.commit()
        assert ask(f"bars/IBM?format={format}", **{"If-None-Match": had}).status_code == 200


def test_an_answer_of_many_batches_is_whole(ask, filled):
    filled.execute(
        "insert into stock_data "
        "(symbol, data_date, open, high, low, close, volume, is_final, fetched_at, valid_from, final_from) "
        "select 'LONG', date '1970-01-01' + n, n, n, n, n, n, true, now(), now(), now() "
        "from generate_series(1, 12000) as n"
    )
    filled.commit()
    assert [row["volume"] for row in rows(ask("bars/LONG?limit=100000"))] == [*map(str, range(1, 12001))]
    assert [row["volume"] for row in rows(ask("bars/LONG?limit=10000"))] == [*map(str, range(1, 10001))]
    assert len(ask("bars/LONG?format=csv").text.splitlines()) == 12001
    table = pq.read_table(io.BytesIO(ask("bars/LONG?format=parquet").content))
    assert table["volume"].to_pylist() == [*range(1, 12001)]


def test_a_volume_has_its_fraction_in_every_format(ask, filled):
    filled.execute(
        "update stock_data set volume = 6154450.25 where data_date = '2026-05-14' and symbol = 'IBM'"
    )
    filled.commit()
    asked = "bars/IBM?from=2026-05-14&to=2026-05-15"
    assert [row["volume"] for row in rows(ask(asked))] == ["6154450.25", "6154450"]
    lines = ask(f"{asked}&format=csv").text.splitlines()
    assert [line.split(",")[6] for line in lines[1:]] == ["6154450.25", "6154450"]
    table = pq.read_table(io.BytesIO(ask(f"{asked}&format=parquet").content))
    assert table["volume"].to_pylist() == [Decimal("6154450.25"), 6154450]


def test_long_answers_are_compressed(ask):
    assert ask("bars/IBM", **{"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"


def test_a_hostile_symbol_is_text(ask):
    symbol = quote(HOSTILE, safe="")
    assert len(rows(ask(f"bars/{symbol}"))) == 25
    assert "<" not in ask(f"bars/{symbol}?format=csv").headers["content-disposition"]
    for nothing in ("';drop table stock_data;--", "../../api/v2/connections", "%", "a/b"):
        answer = ask(f"bars/{quote(nothing, safe='')}")
        assert answer.status_code == 404
        assert answer.json()["detail"].startswith(f"{nothing}: nothing is held of it. ")


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("bars/XYZZY", 404, "XYZZY: nothing is held of it."),
        ("bars/IBM?from=2026-13-01", 422, "from: '2026-13-01' cannot be used:"),
        ("bars/IBM?adjusted=yes", 422, "adjusted: 'yes' cannot be used:"),
        ("bars/IBM?as_of=2026-05-16T12:00:00", 422, "as_of: '2026-05-16T12:00:00' cannot be used:"),
        ("bars/IBM?as_of=2026-05-16T12:00:00Z&adjusted=full", 422, "as_of: only prices as traded"),
        ("bars/IBM?format=xlsx", 422, "format: 'xlsx' cannot be used:"),
        ("symbols?limit=0", 422, "limit: '0' cannot be used:"),
        ("symbols?after=%00", 400, "The address has a null character"),
        ("bars/%00", 400, "The address has a null character"),
        ("gaps?after=99999999999999999999", 422, "after: "),
    ],
)
def test_a_refusal_names_what_and_the_next_step(ask, path, status, says):
    answer = ask(path)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(says)
    assert set(answer.json()) == {"detail"}


def test_no_format_that_is_accepted(ask):
    answer = ask("symbols", Accept="image/png")
    assert answer.status_code == 406
    assert "application/json" in answer.json()["detail"]


def test_a_warehouse_that_is_not_there_is_told_without_its_password(client, reader_url, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS_READER", reader_url.replace("reading", "WRONGWORD"))
    answer = client().get("/market/api/symbols")
    assert answer.status_code == 503
    assert "postgres_stocks_reader" in answer.json()["detail"]
    assert "WRONGWORD" not in answer.text
    monkeypatch.delenv("AIRFLOW_CONN_POSTGRES_STOCKS_READER")
    answer = client().get("/market/api/symbols")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("There is no connection postgres_stocks_reader.")


def test_the_openapi_document_tells_every_route(ask):
    told = ask("openapi.json").json()
    paths = {"symbols", "bars/{symbol}", "actions/{symbol}", "coverage", "gaps", "quality", "quarantine"}
    data = {f"/api/{path}" for path in paths | {"budget", "datasets", "datasets/{name}"}}
    assert set(told["paths"]) == data | {"/metrics", "/health"}
    assert told["servers"] == [{"url": "/market"}]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_a_csv_is_a_formula_and_every_other_format_has_it_as_it_is(ask, filled, start):
    name = f"{start}HYPERLINK(1)"
    filled.execute("update listing set name = %s where symbol = 'IBM'", [name])
    filled.commit()
    page = io.StringIO(ask("symbols?format=csv").text, newline="")
    assert {row["name"] for row in csv.DictReader(page) if row["symbol"] == "IBM"} == {f"'{name}"}
    exact = pq.read_table(io.BytesIO(ask("symbols?format=parquet").content)).to_pylist()
    for found in (rows(ask("symbols")), exact):
        assert {row["name"] for row in found if row["symbol"] == "IBM"} == {name}


def test_a_negative_number_of_a_csv_is_a_number(ask, filled):
    filled.execute("update stock_data set low = -1.5 where symbol = 'IBM' and data_date = '2026-05-14'")
    filled.commit()
    page = io.StringIO(ask("bars/IBM?format=csv&from=2026-05-14&to=2026-05-14").text, newline="")
    assert [row["low"] for row in csv.DictReader(page)] == ["-1.500000"]
