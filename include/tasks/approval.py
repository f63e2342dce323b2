"""The task that asks a person about a batch with many warnings, if the DAG's parameter wants it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator

from include.tasks.context import this_run
from include.tasks.report_link import report_path

APPROVE, REJECT = "Approve", "Reject"

WAITS = timedelta(hours=20)
"""After that nobody is taken to approve: the next day's run must not be kept waiting."""


class ApproveWarnings(HITLOperator):
    """Waits for a person where a run has more warnings than the parameter ``approve_warnings``.

    Returns the path of the accepted bars: those of a batch that was rejected, by a person or because nobody
    answered within 20 hours, are not there any more.

    :param accepted: the path of the accepted bars.
    """

    template_fields = ("accepted", *HITLOperator.template_fields)

    def __init__(self, *, accepted: Any, **kwargs: Any) -> None:
        asked: dict[str, Any] = {
            "subject": "Load bars with warnings?",
            "options": [APPROVE, REJECT],
            "defaults": REJECT,
        }
        # The time that a task may take is not the time that a person may take.
        super().__init__(**asked, response_timeout=WAITS, **kwargs | {"execution_timeout": None})
        self.accepted = accepted

    def execute(self, context: Any) -> Any:
        """Return at once, or ask and wait."""
        limit = context["params"].get("approve_warnings")
        if limit is None:
            return self.accepted
        from include.gate.approval import question_of, warned_of

        with this_run() as (warehouse, run):
            warned = warned_of(warehouse, run)
        if sum(one.warnings for one in warned) <= limit:
            return self.accepted
        self.subject, self.body = question_of(warned, run, report_path(run.id))
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> str:
        """Record who decided what; return where the rows are that may enter."""
        from include.gate.approval import record_approval

        answer = super().execute_complete(context, event)
        person = answer["responded_by_user"]
        with this_run() as (warehouse, run):
            record_approval(
                warehouse,
                run,
                "approved" if answer["chosen_options"] == [APPROVE] else "rejected",
                who=person["name"] if person else "nobody, as no answer came",
            )
        return str(self.accepted)


def approved(accepted: Any) -> Any:
    """Return where the rows are that may enter once a person, where one is to be asked, has been."""
    return ApproveWarnings(task_id="approve_warnings", accepted=accepted).output
