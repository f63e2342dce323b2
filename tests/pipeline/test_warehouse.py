"""The load: exact, once, whole or not at all, of one origin; on a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from include.exceptions import OriginMismatch
from include.gate import Verdict
from include.needs import Held
from include.runs import find_run
from include.validate import record_verdict
from include.warehouse import Loaded, claim_origin, connect_to, held_of, load, origin_of

pytestmark = pytest.mark.postgres
COLUMNS = "symbol, data_date, open, high, low, close, volume, is_final, fetched_at"


def rows(warehouse) -> list[tuple]:
    return warehouse.execute(f"select {COLUMNS} from stock_data order by symbol, data_date").fetchall()


def written(warehouse) -> list[tuple]:
    return warehouse.execute("select symbol, data_date, ctid, xmin from stock_data order by 1, 2").fetchall()


@pytest.fixture
def loading(warehouse, started):
    """Load bars in a run of their own, as validated."""

    def load_them(bars, run_id="manual"):
        symbols = sorted({bar.symbol for bar in bars})
        run = started(*symbols, run_id=run_id)
        for symbol in symbols:
            record_verdict(warehouse, run, None, Verdict(symbol, sum(bar.symbol == symbol for bar in bars)))
        counts = load(warehouse, bars, run, now=run.now())
        warehouse.commit()
        return counts

    return load_them


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


def test_a_failing_load_leaves_nothing_behind(warehouse, loading, batch):
    loading(batch("IBM"))
    bad = replace(batch("MSFT")[0], close=None)
    with pytest.raises(Exception, match='null value in column "close"'):
        loading([*batch("MSFT"), bad], "bad")
    warehouse.rollback()
    assert {row[0] for row in rows(warehouse)} == {"IBM"}


def test_two_loads_of_the_same_bars_at_once_agree(warehouse, warehouse_url, started, batch):
    for run_id in "ab":
        run = started("IBM", run_id=run_id)
        record_verdict(warehouse, run, None, Verdict("IBM", 25))
    warehouse.commit()

    def load_alone(run_id: str) -> Loaded:
        with connect_to(warehouse_url) as connection:
            run = find_run(connection, "stock_data_pipeline", run_id)
            return load(connection, batch("IBM"), run, now=run.now())[0]

    with ThreadPoolExecutor(2) as pool:
        counts = sorted(pool.map(load_alone, "ab"), key=lambda loaded: loaded.new_bars)
    assert counts == [Loaded("IBM", 0, 0, 25), Loaded("IBM", 25, 0, 0)]
    assert len(rows(warehouse)) == 25


def test_the_first_load_claims_the_warehouse_and_another_origin_is_refused(warehouse, loading, batch):
    loading(batch("IBM"))
    assert origin_of(warehouse) == "sandbox"
    with pytest.raises(OriginMismatch, match="holds 'sandbox' data, and 'market' data was about to enter"):
        loading([replace(bar, origin="market") for bar in batch("MSFT")], "real")
    warehouse.rollback()
    assert {row[0] for row in rows(warehouse)} == {"IBM"}
    with pytest.raises(OriginMismatch):
        claim_origin(warehouse, "replay")


def test_what_is_held_of_each_symbol_in_the_order_asked(warehouse, loading, batch):
    loading(batch("IBM") + batch("MSFT")[:3])
    held = held_of(warehouse, ["MSFT", "NONE", "IBM"], date(2026, 1, 2))
    assert held == [Held("MSFT", date(2026, 4, 15)), Held("NONE"), Held("IBM", date(2026, 5, 15))]
    loading(batch("AAPL", is_final=False), "open")
    warehouse.execute("delete from stock_data where symbol = 'AAPL' and data_date > '2026-05-13'")
    assert held_of(warehouse, ["AAPL"], date(2026, 1, 2)) == [Held("AAPL", date(2026, 5, 12), True)]


def test_a_step_like_a_split_is_held_until_a_split_is_known(warehouse, loading, batch):
    halved = {"open": Decimal(110), "high": Decimal(220), "low": Decimal(110)}
    loading(batch("IBM", **halved))
    (held,) = held_of(warehouse, ["IBM"], date(2026, 1, 2))
    assert (held.step, held.splits_through) == (date(2026, 5, 13), None)
    assert held_of(warehouse, ["IBM"], date(2026, 5, 14))[0].step is None
    warehouse.execute(
        "insert into corporate_action values "
        "('IBM', 'split', '2026-05-13', 2, '2026-05-12', null, null, null, 'body', now(), now())"
    )
    assert held_of(warehouse, ["IBM"], date(2026, 1, 2))[0].step is None


def test_the_query_of_the_readme_uses_its_index(warehouse, loading, batch):
    query = "select symbol, data_date, close, volume from stock_data order by data_date desc, symbol limit 20"
    loading(batch("IBM") + batch("AAPL"))
    answer = warehouse.execute(query).fetchall()
    assert answer[:2] == [
        ("AAPL", date(2026, 5, 15), Decimal("219.300000"), 6154450),
        ("IBM", date(2026, 5, 15), Decimal("219.300000"), 6154450),
    ]
    warehouse.execute("set enable_seqscan = off")
    plan = "\n".join(row[0] for row in warehouse.execute(f"explain {query}"))
    assert "stock_data_newest_first" in plan
