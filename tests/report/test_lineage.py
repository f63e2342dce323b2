"""What a load tells of its datasets, without anybody who listens and with a store that is not a folder."""

from __future__ import annotations

import pytest
from airflow.sdk import lineage

from include.report.lineage import report_load
from include.warehouse.runs import Request, record_request
from tests.bars import MORNING_AFTER

pytestmark = pytest.mark.postgres
RAW = "s3://aws_default@bucket/market/raw/origin=market"


@pytest.fixture
def loaded(warehouse, started):
    """A run that brought the bars of two symbols and the splits of one, and lacks a third."""
    run = started("IBM", "MSFT", "KO")
    for symbol, function in (("IBM", "TIME_SERIES_DAILY"), ("MSFT", "TIME_SERIES_DAILY"), ("IBM", "SPLITS")):
        path = f"{RAW}/function={function}/symbol={symbol}/x-compact.json"
        body = Request(symbol, function, "fetched", path=path, origin="market", fetched_at=MORNING_AFTER)
        record_request(warehouse, run, body)
    record_request(warehouse, run, Request("KO", "TIME_SERIES_DAILY", "failed", reason="Refused."))
    return run


def test_a_folder_and_a_table_for_each_function(warehouse, loaded, monkeypatch):
    collector = lineage.HookLineageCollector()
    monkeypatch.setattr(lineage, "get_hook_lineage_collector", lambda: collector)
    report_load(warehouse, loaded)
    told = collector.collected_assets
    assert sorted(found.asset.uri for found in told.inputs) == [
        "s3://bucket/market/raw/origin=market/function=SPLITS",
        "s3://bucket/market/raw/origin=market/function=TIME_SERIES_DAILY",
    ]
    info = warehouse.info
    database = f"postgres://{info.host}:{info.port}/{info.dbname}/public"
    assert sorted({found.asset.uri for found in told.outputs}) == [
        f"{database}/corporate_action",
        f"{database}/stock_data",
    ]


def test_nobody_has_to_listen(warehouse, loaded, monkeypatch):
    monkeypatch.setattr(lineage, "get_hook_lineage_collector", lineage.NoOpCollector)
    report_load(warehouse, loaded)
