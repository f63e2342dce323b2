"""
### Daily bars of the past

Trigger this to bring what is not held of a range. `stock_data_pipeline` keeps the last 100 sessions whole;
this reaches back beyond them where the key does. A premium key brings the whole history of a symbol in one
call (`outputsize=full`), and all of it enters. A free key reaches the last 100 sessions and no further: what
is older is named, and not asked for (`stock_data_periods` brings its weeks and months).

It goes through the same gate into the same table, and on the calls that the daily bars leave, today and in
their next run. What no call is left for is deferred, and the run is green: run it again with the same
parameters, and it asks only for what has not come. Once everything is there it asks nothing.

| parameter | meaning |
|---|---|
| `symbols` | whose bars; all of the watchlist (Variable `stock_symbols`) where it is empty; list or text |
| `from`, `to` | the first and the last day; as far as there is any where they are empty |
| `force` | ask although the listing does not know a symbol, or it is suspect |
| `approve_warnings` | with more warnings than this, wait for a person to approve or reject them |
| `now` | the run's clock, for simulations; refused where real data is kept |
| `retry_delay` | seconds before the first retry of a task (300) |

`report_range` says of each symbol how much of the range is held, and why the rest is not.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import Param, dag, get_current_context, task

from include.tasks.approval import approved
from include.tasks.context import as_mapped, run_request, starting, this_run, watchlist
from include.tasks.defaults import DEFAULT_ARGS, symbols_param
from include.tasks.flow import (
    fetch_stock_data,
    load_stock_data,
    log_completion,
    pipeline_end,
    validate_data,
)
from include.tasks.persistence import persistent


@task
@persistent
def plan_backfill() -> list[list[dict[str, str]]]:
    """Record the run; return what to ask of the range, a list for each mapped instance."""
    from include.fetch.api import api_of
    from include.plan.backfill import start_backfill

    params = get_current_context()["params"]
    with starting() as warehouse:
        groups = start_backfill(
            warehouse,
            run_request(),
            days=(params["from"], params["to"]),
            daily=watchlist(),
            api_of=api_of,
        )
    return as_mapped(groups)


@task(trigger_rule="all_done")
@persistent
def report_range() -> None:
    """Print how much of the range is held of each symbol, and why the rest is not."""
    from include.fetch.api import api_of
    from include.plan.entitlement import is_premium
    from include.report.ranges import range_held

    params = get_current_context()["params"]
    with this_run() as (warehouse, run):
        premium = is_premium(warehouse, api_of(run), now=run.clock)
        lines = range_held(warehouse, run, (params["from"], params["to"]), premium=premium)
    print(*lines, sep="\n")


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["stock-market", "by-hand"],
    doc_md=__doc__,
    params={
        "symbols": symbols_param(),
        "from": Param(None, type=["null", "string"], format="date", title="First day"),
        "to": Param(None, type=["null", "string"], format="date", title="Last day"),
        "force": Param(False, type="boolean", title="Ask for suspects, too"),
        "approve_warnings": Param(
            None, type=["null", "integer"], minimum=0, title="Ask a person beyond so many warnings"
        ),
        "now": Param(None, type=["null", "string"], format="date-time", title="Clock of a simulation"),
        "retry_delay": Param(300, type="number", minimum=0, title="First retry after (s)"),
    },
    default_args=DEFAULT_ARGS,
)
def stock_data_backfill() -> None:
    """Plan what the range lacks, fetch, validate, load, report."""
    bodies = fetch_stock_data.partial(waits=False).expand(requests=plan_backfill())
    accepted = validate_data()
    bodies >> accepted
    load_stock_data(approved(accepted)) >> log_completion() >> report_range() >> pipeline_end()


stock_data_backfill()
