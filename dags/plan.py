"""
### Plan: what the next run of `stock_data_pipeline` would ask for, and why

Trigger it whenever you want to know, also before you change the watchlist. Nothing is asked of the API, and
no row is written to the warehouse (its schema is brought up to date, as by every DAG). The log of `plan` has
every request in order with its reason, what has to wait and until when, what it costs, and the day when
everything that is due will be there.

| parameter | meaning |
|---|---|
| `symbols` | another list than the watchlist's (Variable `stock_symbols`); list or text |
| `force` | as if bars were asked for although they are held |
| `now` | the run's clock, for simulations; refused where real data is kept |
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import Param, dag, task

from include.settings import ALPHAVANTAGE_CONN_ID
from include.tasks.context import opened, run_request, switched_on, watchlist
from include.tasks.defaults import ATTENDED_ARGS, symbols_param
from include.tasks.persistence import persistent


@task(multiple_outputs=False)
@persistent
def plan() -> dict[str, list[str]]:
    """Print what a run would do now; return the lines."""
    from dataclasses import asdict

    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
    from include.plan.clock import clock_of
    from include.plan.preview import preview
    from include.plan.shares import allowance_of_bars, selected

    request, hook = run_request(), AlphaVantageHook(ALPHAVANTAGE_CONN_ID)
    with opened() as warehouse:
        now = clock_of(warehouse, request.now)
        chosen = selected(switched_on(), watchlist())
        allowance = allowance_of_bars(warehouse, hook, chosen, now, force=request.force)
        previewed = preview(warehouse, request, allowance=allowance)
    print(*previewed.outlook, *previewed.requests, sep="\n")
    return asdict(previewed)


@dag(
    dag_id="plan",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    is_paused_upon_creation=False,
    tags=["stock-market", "by-hand"],
    doc_md=__doc__,
    params={
        "symbols": symbols_param(),
        "force": Param(False, type="boolean", title="Ask again"),
        "now": Param(None, type=["null", "string"], format="date-time", title="Clock of a simulation"),
    },
    default_args=ATTENDED_ARGS,
)
def plan_of_next_run() -> None:
    """Plan, and nothing else."""
    plan()


plan_of_next_run()
