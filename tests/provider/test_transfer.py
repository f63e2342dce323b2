"""From a function to a table: typed, exact, once; on a real PostgreSQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from airflow_provider_alphavantage.transfers.alphavantage_to_postgres import AlphaVantageToPostgresOperator

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _database(unhurried, monkeypatch, warehouse_url):
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_DEFAULT", warehouse_url)


def bring(function: str = "DIVIDENDS", symbol: str = "IBM", **changed) -> dict[str, int]:
    settings = {"table": "dividend", "key": ("symbol", "ex_dividend_date"), "create_table": True} | changed
    return AlphaVantageToPostgresOperator(
        task_id="bring", function=function, parameters={"symbol": symbol}, **settings
    ).execute({})


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


@pytest.mark.parametrize("table", ['bar"; drop table stock_data; --', "weird table"])
def test_a_hostile_table_name_is_a_name(warehouse, table):
    bring(table=table)
    names = {
        row[0] for row in warehouse.execute("select tablename from pg_tables where schemaname = 'public'")
    }
    assert {table, "stock_data"} <= names
