"""The tabs on a DAG and on a task instance: each leads to the page about it."""

from __future__ import annotations

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from include.report.rendering import in_address
from include.web.access import QUARANTINE, READS
from include.web.sources import Warehouse, rows

LARGEST = 2**31 - 1
"""Of the index of a mapped task instance in Airflow's database."""

router = APIRouter(prefix="/of", include_in_schema=False, dependencies=[READS])
READS_TASK = Depends(requires_access_dag("GET", DagAccessEntity.TASK_INSTANCE))


@router.get("/dag/{dag_id}")
def of_dag(request: Request, dag_id: str) -> Response:
    """Quality for the DAG of decisions, the overview for every other."""
    return _to(request, "quality" if dag_id == QUARANTINE else "")


# The id of a run comes last, as it may hold any sign.
@router.get("/task/{dag_id}/{task_id}/{map_index}/{run_id:path}", dependencies=[READS_TASK])
def of_task(
    request: Request, warehouse: Warehouse, dag_id: str, task_id: str, map_index: str, run_id: str
) -> Response:
    """The page of the symbol that a mapped task instance is labelled with, else that of its DAG."""
    symbol = _label(dag_id, task_id, run_id, map_index)
    if symbol and rows(warehouse, "symbol_is_known", symbol=symbol)[0]["is_known"]:
        return _to(request, f"symbol/{in_address(symbol)}")
    return of_dag(request, dag_id)


def _label(dag_id: str, task_id: str, run_id: str, map_index: str) -> str | None:
    """What ``map_index_template`` made of it; None for what is not mapped, or has not begun."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    if not map_index.isdecimal() or int(map_index) > LARGEST:
        return None
    of_this = (
        TaskInstance.dag_id == dag_id,
        TaskInstance.task_id == task_id,
        TaskInstance.run_id == run_id,
        TaskInstance.map_index == int(map_index),
    )
    with create_session() as session:
        found = session.scalar(select(TaskInstance).where(*of_this))
        return found.rendered_map_index if found else None


def _to(request: Request, page: str) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/{page}", 307)
