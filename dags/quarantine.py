"""
### Quarantine: what the gate refused, and what you decide about it

A bar that breaks a rule keeps its symbol out until somebody decides. Trigger this DAG:

| `action` | |
|---|---|
| `list` | what awaits a decision, with the ids to name in `rows`: see the log of `decide` |
| `release` | it is right although it breaks a rule: it is loaded as it is (see the view `released_bar`) |
| `discard` | it is wrong: it is left out, and the symbol's other bars are loaded |
| `replay` | decide nothing; judge the symbols of these rows again under today's rules, after one was mended |

A decision needs a `reason`, is kept in `quarantine_decision`, and holds for exactly these values whenever the
vendor sends them again. It takes effect at once: the newest stored body of each symbol is judged again and
loaded. Nothing is asked of the API. `who` is you, unless you name somebody; `now` is for simulations.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from airflow_provider_alphavantage.retry import AlphaVantageRetryPolicy
from include.exceptions import PipelineError, RunIncomplete
from include.settings import reports, store
from include.tasks.daily_bars import STOCK_DATA, run_key, this_run
from include.tasks.report_link import reported_task


@task
def decide() -> list[str]:
    """Record the decision and the bodies to judge again; return the symbols. Or list what is open."""
    from include.gate.quarantine import Instruction, open_rows, table, take_up
    from include.warehouse.connections import connect, upgrade_schema

    context = get_current_context()
    params = context["params"]
    upgrade_schema()
    with connect() as warehouse:
        if params["action"] == "list":
            print(table(open_rows(warehouse)))
            raise AirflowSkipException("Listed what is open; nothing was decided.")
        asked = Instruction(
            params["action"],
            params["rows"],
            who=params["who"] or context["dag_run"].triggering_user_name or "",
            why=params["reason"] or "",
        )
        run = take_up(warehouse, asked, **run_key(), now=params["now"])
    return run.symbols


@reported_task()
def validate_data() -> str:
    """Judge the bodies under today's rules and decisions; return the path of the bars that may enter."""
    from include.gate.validate import validate
    from include.warehouse.origins import origin_of

    with this_run() as (warehouse, run):
        return validate(warehouse, run, store=store(), reports=reports(origin_of(warehouse)))


@task(outlets=[STOCK_DATA])
def load_stock_data(accepted: str) -> None:
    """Merge the accepted bars into stock_data; what was discarded after it had entered leaves it."""
    from airflow.sdk import ObjectStoragePath

    from include.gate.accepted import read_accepted
    from include.load.merge import load_run

    bars = read_accepted(ObjectStoragePath(accepted))
    with this_run() as (warehouse, run):
        load_run(warehouse, bars, run)


@task(trigger_rule="none_skipped")
def report() -> str:
    """Close the run's audit row and print its table; fail if nothing could be done."""
    from include.report.results import headline, problems, results_of, table, undone
    from include.warehouse.runs import end_run

    with this_run() as (warehouse, run):
        results = results_of(warehouse, run)
        wrong = undone(results, get_current_context()["params"]["action"])
        told = "\n".join(problems(results))
        end_run(warehouse, run, state="failed" if wrong else "success", message=told)
    print(f"{table(results)}{told}")
    if wrong:
        raise RunIncomplete("\n".join(wrong))
    return headline(results)


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["stock-market", "by-hand"],
    doc_md=__doc__,
    params={
        "action": Param("list", type="string", enum=["list", "release", "discard", "replay"], title="Action"),
        "rows": Param([], type="array", items={"type": "integer"}, title="Ids of rows"),
        "reason": Param(None, type=["null", "string"], title="Reason"),
        "who": Param(None, type=["null", "string"], title="Who decides"),
        "now": Param(None, type=["null", "string"], format="date-time", title="Clock of a simulation"),
    },
    default_args={
        "owner": "data-engineering-team",
        "retries": 2,
        "retry_delay": timedelta(seconds=10),
        "retry_policy": AlphaVantageRetryPolicy(fail_at_once=(PipelineError,)),
        "execution_timeout": timedelta(minutes=30),
    },
)
def quarantine() -> None:
    """Decide, judge again, load, report."""
    accepted = validate_data()
    decide() >> accepted
    load_stock_data(accepted) >> report()


quarantine()
