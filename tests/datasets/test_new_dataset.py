"""A new dataset needs one declaration of under 20 lines, and nothing else."""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.functions import check, tier
from airflow_provider_alphavantage.responses import read
from include.datasets.base import Dataset
from include.datasets.rule import between
from include.fetch.fetcher import Fetcher
from include.plan.datasets import request_of, start
from include.report.results import problems, results_of
from include.report.summary import headline, table
from include.warehouse.origins import claim_origin
from include.warehouse.runs import RunRequest, find_run, requests_of
from tests.bars import let_in

pytestmark = pytest.mark.postgres
MORNING = datetime(2026, 5, 16, 7, tzinfo=UTC)
BODY = b"timestamp,value\r\n2026-05-14,4.47\r\n2026-05-13,4.5\r\n"


def treasury_yield() -> Dataset:
    return Dataset(
        "us_10_year",
        "TREASURY_YIELD",
        table="treasury_yield",
        key=("maturity", "date"),
        parameters={"interval": "daily", "maturity": "10year", "datatype": "csv"},
        day="date",
        columns=("value",),
        rules=(between("value", -5, 30),),
    )


YIELD = treasury_yield()


class Treasury:
    """Answers with one body, whatever is asked."""

    def __init__(self) -> None:
        self.body, self.now = BODY, MORNING
        self.asked: list[tuple[str, dict[str, str]]] = []

    def query(self, function: str, **parameters: str) -> Answer:
        self.asked.append((function, parameters))
        return Answer(read(self.body, function=function), self.now, "replay", function)


@pytest.fixture
def run_daily(warehouse, tmp_path):
    """Plan, fetch, validate and load on the day of an answer; return the run."""
    claim_origin(warehouse, "replay")

    def run_on_day(api: Treasury):
        request = RunRequest("market_data_extra", str(api.now), now=api.now.isoformat())
        groups = start(warehouse, request, premium=False, datasets=[YIELD])
        assert groups == [[request_of(YIELD)]]
        run = find_run(warehouse, request.dag_id, request.run_id)
        store = ObjectStoragePath(f"file://{tmp_path}/store")
        assert Fetcher(run, warehouse, api, store, datasets=[YIELD]).fetch(groups[0]) == []
        let_in(warehouse, run, tmp_path, [YIELD])
        warehouse.commit()
        return run

    return run_on_day


def test_its_declaration_is_short_and_can_be_asked_for():
    assert len(inspect.getsource(treasury_yield).splitlines()) < 20
    assert tier(YIELD.function, YIELD.parameters) == "free"
    assert check(YIELD.function, YIELD.parameters) == YIELD.parameters


def test_it_is_planned_fetched_loaded_and_reported(warehouse, run_daily):
    api = Treasury()
    run = run_daily(api)
    assert api.asked == [("TREASURY_YIELD", dict(YIELD.parameters))]
    (request,) = requests_of(warehouse, run)
    assert (request.symbol, request.function, request.outputsize) == ("us_10_year", "TREASURY_YIELD", "")
    assert (request.outcome, request.final_through) == ("fetched", date(2026, 5, 14))
    rows = warehouse.execute("select maturity, date, value from treasury_yield order by date").fetchall()
    assert rows == [
        ("10year", date(2026, 5, 13), Decimal("4.5")),
        ("10year", date(2026, 5, 14), Decimal("4.47")),
    ]
    results = results_of(warehouse, run)
    assert headline(results).startswith("1 of 1 dataset loaded; 2 rows new")
    assert "us_10_year" in table(results)


def test_a_revision_goes_to_its_history(warehouse, run_daily):
    api = Treasury()
    run_daily(api)
    api.now, api.body = MORNING + timedelta(days=1), BODY.replace(b"4.5\r", b"4.51\r")
    run_daily(api)
    kept = warehouse.execute("select dataset, key ->> 'date', before from dataset_history").fetchall()
    assert kept == [("us_10_year", "2026-05-13", {"value": 4.5})]


def test_what_breaks_its_rule_is_quarantined_and_reported(warehouse, run_daily):
    api = Treasury()
    api.body = BODY.replace(b"4.47", b"447")
    run = run_daily(api)
    refused = warehouse.execute("select symbol, data_date, rules from quarantine").fetchall()
    assert refused == [("us_10_year", date(2026, 5, 14), ["value_within_bounds"])]
    (problem,) = problems(results_of(warehouse, run))
    assert problem.startswith("us_10_year: 1 of 2 rows refused, none loaded.")


def test_a_body_without_its_columns_is_refused(warehouse, run_daily, tmp_path):
    api = Treasury()
    api.body = b"timestamp,rate\r\n2026-05-14,4.47\r\n"
    with pytest.raises(AssertionError, match="no column 'value'"):
        run_daily(api)
