"""The task that fetches a dataset with a table of its own."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from include.settings import POOL, store
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
