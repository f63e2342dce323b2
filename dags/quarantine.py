"""
### Quarantine: what the gate refused, and what you decide about it

A row that breaks a rule keeps its symbol or dataset out until somebody decides, and so does a list of splits,
dividends or symbols that would withdraw more than a few. Trigger this DAG:

| `action` | |
|---|---|
| `list` | what awaits a decision, with the ids to name in `rows`: see the log of `decide` |
| `release` | it is right although it breaks a rule: it is loaded as it is (see the view `released_bar`) |
| `discard` | it is wrong: it is left out, and what came with it is loaded; of a list, what is held stays |
| `choose` | of several rows of one key this one is right: it is loaded, the others are left out |
| `undo` | the decision on it is taken back: it is judged as if nobody had decided |
| `replay` | decide nothing; judge the symbols of these rows again under today's rules, after one was mended |

A decision needs a `reason`, is kept in `quarantine_decision`, and holds for exactly these values whenever the
vendor sends them again. It takes effect at once: the newest stored body of each symbol is judged again and
loaded. With `preview` nothing is decided: the log of `decide` and the page Quality show what it would do.
Nothing is asked of the API. Who decided is the user of Airflow who triggered the run; a name in `who` is kept
beside the reason, as a remark. `now` is for simulations.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from include.exceptions import RunIncomplete
from include.tasks.context import run_request, starting, this_run
from include.tasks.defaults import ATTENDED_ARGS
from include.tasks.flow import load_stock_data, validate_data
from include.tasks.persistence import persistent

ACTIONS = ["list", "release", "discard", "choose", "undo", "replay"]


@task
@persistent
def decide() -> list[str]:
    """Record the decision and the bodies to validate again; return the symbols. Or list what is open."""
    from include.gate.quarantine import Instruction, open_rows, table, take_up
    from include.load.undoing import put_back
    from include.report.rehearsal import keep, rehearse
    from include.report.summary import table as results_table

    context = get_current_context()
    params = context["params"]
    with starting() as warehouse:
        if params["action"] == "list":
            print(table(open_rows(warehouse)))
            raise AirflowSkipException("Listed what is open; nothing was decided.")
        asked = Instruction(
            params["action"],
            params["rows"],
            who=context["dag_run"].triggering_user_name or "",
            why=params["reason"] or "",
            named=params["who"] or "",
        )
        request = run_request()
        if params["preview"]:
            found = rehearse(warehouse, asked, request)
            keep(warehouse, asked, request.run_id, found)
            print(results_table(found, "What it would do"))
            raise AirflowSkipException("Showed what it would do; nothing was decided.")
        run = take_up(warehouse, asked, request)
        print(*put_back(warehouse, run), sep="\n")
        return run.symbols


@task(trigger_rule="none_skipped")
@persistent
def report() -> str:
    """Close the run's audit row and print its table; fail if nothing could be done."""
    from include.report.closing import close_run
    from include.report.results import problems, undone
    from include.report.summary import headline, table

    action = get_current_context()["params"]["action"]
    with this_run() as (warehouse, run):
        closed = close_run(warehouse, run, partial(undone, action=action))
    print(table(closed.results), *closed.missing, *problems(closed.results), sep="\n")
    if closed.wrong:
        raise RunIncomplete("\n".join(closed.wrong))
    return headline(closed.results)


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["stock-market", "by-hand"],
    doc_md=__doc__,
    params={
        "action": Param("list", type="string", enum=ACTIONS, title="Action"),
        "rows": Param([], type="array", items={"type": "integer"}, title="Ids of rows"),
        "reason": Param(None, type=["null", "string"], title="Reason"),
        "who": Param(None, type=["null", "string"], title="On behalf of (a remark)"),
        "preview": Param(False, type="boolean", title="Only show what it would do"),
        "now": Param(None, type=["null", "string"], format="date-time", title="Clock of a simulation"),
    },
    default_args=ATTENDED_ARGS,
)
def quarantine() -> None:
    """Decide, validate again, load, report."""
    accepted = validate_data.override(trigger_rule="all_success")()
    decide() >> accepted
    load_stock_data(accepted) >> report()


quarantine()
