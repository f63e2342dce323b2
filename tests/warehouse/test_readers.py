"""What readers ask, as the README writes it: the answers, and the indexes they come by."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from include.load.views import refresh_views
from include.market.instruments import register, write_sessions
from tests.bars import MORNING_AFTER
from tests.conftest import PROJECT

pytestmark = pytest.mark.postgres
D = Decimal


@pytest.fixture
def loaded(warehouse, loading, batch):
    """25 sessions of two symbols, one of them stepping on the last day, and one revision."""
    loading(batch("IBM") + batch("AAPL"), "first", MORNING_AFTER)
    loading(batch("IBM", close=D("219.4")), "second", MORNING_AFTER + timedelta(days=1))
    refresh_views(warehouse)
    warehouse.commit()
    return warehouse


def queries() -> dict[str, str]:
    """The README's queries on views and tables, by the name after FROM."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    statements = [statement.strip() for block in found for statement in block.split(";") if statement.strip()]
    return {re.search(r"from (\w+)", statement, re.IGNORECASE)[1]: statement for statement in statements}


def test_every_query_of_the_readme_answers(loaded):
    answers = {name: loaded.execute(query).fetchall() for name, query in queries().items()}
    assert set(answers) == {
        "stock_data",
        "stock_data_as_of",
        "revision_log",
        "latest_price",
        "symbol_coverage",
        "market_summary",
        "stock_data_adjusted",
        "adjustment_coverage",
        "daily_return",
        "gap",
    }
    assert answers["latest_price"] == [
        ("AAPL", date(2026, 5, 15), D("219.300000"), D("0.0000")),
        ("IBM", date(2026, 5, 15), D("219.300000"), D("0.0000")),
    ]
    assert answers["symbol_coverage"] == [
        ("AAPL", 25, date(2026, 4, 13), date(2026, 5, 15), D("219.300000"), 0),
        ("IBM", 25, date(2026, 4, 13), date(2026, 5, 15), D("219.304000"), 1),
    ]
    assert answers["revision_log"][0][:5] == (
        "IBM",
        date(2026, 5, 13),
        "close",
        D("219.300000"),
        D("219.400000"),
    )


def test_the_market_by_session(loaded):
    rows = loaded.execute(
        "select data_date, symbols, advancing, declining, unchanged, volume from market_summary "
        "where data_date in ('2026-04-13', '2026-05-13', '2026-05-14') order by data_date"
    ).fetchall()
    assert rows == [
        (date(2026, 4, 13), 2, 0, 0, 0, 12308900),
        (date(2026, 5, 13), 2, 1, 0, 1, 12308900),
        (date(2026, 5, 14), 2, 0, 1, 1, 12308900),
    ]


def test_a_daily_return_is_of_one_session_on_the_one_before_with_dividends_and_without(loaded):
    write_sessions(loaded, "XNYS")
    register(loaded, ["IBM"], through=date(2026, 5, 15))
    loaded.execute("delete from stock_data where symbol = 'IBM' and data_date = '2026-05-11'")
    loaded.execute("update stock_data set close = 220.303 where symbol = 'IBM' and data_date = '2026-05-15'")
    loaded.execute(
        "insert into corporate_action values "
        "('IBM', 'dividend', '2026-05-15', 2.193, '2026-05-14', null, null, null, 'body', now(), now())"
    )
    for kind in ("split", "dividend"):
        loaded.execute(
            "insert into corporate_action_check values ('IBM', %s, '2026-05-15', 'body', now())", (kind,)
        )
    refresh_views(loaded)
    rows = loaded.execute(
        "select data_date::text, price_return, total_return from daily_return where symbol = 'IBM' "
        "and data_date >= '2026-05-08' order by data_date"
    ).fetchall()
    assert rows == [
        ("2026-05-08", 0, 0),
        # nothing on the twelfth: the session before it is not held
        ("2026-05-13", D("0.000455996352"), D("0.000455996352")),  # 219.4 / 219.3 - 1
        ("2026-05-14", D("-0.000455788514"), D("-0.000455788514")),
        ("2026-05-15", D("0.004573643411"), D("0.014720851930")),  # 220.303 / 219.3; / (219.3 - 2.193)
    ]


MANY = """
create temporary table listed on commit drop as
select n, case n when 1 then 'AAPL' else format('S%s', n) end as symbol from generate_series(1, 200) as n;
create temporary table day on commit drop as
select n, '2024-06-03'::date + n as session from generate_series(1, 500) as n;
insert into exchange_session (exchange, session, position, opens_at, closes_at)
select 'XNYS', session, n, session + time '13:30', session + time '20:00' from day;
insert into instrument (symbol, exchange, added_through, expected_through)
select symbol, 'XNYS', '2025-10-16', '2025-10-16' from listed;
insert into stock_data (
    symbol, data_date, open, high, low, close, volume, is_final, fetched_at, valid_from, final_from
)
select symbol, session, 100, 110, 99, 101 + day.n % 7, listed.n, true, session + 1, session + 1, session + 1
from listed cross join day;
insert into stock_data_history (
    symbol, data_date, open, high, low, close, volume, fetched_at, valid_from, valid_to, final_from
)
select symbol, session, 100, 110, 99, 100, listed.n, session, session, session + 1, session
from listed cross join day where day.n % 50 = 0;
insert into corporate_action_check (symbol, kind, asked_through, path, fetched_at)
select symbol, kind, '2025-10-16', 'body', now()
from listed cross join unnest(array['split', 'dividend']) as kind;
insert into corporate_action (
    symbol, kind, effective_date, value, session_before, path, fetched_at, valid_from
)
select symbol, 'dividend', session, 1, session - 1, 'body', now(), now()
from listed cross join day where day.n % 60 = 5;
insert into gap (symbol, session, cause, valid_from, valid_to)
select symbol, session, 'vendor hole', session, case when day.n < 480 then session + 1 end
from listed cross join day where day.n % 20 = 0;
"""
INDEXES = {
    "stock_data": {"stock_data_newest_first"},
    "stock_data_as_of": {"stock_data_symbol_data_date_key", "stock_data_history_by_time"},
    "stock_data_adjusted": {
        "stock_data_symbol_data_date_key",
        "stock_data_newest_first",
        "corporate_action_pkey",
        "corporate_action_check_pkey",
    },
    "daily_return": {"daily_return_symbol_session"},
    "market_summary": {"market_summary_session"},
    "gap": {"gap_open"},
}
READ_WHOLE = {"latest_price", "symbol_coverage", "adjustment_coverage", "revision_log"}
"""They ask for all there is, so no index would spare a row."""


def test_readers_come_by_an_index_at_200_symbols_of_500_sessions(warehouse):
    """With the planner as it is: nothing is switched off."""
    warehouse.execute(MANY)
    refresh_views(warehouse)
    warehouse.execute("analyze")
    asked = queries()
    assert asked.keys() == INDEXES.keys() | READ_WHOLE
    for name, indexes in INDEXES.items():
        plan = "\n".join(row[0] for row in warehouse.execute(f"explain {asked[name]}"))
        assert [index for index in indexes if index not in plan] == [], plan
        assert "Seq Scan" not in plan


def test_readers_are_not_kept_waiting_by_a_refresh(loaded, warehouse_url):
    import psycopg

    with psycopg.connect(warehouse_url) as reader:
        reader.execute("select * from latest_price")  # and its transaction stays open
        loaded.execute("set lock_timeout = '2s'")
        refresh_views(loaded)


def test_the_role_for_readers_reads_everything_and_changes_nothing(loaded, postgres, warehouse_url):
    import psycopg
    from sqlalchemy import create_engine

    from include.local.postgres import create_reader
    from include.warehouse.migrations.upgrade import upgrade

    name = warehouse_url.rsplit("/", 1)[1]
    create_reader(postgres, "market_reader", "reading", name)
    with create_engine(warehouse_url.replace("postgresql://", "postgresql+psycopg://")).begin() as connection:
        upgrade(connection)
    relations = loaded.execute(
        "select relname from pg_class "
        "where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm')"
    ).fetchall()
    with psycopg.connect(postgres.dsn(name, "market_reader", "reading"), autocommit=True) as reader:
        for (relation,) in relations:
            reader.execute(f"select * from {relation} limit 1")
        assert len(reader.execute("select * from stock_data_as_of(now())").fetchall()) == 50
        for statement in (
            "delete from stock_data",
            "update stock_data set close = 1",
            "insert into warehouse_origin values ('market')",
            "truncate stock_data",
            "create table mine (n int)",
            "refresh materialized view latest_price",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(statement)


def uncommented(warehouse) -> list[tuple]:
    """Every table, view and column without a comment."""
    return warehouse.execute(
        "select relname, attname from pg_class "
        "left join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped "
        "where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm') "
        "and (obj_description(pg_class.oid) is null or col_description(attrelid, attnum) is null) "
        "order by 1, attnum"
    ).fetchall()


def test_every_table_and_view_and_each_of_their_columns_has_a_comment(loaded):
    assert uncommented(loaded) == []
