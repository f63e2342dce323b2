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
| `symbols` | other symbols than the watchlist's (Variable `stock_symbols`) |
| `force` | ask again although the raw store holds the last closed session |
| `now` | the run's clock, for simulations; refused where real data is kept |
| `retry_delay` | seconds before the first retry of a task (300) |

Connections: `alphavantage_default` (the API key is its password), `postgres_stocks`.
The run is green only if every planned symbol is loaded, or deferred for lack of budget; otherwise
`pipeline_end` names the symbol, the cause and the next step.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, Param, Variable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSkipException

from airflow_provider_alphavantage.exceptions import PASSING
from airflow_provider_alphavantage.retry import AlphaVantageRetryPolicy
from include.exceptions import PipelineError, RunIncomplete
from include.needs import PlannedRequest
from include.settings import HORIZON, POOL, WATCHLIST_VARIABLE, reports, store

STOCK_DATA = Asset("stock_data")


@task
def pipeline_start() -> list[list[dict[str, str]]]:
    """Record the run; return what to ask, a list for each mapped instance."""
    from include.api import api_of
    from include.plan import allowance_of
    from include.start import start
    from include.warehouse import connect, upgrade_schema

    context = get_current_context()
    params = context["params"]
    upgrade_schema()
    with connect() as warehouse:
        groups = start(
            warehouse,
            **_run_key(),
            asked=params["symbols"] or Variable.get(WATCHLIST_VARIABLE, default=""),
            now=params["now"],
            allowance=lambda run: allowance_of(api_of(run), within=HORIZON),
            force=params["force"],
        )
    return [[asdict(request) for request in group] for group in groups]


@task(pool=POOL, map_index_template="{{ symbol }}")
def fetch_stock_data(requests: list[dict[str, str]]) -> int:
    """Bring these bodies into the raw store; return how many are there."""
    get_current_context()["symbol"] = _label(requests)
    from include.api import api_of
    from include.fetch import OUT_OF_CALLS, Fetcher, next_turn

    with _this_run() as (warehouse, run):
        force = get_current_context()["params"]["force"]
        errors = Fetcher(run, warehouse, api_of(run), store(), force).fetch(
            PlannedRequest(**request) for request in requests
        )
    failed = [error for error in errors if not isinstance(error, OUT_OF_CALLS)]
    for error in sorted(failed, key=lambda error: not isinstance(error, PASSING)):
        raise error
    if turn := next_turn(errors, until=get_current_context()["dag_run"].start_date + HORIZON):
        raise AirflowRescheduleException(turn)
    if errors and len(errors) == len(requests):
        raise AirflowSkipException(f"Deferred: {errors[0]}")
    return len(requests) - len(errors)


@task(trigger_rule="all_done")
def validate_data() -> str:
    """Judge all bodies of the run; return the path of the bars that may enter."""
    from include.gate import data_docs
    from include.validate import validate
    from include.warehouse import origin_of

    with _this_run() as (warehouse, run):
        place = reports(origin_of(warehouse))
        accepted = validate(warehouse, run, store=store(), reports=place)
    print(f"Data Docs: {data_docs(place)}")
    return accepted


@task(multiple_outputs=False, outlets=[STOCK_DATA])
def load_stock_data(accepted: str) -> dict[str, int]:
    """Merge what was accepted, actions and the listing; return what was new and changed of the bars."""
    from airflow.sdk import ObjectStoragePath

    from include.bars import read_accepted
    from include.corporate_actions import load_actions
    from include.listing import load_listing
    from include.load import load, refresh_views

    bars = read_accepted(ObjectStoragePath(accepted))
    with _this_run() as (warehouse, run):
        load_listing(warehouse, run)
        actions = load_actions(warehouse, run, now=run.now())
        loaded = load(warehouse, bars, run, now=run.now())
        warehouse.commit()
        if actions or any(symbol.new_bars or symbol.changed_bars for symbol in loaded):
            refresh_views(warehouse)
    counts = {
        "symbols": len(loaded),
        "new": sum(symbol.new_bars for symbol in loaded),
        "changed": sum(symbol.changed_bars for symbol in loaded),
        "unchanged": sum(symbol.unchanged_bars for symbol in loaded),
    }
    get_current_context()["outlet_events"][STOCK_DATA].extra = dict(counts)
    return counts


@task(trigger_rule="all_done")
def log_completion() -> str:
    """Close the run's audit row, whatever happened; print its table and what is missing."""
    from include.gaps import find_gaps, gaps_of
    from include.lifecycle import notes_of
    from include.reports import headline, problems, results_of, table
    from include.runs import end_run

    with _this_run() as (warehouse, run):
        find_gaps(warehouse, now=run.now())
        missing = gaps_of(warehouse, run)
        learnt = notes_of(warehouse, run)
        results = results_of(warehouse, run)
        wrong = problems(results)
        end_run(warehouse, run, state="failed" if wrong else "success", message="\n".join(wrong))
    print(table(results), *learnt, *missing, sep="\n")
    return headline(results)


@task(trigger_rule="all_done")
def pipeline_end() -> None:
    """Fail unless every planned symbol is loaded or deferred; say which is not, why, and what to do."""
    from include.reports import problems, results_of

    with _this_run() as (warehouse, run):
        wrong = problems(results_of(warehouse, run))
    if wrong:
        raise RunIncomplete("\n".join(wrong))


@contextmanager
def _this_run() -> Generator[tuple[Any, Any]]:
    """Open the warehouse and find the run that pipeline_start recorded."""
    from include.runs import find_run
    from include.warehouse import connect

    with connect() as warehouse:
        yield warehouse, find_run(warehouse, **_run_key())


def _run_key() -> dict[str, str]:
    dag_run = get_current_context()["dag_run"]
    return {"dag_id": dag_run.dag_id, "run_id": dag_run.run_id}


def _label(requests: list[dict[str, str]]) -> str:
    asked = [request["symbol"] for request in requests if request["symbol"][0] != "*"]
    symbols = list(dict.fromkeys(asked)) or [requests[0]["function"]]
    return symbols[0] if len(symbols) == 1 else f"{symbols[0]} +{len(symbols) - 1}"


@dag(
    schedule="0 6 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["stock-market", "etl", "production"],
    doc_md=__doc__,
    params={
        "symbols": Param(None, type=["null", "array"], items={"type": "string"}, title="Symbols"),
        "force": Param(False, type="boolean", title="Ask again"),
        "now": Param(None, type=["null", "string"], format="date-time", title="Clock of a simulation"),
        "retry_delay": Param(300, type="number", minimum=0, title="First retry after (s)"),
    },
    default_args={
        "owner": "data-engineering-team",
        "retries": 3,
        "retry_delay": timedelta(minutes=5),
        "retry_exponential_backoff": True,
        "retry_policy": AlphaVantageRetryPolicy(fail_at_once=(PipelineError,), delay_param="retry_delay"),
        "execution_timeout": timedelta(minutes=30),
    },
)
def stock_data_pipeline() -> None:
    """Plan, fetch, validate, load, report."""
    bodies = fetch_stock_data.expand(requests=pipeline_start())
    accepted = validate_data()
    bodies >> accepted
    load_stock_data(accepted) >> log_completion() >> pipeline_end()


stock_data_pipeline()
