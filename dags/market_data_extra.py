"""
### Other data: currencies, crypto, a commodity, the economy, a company

Off until you turn it on. Every day at 07:00 UTC, an hour after the daily bars, so that they have the budget
first: fetch the datasets of `include/datasets/` that are due, keep every body as it came, let Great
Expectations decide dataset by dataset what may enter, and merge it into the dataset's own table. Values that
are replaced go to `dataset_history`. To add a dataset, declare it there: nothing else.

The row of the day on which it is fetched still moves for currencies and crypto: it is left out until that day
is over (UTC). A dataset that was loaded is not asked for again until it is due, so a second run on one day
costs no call. A free key is never asked for what needs a premium one.

| parameter | meaning |
|---|---|
| `force` | ask again, due or not |
| `now` | the run's clock, for simulations; refused where real data is kept |
| `retry_delay` | seconds before the first retry of a task (300) |

Connections: `alphavantage_default` (the API key is its password), `postgres_stocks`.
The run is green only if every dataset that was due is loaded, or deferred for lack of budget; otherwise
`report` names the dataset, the cause and the next step.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import Param, dag, task

from include.alerts.notifiers import FailureNotifier, SuccessNotifier
from include.settings import ALPHAVANTAGE_CONN_ID
from include.tasks.context import as_mapped, run_request, starting
from include.tasks.defaults import DEFAULT_ARGS
from include.tasks.flow import fetch_to_report
from include.tasks.persistence import persistent


@task
@persistent
def start() -> list[list[dict[str, str]]]:
    """Record the run; return what to ask, a list for each mapped instance."""
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
    from include.plan.datasets import start as start_run

    with starting() as warehouse:
        premium = AlphaVantageHook(ALPHAVANTAGE_CONN_ID).plan == "premium"
        groups = start_run(warehouse, run_request(), premium=premium)
    return as_mapped(groups)


@dag(
    schedule="0 7 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["market-data", "etl"],
    doc_md=__doc__,
    params={
        "force": Param(False, type="boolean", title="Ask again"),
        "now": Param(None, type=["null", "string"], format="date-time", title="Clock of a simulation"),
        "retry_delay": Param(300, type="number", minimum=0, title="First retry after (s)"),
    },
    default_args=DEFAULT_ARGS,
    on_failure_callback=FailureNotifier(),
    on_success_callback=SuccessNotifier(),
)
def market_data_extra() -> None:
    """Plan, fetch, validate, load, report."""
    fetch_to_report(start())


market_data_extra()
