"""From empty and from every revision to today's schema, with the data kept; one caller at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import include.warehouse.migrations
from include.load.views import refresh_views
from include.warehouse.migrations.upgrade import upgrade
from tests.conftest import PROJECT

from .test_readers import uncommented

pytestmark = pytest.mark.postgres
FOLDER = Path(include.warehouse.migrations.__file__).parent
BAR = "('IBM', '2026-05-15', 218.2, 220.91, 217.615, 219.3, 6154450, true, '2026-05-16T06:00Z')"
REVISIONS = [
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
    "0023",
    "0024",
    "0025",
    "0026",
    "0027",
]
COLUMNS = "symbol, data_date, open, high, low, close, volume, is_final, fetched_at"


def script() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def revisions() -> list[str]:
    return [revision.revision for revision in ScriptDirectory.from_config(script()).walk_revisions()][::-1]


@pytest.fixture
def empty_url(postgres, request) -> str:
    name = f"empty_{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(postgres.superuser_dsn(), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return postgres.superuser_dsn(name)


def engine_of(url: str):
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def upgrade_to(revision: str, url: str) -> None:
    with engine_of(url).begin() as connection:
        config = script()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_the_revisions_are_these():
    assert revisions() == REVISIONS


# One row of every table, by the revision that made it.
RUN = "(dag_id, run_id, clock, simulated, symbols) values ('d', 'r', '2026-05-16T06:00Z', true, '{IBM}')"
VALUES = "'IBM', '2026-05-14', 217.5, 219, 216.1234, 218.000001, 6000000, '2026-05-15T06:00Z'"
ACTION = "'IBM', 'dividend', '2026-05-08', 1.69, '2026-05-07', null, '2026-05-08', '2026-06-10', 'body'"
ROWS = {
    "0001": [
        "warehouse_origin (origin) values ('market')",
        f"pipeline_run {RUN}",
        "request (pipeline_run_id, symbol, function, outputsize, outcome, path, origin, fetched_at) "
        "values (1, 'IBM', 'TIME_SERIES_DAILY', 'compact', 'fetched', 'body', 'market', '2026-05-16T06:00Z')",
        "verdict (pipeline_run_id, symbol, accepted, bars, refused_bars, warnings, reasons, new_bars) "
        "values (1, 'IBM', true, 1, 0, 1, '{why}', 1)",
        "quarantine (pipeline_run_id, symbol, data_date, bar, rules, path) "
        """values (1, 'IBM', '2026-05-13', '{"low": "-1"}', '{low_positive}', 'body')""",
    ],
    "0002": [
        "api_call (fingerprint, host_group, function, symbol, reserved_at, outcome, bytes, duration_ms) "
        "values ('abc', 'h', 'TIME_SERIES_DAILY', 'IBM', '2026-05-16T06:00Z', 'data', 7679, 250)",
        "api_pause values ('abc', '2026-05-16T06:00Z')",
    ],
    "0003": [
        "stock_data_history (symbol, data_date, open, high, low, close, volume, fetched_at, valid_from, "
        f"valid_to, final_from, replaced_by) values ({VALUES}, '2026-05-15T06:00Z', '2026-05-16T06:00Z', "
        "'2026-05-15T06:00Z', 1)"
    ],
    "0005": [
        f"corporate_action values ({ACTION}, '2026-05-16T06:00Z', '2026-05-16T06:00Z')",
        "corporate_action_history (symbol, kind, effective_date, value, session_before, declaration_date, "
        "record_date, payment_date, path, fetched_at, valid_from, valid_to, replaced_by) "
        f"values ({ACTION}, '2026-05-14T06:00Z', '2026-05-14T06:00Z', '2026-05-16T06:00Z', 1)",
        "corporate_action_check values ('IBM', 'dividend', '2026-05-15', 'body', '2026-05-16T06:00Z')",
    ],
    "0006": [
        "quarantine_decision (symbol, data_date, low, decision, decided_by, reason, decided_at, "
        "pipeline_run_id, quarantine_id{column}) "
        "values ('IBM', '2026-05-13', -1, 'discarded', 'ana', 'Wrong.', '2026-05-16T07:00Z', 1, 1{value})"
    ],
    "0007": [
        "exchange_session values ('XNYS', '2026-05-15', 25, '2026-05-15T13:30Z', '2026-05-15T20:00Z')",
        "instrument (symbol, exchange, added_through, expected_through) "
        "values ('IBM', 'XNYS', '2026-05-15', '2026-05-15')",
        "gap (symbol, session, cause, valid_from) "
        "values ('IBM', '2026-05-13', 'discarded', '2026-05-16T07:00Z')",
    ],
    "0009": [
        "dataset (name, function, parameters, table_name, key_columns) "
        "values ('jobs', 'UNEMPLOYMENT', '{}', 'us_unemployment', '{date}')",
        "us_unemployment values ('2026-04-01', 4.3, '2026-05-16T06:00Z', '2026-05-16T06:00Z')",
        "dataset_history (dataset, key, before, fetched_at, valid_from, valid_to, replaced_by) "
        """values ('jobs', '{"date": "2026-04-01"}', '{"value": 4.4}', '2026-05-15T06:00Z', """
        "'2026-05-15T06:00Z', '2026-05-16T06:00Z', 1)",
    ],
    "0010": [
        "listing (symbol, name, exchange, asset_type, ipo_date, status) "
        "values ('IBM', 'Intl. Business Machines', 'NYSE', 'Stock', '1962-01-02', 'Active')",
        "listing_check values ('Active', 'body', '2026-05-16T06:00Z')",
    ],
    "0011": ["entitlement values ('abc', 'VWAP', '', 'free', '2026-05-16T06:00Z')"],
    "0014": [
        "broken_rule values "
        "(1, 'IBM', 'usual_volume', 'warning', 1, '2026-05-13', '2026-05-13', 'In a sentence.')"
    ],
    "0015": [
        "alert (symbol, cause, message, told_at) "
        "values ('IBM', 'late', 'IBM: the session of 2026-05-15 is not held.', '2026-05-16T10:00Z')"
    ],
    "0016": ["quality_report values (1, '<h1>manual</h1>')"],
    "0025": ["decision_preview values ('manual__1', 'release', '{1}', 'A real crash.', '[]')"],
}
DATASET_TABLE = (
    "create table us_unemployment (date date primary key, value numeric, fetched_at timestamptz not null, "
    "valid_from timestamptz not null)"
)


def fill(connection: psycopg.Connection, revision: str) -> None:
    """One row in every table there is at a revision."""
    later = revision >= "0003"
    extra = ", valid_from, final_from" if later else ""
    values = BAR[:-1] + (", '2026-05-16T06:00Z', '2026-05-16T06:00Z')" if later else ")")
    connection.execute(f"insert into stock_data ({COLUMNS}{extra}) values {values}")
    if revision >= "0009":
        connection.execute(DATASET_TABLE)
    column, value = (", row", ', \'{"low": "-1"}\'') if revision >= "0020" else ("", "")
    for since, rows in ROWS.items():
        for row in rows if since <= revision else []:
            connection.execute(f"insert into {row}".replace("{column}", column).replace("{value}", value))


def contents(connection: psycopg.Connection) -> dict[str, list[dict]]:
    """Every row of every table, by column."""
    tables = connection.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' "
        "and relname <> 'alembic_version'"
    ).fetchall()
    return {
        table: [row for (row,) in connection.execute(f"select to_jsonb(held) from {table} as held")]
        for (table,) in tables
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_from_any_revision_with_every_row_of_every_table_kept(empty_url, revision):
    upgrade_to(revision, empty_url)
    with psycopg.connect(empty_url) as connection:
        fill(connection, revision)
        before = contents(connection)
    assert {table: len(rows) for table, rows in before.items()} == dict.fromkeys(before, 1)
    with engine_of(empty_url).begin() as connection:
        upgrade(connection)
    with psycopg.connect(empty_url) as connection:
        after = contents(connection)
        version = connection.execute("select version_num from alembic_version").fetchall()
        refresh_views(connection)
        latest = connection.execute("select symbol, close::text from latest_price").fetchall()
    kept = {table: [{**row, **was}] for table, (was,) in before.items() for row in after[table]}
    assert {table: after[table] for table in before} == kept
    assert (version, latest) == ([(REVISIONS[-1],)], [("IBM", "219.300000")])

    # What a later revision makes of what was there.
    (bar,), (instrument,), (verdict,) = after["stock_data"], after["instrument"], after["verdict"]
    assert bar["valid_from"] == bar["final_from"] == bar["fetched_at"] == "2026-05-16T06:00:00+00:00"
    assert (instrument["state"], instrument["expected_through"]) == ("active", "2026-05-15")
    assert (instrument["refused_times"], verdict["discarded_bars"]) == (0, 0)


def test_who_could_read_a_view_that_is_made_anew_still_can(empty_url):
    upgrade_to("0011", empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute('create role "Ana\'s desk"')
        connection.execute('grant select on latest_price to "Ana\'s desk" with grant option')
        connection.execute("grant select on daily_return to public")
    with engine_of(empty_url).begin() as connection:
        upgrade(connection)
    with psycopg.connect(empty_url) as connection:
        granted = connection.execute(
            "select relname, has_table_privilege('Ana''s desk', oid, 'select with grant option'), "
            "has_table_privilege('Ana''s desk', oid, 'select') from pg_class "
            "where relname in ('latest_price', 'daily_return') order by relname"
        ).fetchall()
        assert granted == [("daily_return", False, True), ("latest_price", True, True)]


def test_views_of_ones_own_on_bars_are_made_again_as_they_were(empty_url):
    upgrade_to("0023", empty_url)
    with psycopg.connect(empty_url, autocommit=True) as connection:
        fill(connection, "0023")
        connection.execute("create view my_day as select symbol, volume as shares from stock_data")
        connection.execute("comment on view my_day is 'Of \"mine\".'")
        connection.execute("comment on column my_day.shares is 'It''s shares.'")
        connection.execute(
            "create materialized view my_days as select symbol, sum(shares) from my_day group by 1"
        )
        connection.execute("create unique index my_days_symbol on my_days (symbol)")
        connection.execute('create view "My past" as select * from stock_data_as_of(now())')
        connection.execute("create materialized view my_none as select * from my_days with no data")
        connection.execute("create role my_reader")
        connection.execute("grant select on my_days to my_reader with grant option")
        connection.execute("revoke execute on function stock_data_as_of from public")
        connection.execute("grant execute on function stock_data_as_of to my_reader")
    upgrade_to("0024", empty_url)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("select * from my_day").fetchall() == [("IBM", 6154450)]
        assert connection.execute("select symbol from my_days").fetchall() == [("IBM",)]
        assert connection.execute('select count(*) from "My past"').fetchone() == (1,)
        comments = "obj_description('my_day'::regclass), col_description('my_day'::regclass, 2)"
        assert connection.execute(f"select {comments}".encode()).fetchone() == ('Of "mine".', "It's shares.")
        there = "to_regclass('my_days_symbol') is not null"
        kept = f"{there}, relispopulated from pg_class where relname = 'my_none'"
        assert connection.execute(f"select {kept}".encode()).fetchone() == (True, False)
        may = (
            "has_table_privilege('my_reader', 'my_days', 'select with grant option'), "
            "has_function_privilege('my_reader', 'stock_data_as_of(timestamptz)', 'execute')"
        )
        assert connection.execute(f"select {may}".encode()).fetchone() == (True, True)
        acl = connection.execute(
            "select proacl::text from pg_proc where proname = 'stock_data_as_of'"
        ).fetchone()
        assert acl
        assert "{=X" not in acl[0]
        assert ",=X" not in acl[0]
        connection.rollback()
        connection.execute("drop owned by my_reader")
        connection.execute("drop role my_reader")


def test_the_tables_of_datasets_that_were_there_get_their_comments(empty_url):
    upgrade_to("0011", empty_url)
    with psycopg.connect(empty_url) as connection:
        fill(connection, "0011")
        connection.execute("comment on table us_unemployment is 'UNEMPLOYMENT of Alpha Vantage.'")
    with engine_of(empty_url).begin() as connection:
        upgrade(connection)
    with psycopg.connect(empty_url) as connection:
        assert uncommented(connection) == []


def test_two_callers_at_once_take_turns(empty_url):
    def upgrade_alone(_: int) -> None:
        with engine_of(empty_url).begin() as connection:
            upgrade(connection)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(upgrade_alone, range(3)))
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("select count(*) from alembic_version").fetchone() == (1,)


def run(url: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "WAREHOUSE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "include.warehouse.migrations", *arguments],
        cwd=PROJECT,
        env=environment | ({"WAREHOUSE_URL": url} if url else {}),
        capture_output=True,
        text=True,
    )


def test_one_command_makes_a_warehouse_and_claims_it_once(empty_url):
    assert run(empty_url, "--origin", "sandbox").returncode == 0
    assert run(empty_url, "--origin", "sandbox").returncode == 0
    other = run(empty_url, "--origin", "market")
    assert other.returncode == 1
    assert other.stderr.startswith("This warehouse holds 'sandbox' data")


def test_without_an_address_it_says_what_is_missing():
    done = run(None)
    assert done.returncode == 2
    assert "WAREHOUSE_URL is not set: postgresql://" in done.stderr
