"""What the page *Budget* shows: the calls that were made, what waits for one, and what a run would ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from include.exceptions import PipelineError
from include.plan.budget import Allowance
from include.warehouse.origins import origin_of
from include.warehouse.runs import RunRequest
from include.web.overview import waiting_in
from include.web.sources import rows


@dataclass(frozen=True)
class BudgetPage:
    """The page.

    :param outlook: what a run would bring that began now; None where nobody asked.
    """

    calls: Mapping[str, Any]
    per_day: int | None
    hours: Sequence[Mapping[str, Any]]
    days: Sequence[Mapping[str, Any]]
    deferred: Sequence[Mapping[str, Any]]
    waiting: int
    outlook: Sequence[str] | None


def budget_page(
    connection: Connection[Any], *, now: datetime, per_day: int | None, watchlist: str | None
) -> BudgetPage:
    """Read the page.

    :param watchlist: the symbols whose next run is worked out, which takes its time; None not to.
    """
    deferred = rows(connection, "deferred")
    (calls,) = rows(connection, "calls_used", now=now)
    left = None if per_day is None else max(per_day - calls["used"], 0)
    return BudgetPage(
        calls=calls,
        per_day=per_day,
        hours=rows(connection, "calls_by_hour", now=now),
        days=rows(connection, "calls_by_day", now=now),
        deferred=deferred,
        waiting=waiting_in(deferred),
        outlook=None if watchlist is None else _outlook(connection, watchlist, now, per_day, left),
    )


def _outlook(
    connection: Connection[Any], watchlist: str, now: datetime, per_day: int | None, left: int | None
) -> list[str]:
    from include.plan.preview import preview

    simulated = origin_of(connection) in {"sandbox", "replay"}
    try:
        previewed = preview(
            connection,
            RunRequest("plan", "preview", watchlist, now.isoformat() if simulated else None),
            allowance=Allowance(left, per_day, premium=per_day is None),
        )
    except PipelineError as refused:
        return [str(refused)]
    return previewed.outlook
