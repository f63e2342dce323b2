"""The warehouse: of one origin, and asked for what it holds; on a real PostgreSQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from airflow.sdk import ObjectStoragePath

from include.exceptions import OriginMismatch
from include.plan.coverage import held_of
from include.plan.needs import Held
from include.warehouse.connections import connect, connect_to
from include.warehouse.origins import claim_origin, origin_of
from tests.desk import Desk, body

pytestmark = pytest.mark.postgres


def test_the_first_load_claims_the_warehouse_and_another_origin_is_refused(warehouse, tmp_path):
    desk = Desk(warehouse, ObjectStoragePath(f"file://{tmp_path}"), tmp_path / "reports")
    desk.run(IBM=body())
    assert origin_of(warehouse) == "sandbox"
    real = desk.start("stock_data_pipeline", "MSFT")
    desk.bring(real, "MSFT", "TIME_SERIES_DAILY", body(), origin="market")
    warehouse.commit()
    with pytest.raises(OriginMismatch, match="holds 'sandbox' data, and 'market' data was about to enter"):
        desk.finish(real)
    warehouse.rollback()
    assert warehouse.execute("select distinct symbol from stock_data").fetchall() == [("IBM",)]
    with pytest.raises(OriginMismatch):
        claim_origin(warehouse, "replay")


@pytest.mark.parametrize("way", ["the connection", "a URL"])
def test_moments_come_in_utc_whatever_the_zone_of_the_server(warehouse, warehouse_url, monkeypatch, way):
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS", warehouse_url)
    (name,) = warehouse.execute("select current_database()").fetchone()
    warehouse.execute(f"alter database {name} set timezone to 'America/Los_Angeles'")
    warehouse.commit()
    with connect() if way == "the connection" else connect_to(warehouse_url) as connection:
        connection.rollback()
        (moment,) = connection.execute("select timestamptz '2026-05-16T06:00Z'").fetchone()
    assert str(moment) == "2026-05-16 06:00:00+00:00"


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
