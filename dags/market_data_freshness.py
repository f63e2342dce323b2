"""
### Is the data there?

At 10:00, 14:00, 18:00 and 22:00 UTC: does the warehouse hold the last session of every symbol of the
watchlist? It asks the warehouse and the calendars of the exchanges, not Airflow, so it also notices that the
daily run never began. A session is due once the first daily run after its close has had four hours.

Who is in the Variable `alert_recipients` gets a mail, once: that no run has ended, or which symbols are late.
What is deferred, refused or failed is told by the run that found it, not again here. When it is over, that
is told too. Without a recipient the log says the same, and the task is green either way.

Nothing in Airflow helps when the scheduler is dead: `make status` looks from outside.

| parameter | meaning |
|---|---|
| `now` | the moment it looks from, for simulations; refused where real data is kept |
| `retry_delay` | seconds before the first retry of the task (300) |

Connections: `postgres_stocks`, `smtp_default`; the API is not asked.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import Param, Variable, dag, get_current_context, task

from include.alerts.notifiers import FailureNotifier
from include.settings import WATCHLIST_VARIABLE
from include.tasks.defaults import DEFAULT_ARGS
from include.tasks.persistence import persistent


@task
@persistent
def check_freshness() -> list[str]:
    """Mail what is late and was not told; return all that is late."""
    from include.alerts.daily import notify_late
    from include.warehouse.connections import upgrade_schema

    context = get_current_context()
    upgrade_schema()
    late = notify_late(
        context["dag_run"].dag_id,
        context["dag_run"].run_id,
        listed=Variable.get(WATCHLIST_VARIABLE, default=""),
        now=context["params"]["now"],
    )
    print(*(late or ["Every symbol of the watchlist holds its last session."]), sep="\n")
    return late


@dag(
    schedule="0 10-22/4 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["stock-market", "monitoring", "production"],
    doc_md=__doc__,
    params={
        "now": Param(None, type=["null", "string"], format="date-time", title="Moment of a simulation"),
        "retry_delay": Param(300, type="number", minimum=0, title="First retry after (s)"),
    },
    default_args=DEFAULT_ARGS,
    on_failure_callback=FailureNotifier(),
)
def market_data_freshness() -> None:
    """Look, and tell."""
    check_freshness()


market_data_freshness()
