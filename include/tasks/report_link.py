"""Where a run's quality report is shown, and the link to it on the task that wrote it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.decorators.python import _PythonDecoratedOperator
from airflow.sdk.bases.decorator import task_decorator_factory
from airflow.sdk.bases.operatorlink import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk.bases.decorator import TaskDecorator


def report_path(run_id: int) -> str:
    """Return the page of a report, without a leading slash: so it follows ``[api] base_url``."""
    return f"market/reports/{run_id}"


class QualityReportLink(BaseOperatorLink):
    """Airflow asks the worker for it at the end of the task, and keeps it for the UI."""

    name = "Data quality report"
    xcom_key = "quality_report"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return the page of the report of the run that a task instance is in; empty if there is none."""
        from include.report.quality_report import has_report
        from include.warehouse.connections import connect
        from include.warehouse.runs import find_run

        with connect() as warehouse:
            run = find_run(warehouse, ti_key.dag_id, ti_key.run_id)
            return report_path(run.id) if has_report(warehouse, run) else ""


class ReportedTask(_PythonDecoratedOperator):
    """A ``@task`` that writes a quality report."""

    operator_extra_links = (QualityReportLink(),)


def reported_task(**options: Any) -> Callable[[Callable[..., Any]], TaskDecorator]:
    """Make a task of a function, as ``@task`` does, with a link to the report that it writes."""

    def decorate(function: Callable[..., Any]) -> TaskDecorator:
        return task_decorator_factory(function, decorated_operator_class=ReportedTask, **options)

    return decorate
