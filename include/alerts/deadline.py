"""A DAG with a deadline that can still be tried by hand."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import DAG


def testable(dag: DAG) -> DAG:
    """Return the DAG, whose ``test`` leaves the deadline out: nobody watches it there anyway.

    With it, ``airflow dags test`` of Airflow 3.3.2 ends a good run in a traceback (apache/airflow#73428).
    """
    whole = dag.test

    @wraps(whole)
    def test(*arguments: Any, **options: Any) -> Any:
        deadline, dag.deadline = dag.deadline, None
        try:
            return whole(*arguments, **options)
        finally:
            dag.deadline = deadline

    dag.test = test  # type: ignore[method-assign]
    return dag
