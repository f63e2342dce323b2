"""The steps of a run, for every DAG that fetches data: fetch, validate, load, report.

Each finds its run by the DAG and the run it is in; what to fetch a first task of the DAG's own has planned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, get_current_context, task
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSkipException

from include.exceptions import RunIncomplete
from include.settings import HORIZON, POOL, reports, store
from include.tasks.context import this_run
from include.tasks.persistence import persistent
from include.tasks.report_link import report_path, reported_task

if TYPE_CHECKING:
    from pydantic import JsonValue


STOCK_DATA = Asset("stock_data")


@task(pool=POOL, map_index_template="{{ symbol }}")
@persistent
def fetch_stock_data(requests: list[dict[str, str]], waits: bool = True) -> int:
    """Bring these bodies into the raw store; return how many are there.

    :param waits: where no call is left, wait for one that comes free soon; else the rest is deferred at once.
    """
    context: Any = get_current_context()
    context["symbol"] = _label(requests)
    from include.fetch.api import api_of, in_flight_of
    from include.fetch.entitlement import Entitlement
    from include.fetch.fetcher import Fetcher
    from include.fetch.outage import rest_before_retry
    from include.fetch.outcomes import next_turn, to_raise
    from include.plan.needs import PlannedRequest

    with this_run() as (warehouse, run), api_of(run).client_for(len(requests)) as client:
        force = context["params"].get("force", False)
        rest = rest_before_retry(context["params"].get("retry_delay", 300))
        fetcher = Fetcher(
            run,
            warehouse,
            client,
            store(),
            force,
            rest,
            entitlement=Entitlement(client, warehouse, run.now, force),
            in_flight=in_flight_of(client),
        )
        errors = fetcher.fetch(PlannedRequest(**request) for request in requests)
    if error := to_raise(errors):
        raise error
    turn = next_turn(errors, until=context["dag_run"].start_date + HORIZON)
    if turn and waits:
        raise AirflowRescheduleException(turn)  # type: ignore[no-untyped-call]
    if errors and len(errors) == len(requests):
        raise AirflowSkipException(f"Deferred: {errors[0]}")
    return len(requests) - len(errors)


@reported_task(trigger_rule="all_done")
@persistent
def validate_data() -> str:
    """Validate all that the run fetched; return the path of the bars that may enter."""
    from include.gate.checkpoint import data_docs
    from include.gate.validate import validate
    from include.report.quality_report import write_report
    from include.warehouse.origins import origin_of

    with this_run() as (warehouse, run):
        docs = reports(origin_of(warehouse))
        found = validate(warehouse, run, store=store(), reports=docs)
        if not found.is_of_datasets:
            write_report(warehouse, run, found.of_bars)
    print(f"Data Docs: {data_docs(docs)}")
    return found.accepted


@task(multiple_outputs=False, outlets=[STOCK_DATA])
@persistent
def load_stock_data(accepted: str) -> dict[str, int]:
    """Merge what was accepted; return what was new and changed."""
    from airflow.sdk import ObjectStoragePath

    from include.load.run import load_run
    from include.report.lineage import report_load

    with this_run() as (warehouse, run):
        loaded = load_run(warehouse, run, ObjectStoragePath(accepted))
        report_load(warehouse, run)
    counts = {
        "symbols": len(loaded),
        "new": sum(one.new for one in loaded),
        "changed": sum(one.changed for one in loaded),
        "unchanged": sum(one.unchanged for one in loaded),
    }
    context = get_current_context()
    if STOCK_DATA in context["task"].outlets:
        extra: dict[str, JsonValue] = {**counts, "report": report_path(run.id)}
        context["outlet_events"][STOCK_DATA].extra = extra
    return counts


@task(trigger_rule="all_done")
@persistent
def log_completion() -> str:
    """Close the run's audit row, whatever happened; print what it did, and mail what is news."""
    from include.alerts.daily import notify_end
    from include.report.closing import close_run
    from include.report.summary import headline, table

    with this_run() as (warehouse, run):
        closed = close_run(warehouse, run)
    print(table(closed.results), *closed.notes, *closed.missing, sep="\n")
    context = get_current_context()
    whole_list = not context["params"].get("symbols")
    notify_end(context["dag_run"].dag_id, run, closed.results, whole_list=whole_list)
    return headline(closed.results)


@task(trigger_rule="all_done")
@persistent
def pipeline_end() -> None:
    """Fail unless every planned symbol is loaded or deferred, and the run's audit row is closed; say why."""
    from include.report.results import problems, results_of
    from include.warehouse.runs import has_ended

    with this_run() as (warehouse, run):
        wrong = problems(results_of(warehouse, run))
        if not has_ended(warehouse, run):
            wrong.append("The end of the run is not on record. See the log of log_completion, and clear it.")
    if wrong:
        raise RunIncomplete("\n".join(wrong))


@task(trigger_rule="all_done")
@persistent
def report() -> str:
    """Close the run's audit row and print its table; fail if anything is neither loaded nor deferred."""
    from include.report.closing import close_run
    from include.report.summary import headline, table

    with this_run() as (warehouse, run):
        closed = close_run(warehouse, run)
    print(table(closed.results), headline(closed.results), sep="\n")
    if closed.wrong:
        raise RunIncomplete("\n".join(closed.wrong))
    return headline(closed.results)


def fetch_to_report(planned: Any) -> None:
    """Chain the steps of a run about datasets with tables of their own: fetch, validate, load, report.

    :param planned: the output of the DAG's first task.
    """
    fetch = fetch_stock_data.override(task_id="fetch").partial(waits=False)
    bodies = fetch.expand(requests=planned)
    accepted: Any = validate_data.override(task_id="validate")()
    bodies >> accepted
    load_stock_data.override(task_id="load", outlets=[])(accepted) >> report()


def _label(requests: list[dict[str, str]]) -> str:
    asked = [request["symbol"] for request in requests if request["symbol"][0] != "*"]
    symbols = list(dict.fromkeys(asked)) or [requests[0]["function"]]
    return symbols[0] if len(symbols) == 1 else f"{symbols[0]} +{len(symbols) - 1}"
