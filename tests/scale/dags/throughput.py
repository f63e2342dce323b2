"""Tasks that do nothing: what Airflow itself takes for one."""

from __future__ import annotations

from airflow.sdk import Param, dag, task


@task
def nothing(number: int) -> None:
    """Start and end."""


@task
def numbers() -> list[int]:
    """Return one number for each task."""
    from airflow.sdk import get_current_context

    return list(range(get_current_context()["params"]["tasks"]))


@dag(schedule=None, params={"tasks": Param(40, type="integer")})
def throughput() -> None:
    """Run so many at once as the workers can."""
    nothing.expand(number=numbers())


throughput()
