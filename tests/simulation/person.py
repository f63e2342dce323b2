"""A person at the quarantine: what awaits a decision, and the DAG that carries it out."""

from __future__ import annotations

from types import SimpleNamespace

from airflow.sdk.execution_time.context import set_current_context

from dags import quarantine as dag
from include.gate.quarantine import Action, OpenRow, open_rows
from include.tasks.flow import STOCK_DATA, load_stock_data, validate_data
from include.warehouse.connections import connect_to

from .scheduler import DAG
from .world import World


def waiting(world: World, name: str) -> list[OpenRow]:
    """Return what awaits a decision under a name: a symbol, or that of a list."""
    with connect_to(world.url) as connection:
        return [row for row in open_rows(connection) if row.symbol == name]


def decide(world: World, action: Action, *rows: int, why: str) -> None:
    """Trigger the DAG ``quarantine``, and run its tasks in its order; it takes a minute.

    :raises RunIncomplete: nothing could be done.
    """
    now = world.time.now()
    params = {"action": action, "rows": rows, "reason": why, "who": None, "preview": False}
    context = {
        "params": params | {"now": now.isoformat()},
        "dag_run": SimpleNamespace(
            dag_id="quarantine", run_id=f"{action} {rows}", start_date=now, triggering_user_name="ana"
        ),
        "outlet_events": {STOCK_DATA: SimpleNamespace(extra={})},
        "task": DAG.get_task("load_stock_data"),
    }
    with world.entered(), set_current_context(context):
        dag.decide.function()
        load_stock_data.function(validate_data.function())
        dag.report.function()
    world.time.sleep(60)
