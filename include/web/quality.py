"""What the page *Quality* shows, and how its buttons reach the DAG ``quarantine``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from fastapi import HTTPException
from psycopg import Connection

from include.web import triggering
from include.web.access import QUARANTINE, form_token, may_trigger
from include.web.sources import rows

Action = Literal["release", "discard", "choose", "undo", "replay"]
MOST_ROWS = 200
MOST_DECISIONS = 50


@dataclass(frozen=True)
class QualityPage:
    """The page.

    :param more: whether more bars await a decision than are shown.
    :param decisions: the newest that are in force.
    :param token: what the form carries; None for a user who may not decide.
    :param asked: the run of the DAG ``quarantine`` that was asked for last; ``preview`` is what
        it found out, if that is all it was asked for.
    """

    runs: Sequence[Mapping[str, Any]]
    rules: Sequence[Mapping[str, Any]]
    quarantine: Sequence[Mapping[str, Any]]
    more: bool
    decisions: Sequence[Mapping[str, Any]]
    token: str | None
    asked: Mapping[str, Any] | None


def quality_page(connection: Connection[Any], user: BaseUser, *, asked: str | None) -> QualityPage:
    """Read the page for a user.

    :param asked: the ``run_id`` of a decision that was just asked for.
    """
    quarantine = rows(connection, "quarantine", after=None, limit=MOST_ROWS + 1)
    return QualityPage(
        runs=rows(connection, "verdicts_of_runs"),
        rules=rows(connection, "rules_broken"),
        quarantine=quarantine[:MOST_ROWS],
        more=len(quarantine) > MOST_ROWS,
        decisions=rows(connection, "decisions_in_force", limit=MOST_DECISIONS),
        token=form_token(user) if may_trigger(QUARANTINE, user) else None,
        asked=_asked(connection, asked) if asked else None,
    )


def trigger(
    action: Action,
    ids: Sequence[int],
    reason: str,
    user: BaseUser,
    *,
    preview: bool = False,
    now: datetime | None = None,
) -> str:
    """Trigger the DAG ``quarantine`` in a user's name and return the id of its run.

    :param preview: only find out what it would do.
    :param now: the clock of a simulation; None for the real one.
    :raises HTTPException: 422 if no row or no reason is given; 503 if Airflow does not know the DAG.
    """
    if not ids:
        raise HTTPException(422, "Tick the bars it is about.")
    if not reason.strip():
        raise HTTPException(422, "Say why: the reason is kept with what was done.")
    conf: dict[str, object] = {"action": action, "rows": list(ids), "reason": reason.strip()}
    conf |= {"preview": True} if preview else {}
    note = f"{'preview of ' if preview else ''}{action}: {conf['reason']}"
    return triggering.trigger(QUARANTINE, conf, note, user, now=now)


def _asked(connection: Connection[Any], run_id: str) -> Mapping[str, Any]:
    found = rows(connection, "decision_run", run_id=run_id)
    asked = {"run_id": run_id, "state": "not begun", "message": "", "preview": None}
    return asked | (found[0] if found else {})
