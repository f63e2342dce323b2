"""
### The raw store, kept to its size

Every Sunday at 12:00 UTC: remove the raw bodies and the accepted bars that are older than a number of days,
except what something in the warehouse still points to. A body stays if

* the quarantine points to it;
* it brought a value that `stock_data` or `stock_data_history` holds, one of a dataset, a split or dividend;
* it is the newest good one of its symbol and function;
* a run that is still running has it.

A body is as old as the newest request that points to it. The requests of a removed body say so in `reason`.
No other table is touched, and no file that the pipeline did not name.

| parameter | meaning |
|---|---|
| `days` | how old is old (400) |
| `dry_run` | remove nothing, tell what would be removed |
| `retry_delay` | seconds before the first retry of the task (300) |

Connection: `postgres_stocks`; the API is not asked. The task returns, and logs, how many files were found,
young, removed (and their bytes), and kept though old, by cause.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from include.alerts.notifiers import FailureNotifier, SuccessNotifier
from include.settings import store
from include.tasks.defaults import DEFAULT_ARGS
from include.tasks.persistence import persistent


@task(multiple_outputs=False)
@persistent
def remove_old_bodies() -> dict[str, Any]:
    """Remove what is old and no longer needed; return the counts."""
    from include.load.retention import remove_old
    from include.tasks.context import opened

    params = get_current_context()["params"]
    with opened() as warehouse:
        result = remove_old(
            warehouse, store(), now=datetime.now(UTC), days=params["days"], dry_run=params["dry_run"]
        )
    return asdict(result)


@dag(
    schedule="0 12 * * 0",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["stock-market", "maintenance", "production"],
    doc_md=__doc__,
    params={
        "days": Param(400, type="integer", minimum=1, title="Keep for (days)"),
        "dry_run": Param(False, type="boolean", title="Remove nothing"),
        "retry_delay": Param(300, type="number", minimum=0, title="First retry after (s)"),
    },
    default_args=DEFAULT_ARGS,
    on_failure_callback=FailureNotifier(),
    on_success_callback=SuccessNotifier(),
)
def market_data_maintenance() -> None:
    """Remove what is old."""
    remove_old_bodies()


market_data_maintenance()
