"""
### Daily bars, from Alpha Vantage to PostgreSQL

Every day at 06:00 UTC, after the session in New York has closed: ask for the last 100 sessions of each symbol
of the watchlist, keep every body as it came, let Great Expectations decide symbol by symbol what may enter,
and merge it into `stock_data`. Loading the same bars again changes nothing. Splits and dividends are asked
for once in 100 sessions, and at once where a bar opens as after a split. Once a week the list of all US
symbols: what is not on it costs no call, and what was delisted is asked for no more.

A symbol's suffix tells its exchange (`TSCO.LON` trades in London), whose sessions are its own: what trades
at 06:00 UTC, such as Shanghai, is final in the run of the next day.

| parameter | meaning |
|---|---|
| `symbols` | other symbols than the watchlist's (Variable `stock_symbols`); list or text |
| `force` | ask again what is stored, suspect, not listed, or refused as premium |
| `approve_warnings` | with more warnings than this, wait for a person to approve or reject them |
| `now` | the run's clock, for simulations; refused where real data is kept |
| `retry_delay` | seconds before the first retry of a task (300) |

Connections: `alphavantage_default` (the API key is its password), `postgres_stocks`.
The run is green only if every planned symbol is loaded, or deferred for lack of budget; otherwise
`pipeline_end` names the symbol, the cause and the next step.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import (
    AsyncCallback,
    DeadlineAlert,
    DeadlineReference,
    Param,
    dag,
    task,
)

from include.alerts.deadline import testable
from include.alerts.notifiers import FailureNotifier, LateRunNotifier
from include.settings import DAILY_HOUR, RUN_ENDS_WITHIN
from include.tasks.approval import approved
from include.tasks.context import as_mapped, run_request, starting, switched_on, watchlist
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
def pipeline_start() -> list[list[dict[str, str]]]:
    """Record the run; return what to ask, a list for each mapped instance."""
    from include.fetch.api import api_of
    from include.plan.shares import allowance_of_bars, selected
    from include.plan.start import start
    from include.tasks.interrupted import close_what_was_interrupted

    with starting() as warehouse:
        close_what_was_interrupted(warehouse)
        request = run_request()
        chosen = selected(switched_on(), watchlist())
        groups = start(
            warehouse,
            request,
            allowance=lambda run: allowance_of_bars(
                warehouse, api_of(run), chosen, run.clock, force=request.force
            ),
        )
    return as_mapped(groups)


@dag(
    schedule=f"0 {DAILY_HOUR} * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["stock-market", "etl", "production"],
    doc_md=__doc__,
    params={
        "symbols": symbols_param(),
        "force": Param(False, type="boolean", title="Ask again"),
        "approve_warnings": Param(
            None, type=["null", "integer"], minimum=0, title="Ask a person beyond so many warnings"
        ),
        "now": Param(None, type=["null", "string"], format="date-time", title="Clock of a simulation"),
        "retry_delay": Param(300, type="number", minimum=0, title="First retry after (s)"),
    },
    default_args=DEFAULT_ARGS,
    on_failure_callback=FailureNotifier(tasks_notify=True),
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=RUN_ENDS_WITHIN,
        callback=AsyncCallback(LateRunNotifier),
        name="run is late",
    ),
)
def stock_data_pipeline() -> None:
    """Plan, fetch, validate, load, report."""
    bodies = fetch_stock_data.expand(requests=pipeline_start())
    accepted = validate_data()
    bodies >> accepted
    load_stock_data(approved(accepted)) >> log_completion() >> pipeline_end()


testable(stock_data_pipeline())
