"""When what is due will be there: the plans of the days to come, if each request brings what it asks for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from include.plan.budget import Allowance, Plan, make_plan
from include.plan.coverage import Coverage

FARTHEST = timedelta(days=100)
"""What takes longer has no date: by then the list is another, and looking further takes long."""

Days = dict[tuple[str, str], date]
"""The day (UTC) of a request, by symbol and function."""


def forecast(coverage: Coverage, plan: Plan, now: datetime, allowance: Allowance) -> Days:
    """Return the day on which each request of a plan is made, with a run every day at this hour.

    What becomes due meanwhile competes for the calls, as it will. A request without a day is not made
    within :data:`FARTHEST`.
    """
    days: Days = {}
    waiting = {request.key for request in plan.due}
    at = now
    while waiting and at - now < FARTHEST:
        made = {request.key for request in plan.requests}
        days |= dict.fromkeys(waiting & made, at.date())
        coverage = coverage.after(plan.requests, at)
        at += timedelta(days=1)
        plan = make_plan(coverage.needs(at, premium=allowance.premium), allowance.per_day)
        waiting = (waiting - made) & {request.key for request in plan.due}
    return days
