"""
### Weekly and monthly bars, back to the beginning

Trigger this for the history that a free key can have: one call brings all weeks, or all months, of a symbol,
as traded, over twenty years and more. They go into tables of their own, `stock_data_weekly` and
`stock_data_monthly`, one row for each symbol and period (`week` is its Monday, `month` its first day,
`timestamp` its last session). The running week and month are left out until they are over. Values that the
vendor revises are kept in `dataset_history`.

It runs on the calls that the daily bars leave, today and in their next run. What no call is left for is
deferred, and the run is green: run it again with the same parameters, and it asks only for what has not come.
A series that came is not asked for again within 7 days (weekly) or 28 (monthly).

| parameter | meaning |
|---|---|
| `symbols` | whose bars; all of the watchlist (Variable `stock_symbols`) where it is empty; list or text |
| `periods` | `weekly`, `monthly`, or both |
| `force` | ask again, due or not |
| `now` | the run's clock, for simulations; refused where real data is kept |
| `retry_delay` | seconds before the first retry of a task (300) |
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import Param, dag, get_current_context, task

from include.settings import ALPHAVANTAGE_CONN_ID
from include.tasks.context import as_mapped, run_request, starting, watchlist
from include.tasks.defaults import DEFAULT_ARGS, symbols_param
from include.tasks.flow import fetch_to_report
from include.tasks.persistence import persistent


@task
@persistent
def plan_periods() -> list[list[dict[str, str]]]:
    """Record the run; return what to ask, a list for each mapped instance."""
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
    from include.plan.periods import start_periods

    with starting() as warehouse:
        groups = start_periods(
            warehouse,
            run_request(),
            periods=get_current_context()["params"]["periods"],
            daily=watchlist(),
            hook=AlphaVantageHook(ALPHAVANTAGE_CONN_ID),
        )
    return as_mapped(groups)


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["stock-market", "by-hand"],
    doc_md=__doc__,
    params={
        "symbols": symbols_param(),
        "periods": Param(
            ["weekly", "monthly"],
            type="array",
            items={"type": "string", "enum": ["weekly", "monthly"]},
            title="Periods",
        ),
        "force": Param(False, type="boolean", title="Ask again"),
        "now": Param(None, type=["null", "string"], format="date-time", title="Clock of a simulation"),
        "retry_delay": Param(300, type="number", minimum=0, title="First retry after (s)"),
    },
    default_args=DEFAULT_ARGS,
)
def stock_data_periods() -> None:
    """Plan, fetch, validate, load, report."""
    fetch_to_report(plan_periods())


stock_data_periods()
