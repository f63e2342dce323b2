"""From a function to a table: typed, exact, once; on a real PostgreSQL."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from airflow_provider_alphavantage.exceptions import UnreadableBody
from airflow_provider_alphavantage.parsing import Records
from airflow_provider_alphavantage.transfers.alphavantage_to_postgres import AlphaVantageToPostgresOperator

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _database(unhurried, monkeypatch, warehouse_url):
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_DEFAULT", warehouse_url)


def operator(
    function: str = "DIVIDENDS", symbol: str | None = "IBM", **changed
) -> AlphaVantageToPostgresOperator:
    settings = {"table": "dividend", "key": ("symbol", "ex_dividend_date"), "create_table": True} | changed
    parameters = {"symbol": symbol} if symbol else {}
    return AlphaVantageToPostgresOperator(
        task_id="bring", function=function, parameters=parameters, **settings
    )


def bring(*asked: str, **changed) -> dict[str, int]:
    return operator(*asked, **changed).execute({})


def test_rows_arrive_typed_and_exact_in_a_table_made_for_them(warehouse, sandbox):
    truth = sandbox.truth("IBM")["dividends"]
    assert bring() == {"rows": len(truth), "written": len(truth)}
    held = warehouse.execute(
        "select symbol, ex_dividend_date, amount from dividend order by ex_dividend_date"
    ).fetchall()
    assert held == sorted(
        ("IBM", date.fromisoformat(row["ex_dividend_date"]), Decimal(row["amount"])) for row in truth
    )


def test_again_writes_nothing_and_another_symbol_is_added(warehouse):
    first = bring()
    assert bring() == {"rows": first["rows"], "written": 0}
    msft = bring(symbol="MSFT")
    total = first["rows"] + msft["rows"]
    assert warehouse.execute("select count(*) from dividend").fetchone() == (total,)


def test_parameters_of_the_key_keep_what_was_asked_differently_apart(warehouse, connect, serve):
    connect(host=serve(b"timestamp,open,high,low,close\n2026-05-15,1.1,1.2,1.0,1.15\n").url)
    for pair in (("EUR", "USD"), ("GBP", "USD")):
        parameters = {"from_symbol": pair[0], "to_symbol": pair[1], "datatype": "csv"}
        AlphaVantageToPostgresOperator(
            task_id="bring",
            function="FX_DAILY",
            parameters=parameters,
            table="fetched",
            key=("from_symbol", "to_symbol", "timestamp"),
            create_table=True,
        ).execute({})
    assert warehouse.execute("select from_symbol, to_symbol, close from fetched order by 1").fetchall() == [
        ("EUR", "USD", Decimal("1.15")),
        ("GBP", "USD", Decimal("1.15")),
    ]


def test_blanks_around_a_symbol_make_no_other_rows(warehouse):
    bring()
    assert bring(symbol=" IBM\n")["written"] == 0


def test_a_changed_row_is_written_alone(warehouse):
    rows = bring()["rows"]
    warehouse.execute(
        "update dividend set amount = 99 "
        "where ex_dividend_date = (select max(ex_dividend_date) from dividend)"
    )
    warehouse.commit()
    assert bring() == {"rows": rows, "written": 1}
    assert warehouse.execute("select count(*) from dividend where amount = 99").fetchone() == (0,)


def test_a_column_the_table_lacks_is_added(warehouse):
    warehouse.execute(
        "create table dividend (symbol text, ex_dividend_date date, primary key (1, 2))".replace(
            "1, 2", "symbol, ex_dividend_date"
        )
    )
    warehouse.commit()
    rows = bring(create_table=False)["rows"]
    assert warehouse.execute("select count(amount) from dividend").fetchone() == (rows,)


def test_decimals_are_never_rounded_into_a_whole_column(warehouse):
    warehouse.execute(
        "create table dividend (symbol text, ex_dividend_date date, amount bigint, "
        "primary key (symbol, ex_dividend_date))"
    )
    warehouse.commit()
    with pytest.raises(ValueError, match=r"dividend.amount is bigint, .* alter column amount type numeric"):
        bring()
    assert warehouse.execute("select count(*) from dividend").fetchone() == (0,)


def test_a_role_that_only_writes_rows_is_enough_once_the_table_is_there(
    warehouse, warehouse_url, monkeypatch
):
    bring()
    warehouse.execute("create role writer login password 'w'")
    warehouse.execute("grant select, insert, update on dividend to writer")
    warehouse.commit()
    address = warehouse_url.split("@")[1]
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_DEFAULT", f"postgresql://writer:w@{address}")
    assert bring(create_table=False)["written"] == 0
    warehouse.execute("drop owned by writer")
    warehouse.execute("drop role writer")


def test_prices_of_a_series(warehouse, sandbox):
    bring("TIME_SERIES_DAILY", table="public.bar", key=("symbol", "timestamp"))
    newest = warehouse.execute("select * from bar order by timestamp desc limit 1").fetchone()
    truth = sandbox.truth("IBM")["bars"][-1]
    assert newest == (
        "IBM",
        date(2026, 5, 15),
        *(Decimal(truth[name]) for name in ("open", "high", "low", "close")),
        int(truth["volume"]),
    )


def test_no_rows_are_no_change(warehouse, sandbox):
    assert bring("SPLITS", symbol="NOSUCH", key=("symbol", "effective_date"), table="split") == {
        "rows": 0,
        "written": 0,
    }


def test_a_key_that_is_no_column_is_named():
    with pytest.raises(ValueError, match="DIVIDENDS has no column day; it has symbol, ex_dividend_date"):
        bring(key=("symbol", "day"))


def test_a_row_without_a_key_is_named_and_nothing_is_written(connect, serve, warehouse):
    rows = [{"ex_dividend_date": "2026-05-08", "amount": "1.69"}, {"ex_dividend_date": "None", "amount": "1"}]
    connect(host=serve(json.dumps({"symbol": "IBM", "data": rows}).encode()).url)
    says = "DIVIDENDS: Row 2 has no ex_dividend_date, which is in the key of table dividend."
    with pytest.raises(UnreadableBody, match=says):
        bring()
    assert warehouse.execute("select to_regclass('dividend')").fetchone() == (None,)


ODD = [
    "tab\there",
    "back\\slash",
    "\\N",
    "\\.",
    "line\nbreak",
    "return\rhere",
    '"quoted", yes',
    "\\t",
    "É€😀",
]


def test_every_row_arrives_with_every_character_it_has(connect, serve, warehouse):
    rows = [{"number": str(place), "title": text} for place, text in enumerate(ODD)]
    connect(host=serve(json.dumps({"data": rows}).encode()).url)
    assert bring("INDEX_CATALOG", symbol=None, table="odd", key=("number",)) == {
        "rows": len(ODD),
        "written": len(ODD),
    }
    held = warehouse.execute("select title from odd order by number").fetchall()
    assert [row[0] for row in held] == ODD


@pytest.mark.parametrize("function", ["SPLITS", "DIVIDENDS", "TIME_SERIES_WEEKLY", "TIME_SERIES_DAILY"])
def test_as_many_rows_arrive_as_the_body_has(unhurried, warehouse, function):
    records = unhurried.get_records(function, symbol="IBM")
    told = bring(function, table="arrived", key=("symbol", records.columns[0]))
    assert told == {"rows": len(records), "written": len(records)}
    names = ", ".join(records.columns)
    held = warehouse.execute(f"select {names} from arrived order by {records.columns[0]}").fetchall()
    assert held == sorted(records.rows)


def test_tasks_that_make_the_table_at_the_same_time_wait_for_each_other(warehouse, warehouse_url):
    with psycopg.connect(warehouse_url) as first, ThreadPoolExecutor(1) as threads:
        cursor = first.cursor()
        records = Records(("symbol", "amount"), [("IBM", Decimal(1))], {}, ("text", "number"))
        assert operator(key=("symbol",))._merge(cursor, records) == 1
        second = threads.submit(bring, key=("symbol",), function="GLOBAL_QUOTE", symbol="MSFT")
        is_waiting = "select count(*) from pg_locks where not granted"
        deadline = time.monotonic() + 30
        while warehouse.execute(is_waiting).fetchone() == (0,):
            assert time.monotonic() < deadline
            assert not second.done(), second.result()
        first.commit()
        assert second.result()["written"] == 1
    assert warehouse.execute("select symbol from dividend order by 1").fetchall() == [("IBM",), ("MSFT",)]


@pytest.mark.parametrize("table", ['bar"; drop table stock_data; --', "weird table"])
def test_a_hostile_table_name_is_a_name(warehouse, table):
    bring(table=table)
    names = {
        row[0] for row in warehouse.execute("select tablename from pg_tables where schemaname = 'public'")
    }
    assert {table, "stock_data"} <= names
