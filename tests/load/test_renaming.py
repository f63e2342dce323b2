"""A history under another name: every row of it, and never onto another history."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.exceptions import UnreadableBody
from include.datasets.daily_bars import DAILY_BARS
from include.exceptions import BadParameter
from include.fetch.bodies import rows_of
from include.gate.records import record_verdicts
from include.gate.verdicts import Verdict
from include.load.daily_bars import load_bars
from include.load.renaming import Renamed, rename
from include.load.views import refresh_views
from include.market.instruments import register, write_sessions
from include.market.lifecycle import lives_of
from include.report.gaps import find_gaps
from include.report.results import results_of
from include.warehouse.runs import Request, end_run, find_run, record_request
from tests.bars import MORNING_AFTER, SESSIONS, batches_of, refusing, table_of

pytestmark = pytest.mark.postgres
FRIDAY = date(2026, 5, 15)
TABLES = [
    "stock_data", "stock_data_history", "corporate_action", "corporate_action_history",
    "corporate_action_check", "quarantine", "quarantine_decision", "request", "verdict", "broken_rule", "gap",
    "instrument",
]  # fmt: skip
ACTION = (
    "insert into {} (symbol, kind, effective_date, value, session_before, path, fetched_at, valid_from{}) "
    "values ('FB', 'split', '2026-05-04', 3, '2026-05-01', 'p', now(), now(){})"
)


@pytest.fixture
def held(warehouse, started, batch) -> None:
    """Something of FB in every table that names a symbol, and bars of IBM."""
    write_sessions(warehouse, "XNYS")
    run = started("IBM", "FB", run_id="r")
    register(warehouse, ["IBM", "FB"], through=FRIDAY)
    bars = {symbol: batch(symbol)[:-1] for symbol in ("IBM", "FB")}
    for symbol in bars:
        request = Request(symbol, "TIME_SERIES_DAILY", "fetched", "compact", "p", "sandbox", MORNING_AFTER)
        record_request(warehouse, run, request)
        record_verdicts(warehouse, run, [Verdict(came) for came in batches_of(bars[symbol])])
    load_bars(warehouse, table_of([*bars["IBM"], *bars["FB"]]), run, now=MORNING_AFTER)
    warehouse.commit()
    load_bars(warehouse, table_of(batch("FB", close=Decimal("220.0000"))[:-1]), run, now=MORNING_AFTER)
    record_verdicts(warehouse, run, [refusing(came, SESSIONS[0]) for came in batches_of(bars["FB"])])
    warehouse.execute(ACTION.format("corporate_action", "", ""))
    warehouse.execute(ACTION.format("corporate_action_history", ", valid_to", ", now()"))
    warehouse.execute("insert into corporate_action_check values ('FB', 'split', '2026-05-15', 'p', now())")
    warehouse.execute(
        "insert into quarantine_decision (symbol, data_date, decision, decided_by, reason, decided_at, row) "
        "values ('FB', '2026-04-13', 'released', 'ann', 'checked', now(), '{}')"
    )
    find_gaps(warehouse, now=MORNING_AFTER)
    refresh_views(warehouse)
    end_run(warehouse, run, state="success", message="")
    warehouse.commit()


def rows(warehouse, symbol: str) -> dict[str, int]:
    counted = {
        table: warehouse.execute(f"select count(*)::int from {table} where symbol = %s", (symbol,)).fetchone()
        for table in TABLES
    }
    return {table: count for table, (count,) in counted.items()}


HELD = {
    "stock_data": 24, "stock_data_history": 1, "corporate_action": 1, "corporate_action_history": 1,
    "corporate_action_check": 1, "quarantine": 1, "quarantine_decision": 1, "request": 1, "verdict": 1,
    "broken_rule": 1, "gap": 1, "instrument": 1,
}  # fmt: skip


def test_every_row_moves_and_no_other(warehouse, held):
    assert rows(warehouse, "FB") == HELD
    ibm = rows(warehouse, "IBM")
    assert rename(warehouse, "fb", "FB-2026") == Renamed(24, 1, 1, 1, periods=0)
    assert (rows(warehouse, "FB-2026"), rows(warehouse, "IBM")) == (HELD, ibm)
    assert rows(warehouse, "FB") == dict.fromkeys(TABLES, 0)
    assert warehouse.execute("select bar ->> 'symbol' from quarantine").fetchall() == [("FB-2026",)]
    assert [
        result.symbol for result in results_of(warehouse, find_run(warehouse, "stock_data_pipeline", "r"))
    ] == [
        "IBM",
        "FB-2026",
    ]
    covered = warehouse.execute("select symbol, bars::int from symbol_coverage order by 1").fetchall()
    assert covered == [("FB-2026", 24), ("IBM", 24)]


def test_no_table_that_names_a_symbol_was_forgotten(warehouse):
    named = warehouse.execute(
        "select table_name from information_schema.columns join information_schema.tables using (table_name) "
        "where column_name = 'symbol' and columns.table_schema = 'public' and table_type = 'BASE TABLE'"
    ).fetchall()
    # The ledger has calls as they were made, alert mails as they were sent; the listing is the vendor's.
    assert {table for (table,) in named} == {*TABLES, "api_call", "alert", "listing"}


def test_an_archive_is_never_asked_for_and_its_gaps_end_with_its_bars(warehouse, held):
    rename(warehouse, "FB", "FB-2026")
    (life,) = lives_of(warehouse, ["FB-2026"])
    assert (life.state, life.is_over) == ("delisted", True)
    find_gaps(warehouse, now=datetime(2026, 5, 19, 6, tzinfo=UTC))
    open_ = warehouse.execute("select symbol, session from gap where valid_to is null").fetchall()
    assert open_ == [("IBM", FRIDAY)]
    (new,) = lives_of(warehouse, ["FB"])
    assert new.is_new


def test_a_history_goes_on_under_a_ticker_that_is_listed(warehouse, held):
    warehouse.execute(
        "insert into listing (symbol, exchange, asset_type, ipo_date, status) "
        "values ('META', 'NASDAQ', 'Stock', '2012-05-18', 'Active')"
    )
    warehouse.execute(
        "update instrument set state = 'delisted', delisted_on = '2026-05-15' where symbol = 'FB'"
    )
    rename(warehouse, "FB", "META")
    told = warehouse.execute(
        "select state, delisted_on, expected_through from instrument where symbol = 'META'"
    )
    assert told.fetchall() == [("active", None, FRIDAY)]


BODY = b"""{"Meta Data": {"2. Symbol": "META", "3. Last Refreshed": "2026-05-15", "5. Time Zone": "UTC"},
"Time Series (Daily)": {"2026-05-15": {"1. open": "1", "2. high": "2", "3. low": "1", "4. close": "2",
"5. volume": "3"}}}"""


@pytest.mark.parametrize(("asked_as", "is_read"), [("META", True), ("META-2021", False), ("IBM", False)])
def test_a_stored_body_is_read_as_that_of_the_name_it_was_asked_for(tmp_path, asked_as, is_read):
    path = ObjectStoragePath(
        f"file://{tmp_path}/store/raw/origin=sandbox/function=TIME_SERIES_DAILY/symbol={asked_as}/"
        "20260516T060000Z-0123456789abcdef-compact.json"
    )
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY)
    request = Request(
        "META-2021",
        "TIME_SERIES_DAILY",
        "fetched",
        path=str(path),
        origin="sandbox",
        fetched_at=MORNING_AFTER,
    )
    with nullcontext() if is_read else pytest.raises(UnreadableBody, match="The body is that of 'META'"):
        (row,) = rows_of(DAILY_BARS, request).table.to_pylist()
        assert (row["symbol"], row["data_date"]) == ("META-2021", FRIDAY)


def test_a_symbol_whose_run_is_under_way_keeps_its_name(warehouse, held, started):
    started("IBM", run_id="of another")
    run = started("FB", run_id="waits for a person")
    with pytest.raises(BadParameter, match="waits for a person of stock_data_pipeline"):
        rename(warehouse, "FB", "FB-2026")
    warehouse.execute(
        "update pipeline_run set started_at = now() - interval '25 hours' where id = %s", [run.id]
    )
    assert rename(warehouse, "FB", "FB-2026").bars == 24


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("FB", "IBM", "IBM is known already, and two histories are never merged"),
        ("XYZZY", "FB-2026", "Nothing is held of XYZZY"),
        ("FB", "FB", "Nothing is held of FB that could move to FB"),
        ("FB", "", "'' is not one symbol"),
        ("FB", "A,B", "'A,B' is not one symbol"),
        ("FB", "no symbol", "'no symbol' is not one symbol"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_moves(warehouse, held, old, new, why):
    with pytest.raises(BadParameter, match=why):
        rename(warehouse, old, new)
    assert rows(warehouse, "FB") == HELD
