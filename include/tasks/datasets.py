"""The tasks of datasets, for every DAG that brings some: fetch, validate, load, report.

Each finds its run, and by the names in it the datasets, which a first task of the DAG's own has planned.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from include.exceptions import RunIncomplete
from include.settings import POOL, reports, store
from include.tasks.context import this_run


@task(pool=POOL, map_index_template="{{ dataset }}")
def fetch(name: str) -> None:
    """Bring the dataset's body into the raw store."""
    context: Any = get_current_context()
    context["dataset"] = name
    from include.datasets.periods import dataset_named
    from include.fetch.api import api_of
    from include.fetch.datasets import DatasetFetcher
    from include.fetch.entitlement import EntitledApi
    from include.fetch.fetcher import OUT_OF_CALLS
    from include.fetch.outage import rest_before_retry

    dataset, params = dataset_named(name), context["params"]
    with this_run() as (warehouse, run):
        api = EntitledApi(api_of(run), warehouse, run.now)
        rest = rest_before_retry(params.get("retry_delay", 300))
        try:
            DatasetFetcher(run, warehouse, api, store(), params["force"], rest).fetch(dataset)
        except OUT_OF_CALLS as error:
            raise AirflowSkipException(f"Deferred: {error}") from error


@task(trigger_rule="all_done")
def validate() -> None:
    """Judge the bodies of the run, each dataset by its own rules."""
    from include.datasets.periods import dataset_named
    from include.gate.checkpoint import data_docs
    from include.gate.datasets import validate as judge
    from include.warehouse.origins import origin_of

    with this_run() as (warehouse, run):
        place = reports(origin_of(warehouse)) / "datasets"
        judge(warehouse, run, reports=place, datasets=[*map(dataset_named, run.symbols)])
    print(f"Data Docs: {data_docs(place)}")


@task
def load() -> list[dict[str, Any]]:
    """Merge what was accepted into the tables; return what was new and changed."""
    from include.datasets.periods import dataset_named
    from include.load.datasets import load as merge

    with this_run() as (warehouse, run):
        datasets = [*map(dataset_named, run.symbols)]
        return [asdict(loaded) for loaded in merge(warehouse, run, now=run.now(), datasets=datasets)]


@task(trigger_rule="all_done")
def report() -> str:
    """Close the run's audit row and print its table; fail if a dataset is neither loaded nor deferred."""
    from include.report.closing import close_run
    from include.report.summary import headline, table

    with this_run() as (warehouse, run):
        closed = close_run(warehouse, run)
    print(table(closed.results), headline(closed.results), sep="\n")
    if closed.wrong:
        raise RunIncomplete("\n".join(closed.wrong))
    return headline(closed.results)
