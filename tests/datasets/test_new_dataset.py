"""A dataset nobody has declared before: one declaration, and it is planned, fetched, loaded and reported."""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Dataset
from include.datasets.rule import between
from include.fetch.fetcher import Fetcher
from include.gate.datasets import validate_datasets
from include.load.datasets import load_datasets
from include.plan.datasets import start
from include.report.closing import close_run
from include.report.summary import headline, table
from include.warehouse.origins import claim_origin
from include.warehouse.runs import RunRequest, find_run

pytestmark = pytest.mark.postgres


def declare() -> Dataset:
    return Dataset(
        "us_treasury_10_years",
        "TREASURY_YIELD",
        table="us_treasury_yield",
        key=("maturity", "date"),
        parameters={"interval": "daily", "maturity": "10year", "datatype": "csv"},
        day="date",
        rules=(between("value", -5, 30),),
    )


MORNING = datetime(2026, 5, 16, 7, tzinfo=UTC)


class Api:
    """Answers with one body, and notes what it was asked."""

    def __init__(self, body: bytes) -> None:
        self.body, self.now, self.asked = body, MORNING, []

    def query(self, function: str, **parameters: str) -> Answer:
        self.asked.append((function, parameters))
        return Answer(read(self.body, function=function), self.now, "replay", function)


@pytest.fixture
def run_day(warehouse, tmp_path):
    """Take the dataset from the plan to the report on one day; return what was planned and what is said."""
    claim_origin(warehouse, "replay")
    dataset = declare()
    store = ObjectStoragePath(f"file://{tmp_path}/store")

    def run_it(api: Api) -> tuple[list[str], str, str]:
        request = RunRequest("market_data_extra", str(api.now), now=api.now.isoformat())
        groups = start(warehouse, request, premium=False, datasets=[dataset])
        planned = [asked for group in groups for asked in group]
        run = find_run(warehouse, request.dag_id, request.run_id)
        named = {dataset.name: dataset}.__getitem__
        assert Fetcher(run, warehouse, api, store, named=named).fetch(planned) == []
        validate_datasets(warehouse, run, reports=tmp_path / "reports", named=named)
        load_datasets(warehouse, run, now=api.now, named=named)
        closed = close_run(warehouse, run)
        return [asked.symbol for asked in planned], headline(closed.results), table(closed.results)

    return run_it


def test_one_declaration_is_enough(warehouse, run_day):
    assert len(inspect.getsource(declare).splitlines()) < 20
    api = Api(b"timestamp,value\r\n2026-05-15,4.45\r\n2026-05-14,4.50\r\n2026-05-13,.\r\n")
    planned, said, shown = run_day(api)
    assert planned == ["us_treasury_10_years"]
    assert api.asked == [
        ("TREASURY_YIELD", {"interval": "daily", "maturity": "10year", "datatype": "csv"}),
    ]
    rows = warehouse.execute("select maturity, date, value from us_treasury_yield order by date")
    assert rows.fetchall() == [
        ("10year", date(2026, 5, 13), None),
        ("10year", date(2026, 5, 14), Decimal("4.50")),
        ("10year", date(2026, 5, 15), Decimal("4.45")),
    ]
    assert said == "1 of 1 dataset loaded; 3 rows new; 0 changed; 0 unchanged"
    assert "us_treasury_10_years" in shown


def test_a_revision_is_kept_and_a_value_out_of_bounds_is_refused(warehouse, run_day):
    api = Api(b"timestamp,value\r\n2026-05-15,4.45\r\n")
    run_day(api)
    api.now, api.body = MORNING + timedelta(days=1), b"timestamp,value\r\n2026-05-15,4.46\r\n"
    assert run_day(api)[1].endswith("0 rows new; 1 changed; 0 unchanged")
    ((replaced,),) = warehouse.execute("select before ->> 'value' from dataset_history").fetchall()
    assert replaced == "4.45"
    api.now, api.body = MORNING + timedelta(days=2), b"timestamp,value\r\n2026-05-15,44.6\r\n"
    assert run_day(api)[1].startswith("0 of 1 dataset loaded")
    refused = warehouse.execute("select symbol, rules, bar ->> 'value' from quarantine").fetchall()
    assert refused == [("us_treasury_10_years", ["value_within_bounds"], "44.6")]
    assert warehouse.execute("select value from us_treasury_yield").fetchone() == (Decimal("4.46"),)
