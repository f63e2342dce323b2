"""The load: exact, once, whole or not at all; on a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from include.load.daily_bars import load_bars
from include.load.merge import Loaded, alone
from include.report.results import results_of
from include.warehouse.connections import connect_to
from include.warehouse.runs import Request, Run, find_run, record_request
from tests.bars import MORNING_AFTER, StockBar, table_of

pytestmark = pytest.mark.postgres
OLDER, NEWER = MORNING_AFTER + timedelta(days=1), MORNING_AFTER + timedelta(days=2)
COLUMNS = "symbol, data_date, open, high, low, close, volume, is_final, fetched_at"


def rows(warehouse) -> list[tuple]:
    return warehouse.execute(f"select {COLUMNS} from stock_data order by symbol, data_date").fetchall()


def written(warehouse) -> list[tuple]:
    return warehouse.execute("select symbol, data_date, ctid, xmin from stock_data order by 1, 2").fetchall()


def test_bars_arrive_exactly(warehouse, loading, batch):
    bars = batch("IBM") + batch("BRK-B")
    assert loading(bars) == [Loaded("BRK-B", 25, 0, 0), Loaded("IBM", 25, 0, 0)]
    expected = sorted(bars, key=lambda bar: (bar.symbol, bar.data_date))
    assert rows(warehouse) == [
        (b.symbol, b.data_date, b.open, b.high, b.low, b.close, b.volume, b.is_final, b.fetched_at)
        for b in expected
    ]


def test_loading_twice_writes_nothing(warehouse, loading, batch):
    loading(batch("IBM"))
    before = written(warehouse)
    assert loading(batch("IBM"), "again") == [Loaded("IBM", 0, 0, 25)]
    assert written(warehouse) == before


def test_only_what_changed_is_written(warehouse, loading, batch):
    loading(batch("IBM"))
    before = written(warehouse)
    assert loading(batch("IBM", close=Decimal("219.3001")), "again") == [Loaded("IBM", 0, 1, 24)]
    changed = {row[:2] for row in set(written(warehouse)) - set(before)}
    assert changed == {("IBM", date(2026, 5, 13))}


def test_a_bar_that_becomes_final_is_marked_and_never_taken_back(warehouse, loading, batch):
    def final() -> bool:
        query = "select is_final from stock_data where data_date = '2026-05-13'"
        return warehouse.execute(query).fetchone()[0]

    loading(batch("IBM", is_final=False))
    assert not final()
    assert loading(batch("IBM"), "next") == [Loaded("IBM", 0, 0, 25)]
    assert final()
    loading(batch("IBM", is_final=False), "late")
    assert final()


def test_an_older_body_replaces_nothing(warehouse, loading, batch):
    loading(batch("IBM", close=Decimal("219.31")))
    before = written(warehouse)
    old = [
        replace(bar, fetched_at=bar.fetched_at - timedelta(days=1)) for bar in batch("IBM", is_final=False)
    ]
    assert loading(old, "cleared") == [Loaded("IBM", 0, 0, 25)]
    assert written(warehouse) == before
    assert warehouse.execute("select count(*) from stock_data_history").fetchone() == (0,)


def test_an_older_body_does_not_replace_what_a_later_one_has_confirmed(warehouse, loading, validated, batch):
    """Its load had failed, and is cleared once the next run's body has said the same as before."""

    def fetched(at: datetime, **changed: object) -> list[StockBar]:
        return [replace(bar, fetched_at=at) for bar in batch("IBM", **changed)]

    def asked(run: Run, at: datetime) -> None:
        request = Request("IBM", "TIME_SERIES_DAILY", "fetched", path="body", fetched_at=at)
        record_request(warehouse, run, request)

    loading(fetched(MORNING_AFTER))
    failed = validated(fetched(OLDER, close=Decimal("219.31")), "failed")
    asked(failed, OLDER)
    assert loading(fetched(NEWER), "later") == [Loaded("IBM", 0, 0, 25)]
    asked(find_run(warehouse, "stock_data_pipeline", "later"), NEWER)
    before = written(warehouse)
    bars = table_of(fetched(OLDER, close=Decimal("219.31")))
    assert load_bars(warehouse, bars, failed, now=NEWER) == [Loaded("IBM", 0, 0, 25)]
    assert written(warehouse) == before


def test_a_failing_load_leaves_nothing_behind(warehouse, loading, batch):
    loading(batch("IBM"))
    bad = replace(batch("MSFT")[0], close=None)
    with pytest.raises(Exception, match='null value in column "close"'):
        loading([*batch("MSFT"), bad], "bad")
    warehouse.rollback()
    assert {row[0] for row in rows(warehouse)} == {"IBM"}


def test_two_loads_of_the_same_bars_at_once_agree(warehouse, warehouse_url, validated, batch):
    for run_id in "ab":
        validated(batch("IBM"), run_id)

    def load_alone(run_id: str) -> Loaded:
        with connect_to(warehouse_url) as connection:
            run = find_run(connection, "stock_data_pipeline", run_id)
            return load_bars(connection, table_of(batch("IBM")), run, now=run.now())[0]

    with ThreadPoolExecutor(2) as pool:
        counts = sorted(pool.map(load_alone, "ab"), key=lambda loaded: loaded.new)
    assert counts == [Loaded("IBM", 0, 0, 25), Loaded("IBM", 25, 0, 0)]
    assert len(rows(warehouse)) == 25


@pytest.mark.parametrize("order", ["older newer", "newer older"])
def test_two_loads_of_other_values_at_once_leave_what_the_newer_bodies_say(
    warehouse, warehouse_url, loading, validated, batch, order
):
    """Whichever comes first: each enters whole, and what it replaces is kept."""

    def fetched(at: datetime, close: str) -> list[StockBar]:
        both = batch("IBM") + batch("MSFT")
        return [replace(bar, close=Decimal(close), fetched_at=at) for bar in both]

    def load_alone(name: str) -> int:
        with connect_to(warehouse_url) as connection:
            run = find_run(connection, "stock_data_pipeline", name)
            return sum(one.changed for one in load_bars(connection, table_of(bodies[name]), run, now=NEWER))

    loading(batch("IBM") + batch("MSFT"))
    bodies = {"older": fetched(OLDER, "219.31"), "newer": fetched(NEWER, "219.32")}
    for name in bodies:
        validated(bodies[name], name)
    changed = {}
    with ThreadPoolExecutor(2) as pool, connect_to(warehouse_url) as gate:
        alone(gate)
        for waiting, name in enumerate(order.split(), 1):
            changed[name] = pool.submit(load_alone, name)
            wait_for(warehouse, waiting)
        gate.rollback()
        while not all(one.done() for one in changed.values()):
            assert len(warehouse.execute("select distinct close from stock_data").fetchall()) == 1
            warehouse.rollback()
    counts = {name: one.result() for name, one in changed.items()}
    assert counts == {"newer": 50, "older": 50 if order.startswith("older") else 0}
    assert warehouse.execute("select distinct close, fetched_at from stock_data").fetchall() == [
        (Decimal("219.32"), NEWER)
    ]
    kept = "select close, count(*) from stock_data_history group by close order by close"
    replaced = [(Decimal("219.3"), 50), (Decimal("219.31"), 50)]
    assert warehouse.execute(kept).fetchall() == replaced[: 1 + order.startswith("older")]


def wait_for(warehouse, loads: int) -> None:
    """Until so many loads stand in line."""
    query = "select count(*) from pg_locks where relation = 'load_lock'::regclass and not granted"
    while warehouse.execute(query).fetchone() != (loads,):
        warehouse.rollback()


def test_a_load_that_is_tried_again_tells_what_the_run_has_loaded(warehouse, loading, validated, batch):
    loading(batch("IBM")[:24])
    bars = batch("IBM", volume=7)[5:] + batch("MSFT")[:3]
    run = validated(bars, "again")
    told = [load_bars(warehouse, table_of(bars), run, now=run.now()) for _ in range(3)]
    assert told == [[Loaded("IBM", 1, 1, 18), Loaded("MSFT", 3, 0, 0)]] * 3


def test_what_fails_when_a_run_is_run_again_is_not_told_as_loaded(warehouse, loading, started, batch):
    loading(batch("IBM"), "cleared")
    run = started("IBM", run_id="cleared")
    record_request(warehouse, run, Request("IBM", "TIME_SERIES_DAILY", "failed", reason="No answer."))
    (ibm,) = results_of(warehouse, run)
    assert (ibm.verdict, ibm.problem) == ("failed", "IBM: No answer.")


def test_new_symbols_beside_held_ones_give_the_same_rows_as_alone(warehouse, loading, batch):
    """A symbol that holds no row goes straight in, the others are compared; nobody can tell which way."""
    tuesday = MORNING_AFTER + timedelta(days=4)
    loading(batch("IBM")[:20])
    counts = loading(batch("AAPL", is_final=False) + batch("IBM") + batch("MSFT"), "mixed", tuesday)
    assert counts == [Loaded("AAPL", 25, 0, 0), Loaded("IBM", 5, 0, 20), Loaded("MSFT", 25, 0, 0)]
    held = warehouse.execute(
        "select distinct on (symbol, valid_from, is_final) symbol, valid_from, final_from "
        "from stock_data order by symbol, valid_from, is_final"
    ).fetchall()
    assert held == [
        ("AAPL", tuesday, None),
        ("AAPL", tuesday, tuesday),
        ("IBM", MORNING_AFTER, MORNING_AFTER),
        ("IBM", tuesday, tuesday),
        ("MSFT", tuesday, tuesday),
    ]
    values = (
        "select open, high, low, close, volume, fetched_at from stock_data where symbol = %s order by 1, 2"
    )
    assert warehouse.execute(values, ("IBM",)).fetchall() == warehouse.execute(values, ("MSFT",)).fetchall()


def test_the_verdicts_tell_what_the_load_did(warehouse, loading, batch):
    loading(batch("IBM")[:24])
    loading(batch("IBM", volume=7)[5:] + batch("MSFT")[:3], "again")
    told = warehouse.execute(
        "select symbol, new_bars, changed_bars, unchanged_bars, first_session, last_session from verdict "
        "join pipeline_run on id = pipeline_run_id where run_id = 'again' order by symbol"
    )
    assert told.fetchall() == [
        ("IBM", 1, 1, 18, date(2026, 4, 20), date(2026, 5, 15)),
        ("MSFT", 3, 0, 0, date(2026, 4, 13), date(2026, 4, 15)),
    ]


def test_no_bar_is_a_load_too(warehouse, loading):
    assert loading([]) == []
    assert rows(warehouse) == []


def test_an_unchanged_load_leaves_no_dead_tuple(warehouse, loading, batch):
    def dead() -> tuple:
        warehouse.execute("select pg_stat_force_next_flush()")
        warehouse.commit()
        counts = "n_tup_ins, n_tup_upd, n_tup_del, n_dead_tup"
        query = f"select {counts} from pg_stat_user_tables where relname = 'stock_data'"
        return warehouse.execute(query).fetchone()

    loading(batch("IBM") + batch("MSFT"))
    loading(batch("IBM", volume=7) + batch("MSFT"), "changed")
    assert dead() == (50, 1, 0, 1)
    before = written(warehouse)
    loading(batch("IBM", volume=7) + batch("MSFT"), "unchanged")
    assert dead() == (50, 1, 0, 1)
    assert written(warehouse) == before


PRICES = ["0.000001", "0.0001", "1.000001", "1.0001", "9999.999999", "10000.000001", "217.6150", "100000000",
    "99999999.999999", "123456789012.345678", "999999999999.999999"]  # fmt: skip


@pytest.mark.parametrize("way", ["straight", "compared"])
def test_prices_are_exact_to_the_sixth_decimal(warehouse, loading, batch, way):
    exact = [
        replace(bar, open=Decimal(price), low=Decimal(price), volume=2**63 - 1)
        for bar, price in zip(batch("IBM"), PRICES, strict=False)
    ]
    if way == "compared":
        loading(batch("IBM")[-1:])
    loading(exact, "exact")
    held = warehouse.execute("select low::text, open, volume from stock_data order by data_date").fetchall()
    assert held[: len(PRICES)] == [(f"{Decimal(price):.6f}", Decimal(price), 2**63 - 1) for price in PRICES]
    loading(exact, "again")
    assert warehouse.execute("select count(*) from stock_data_history").fetchone() == (0,)


def test_moments_are_exact_to_the_microsecond(warehouse, loading, batch):
    fetched, now = (datetime(2026, 5, 16, 6, 0, 1, micro, UTC) for micro in (1, 999_999))
    loading([replace(bar, fetched_at=fetched) for bar in batch("IBM")], now=now)
    moments = "select distinct fetched_at, valid_from, final_from from stock_data"
    assert warehouse.execute(moments).fetchall() == [(fetched, now, now)]


HOSTILE = ["", " ", "NA", "NULL", "null", r"\N", r"\.", "\n", "\r\n", "a\nb", '"', '""', "a,b", 'a"b', "'",
    ";--", "\t", "\\", "BRK.B", "ÄÖ", "\u202e", "🚀", "a\n\\.\nb", "%s", "{}", "x" * 2_000]  # fmt: skip


@pytest.mark.parametrize("way", ["straight", "compared"])
def test_a_hostile_symbol_is_stored_exactly(warehouse, loading, batch, way):
    if way == "compared":
        loading([batch(symbol)[0] for symbol in HOSTILE], "held")
    counts = loading([batch(symbol)[1] for symbol in HOSTILE], "new")
    assert counts == [Loaded(symbol, 1, 0, 0) for symbol in sorted(HOSTILE)]
    stored = "select symbol from stock_data where data_date = '2026-04-14'"
    assert sorted(row[0] for row in warehouse.execute(stored)) == sorted(HOSTILE)
