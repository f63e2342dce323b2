"""Notifiers: what Airflow calls when a run fails, is late or succeeds."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class _Notifier(BaseNotifier):
    """A notifier that has no templates."""

    def render_template_fields(self, context: Context, jinja_env: Any = None) -> None:
        """Nothing is rendered; `dag.test` hands over a DAG that could not render anyway."""


class FailureNotifier(_Notifier):
    """Mails that a run failed, once until it succeeds again.

    :param tasks_notify: the DAG's last tasks mail what a run did, so only a run that did not get there is
        mailed here.
    """

    def __init__(self, *, tasks_notify: bool = False) -> None:
        super().__init__()
        self.tasks_notify = tasks_notify

    def notify(self, context: Context) -> None:
        """Tell it."""
        from include.alerts.runs import notify_failure

        notify_failure(context["dag"].dag_id, context["run_id"], tasks_notify=self.tasks_notify)


class SuccessNotifier(_Notifier):
    """Mails that a DAG that had failed succeeds again; for a DAG whose tasks do not tell that themselves."""

    def notify(self, context: Context) -> None:
        """Tell it."""
        from include.alerts.runs import notify_success

        notify_success(context["dag"].dag_id, context["run_id"])


class LateRunNotifier(_Notifier):
    """Mails that a run is not over by its deadline; the ``AsyncCallback`` of a ``DeadlineAlert``.

    It runs in the triggerer: in 3.3.2 what runs on an executor may not read connections and Variables.
    """

    async def async_notify(self, context: Context) -> None:
        """Tell it, in a thread beside the triggerer's event loop."""
        await asyncio.to_thread(_notify_late_run, context)


def _notify_late_run(context: Any) -> None:
    """A deadline's context has the run as the REST API shows it."""
    from include.alerts.runs import notify_late_run

    run, deadline = context["dag_run"], datetime.fromisoformat(str(context["deadline"]["deadline_time"]))
    # Airflow keeps the deadline of a run that failed before it.
    if run["state"] in {"queued", "running"}:
        notify_late_run(run["dag_id"], run["dag_run_id"], deadline)
