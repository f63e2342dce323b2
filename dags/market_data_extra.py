"""
### Other data: fundamentals, currencies, crypto, commodities, the economy, news

Every day at 07:00 UTC, an hour after the daily bars: fetch what is switched on and due, keep every body as it
came, let Great Expectations decide dataset by dataset what may enter, and merge it into the dataset's table.
Values that are replaced go to `dataset_history`. Paused, and nothing is switched on at first: `make datasets`
does both, or the switch of this DAG and the Variable `market_datasets`, a JSON object such as

    {"fundamentals": true, "fx": ["EUR/USD", "GBP/USD"], "crypto": ["BTC/USD"], "commodities": "all"}

`make datasets` prints what there is and what it costs. `true` or `"all"` means all symbols of the watchlist
(Variable `stock_symbols`), or all names of the dataset. What cannot be asked for is named in the log of
`start`, and the others go on.

It runs on the calls that the daily bars leave, and on at least three in ten of a day's calls unless a session
of a bar would be lost for it. What no call is left for waits for its turn. A dataset that was loaded is not
asked for again until it is due, so a second run on one day costs no call. The row of a day (UTC), week or
month that is not over is left out of currencies and crypto. A free key is never asked for what needs a
premium one.

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
from include.tasks.context import as_mapped, run_request, starting, switched_on, watchlist
from include.tasks.defaults import DEFAULT_ARGS
from include.tasks.flow import fetch_to_report
from include.tasks.persistence import persistent


@task
@persistent
def start() -> list[list[dict[str, str]]]:
    """Record the run; return what to ask, a list for each mapped instance."""
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
    from include.plan.datasets import start as start_run
    from include.plan.shares import calls_of_datasets, selected

    with starting() as warehouse:
        request, hook, daily = run_request(), AlphaVantageHook(ALPHAVANTAGE_CONN_ID), watchlist()
        chosen = selected(switched_on(), daily)
        print(*chosen.refused, sep="\n")
        groups = start_run(
            warehouse,
            request,
            premium=hook.plan == "premium",
            datasets=chosen.datasets,
            calls=calls_of_datasets(warehouse, hook, request, daily),
        )
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
