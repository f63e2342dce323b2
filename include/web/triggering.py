"""How a form triggers a DAG: in the user's own name, at the clock of the warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from fastapi import HTTPException

from include.web.access import DAG_ID


def trigger(
    dag_id: str, conf: Mapping[str, object], note: str, user: BaseUser, *, now: datetime | None = None
) -> str:
    """Trigger a DAG in a user's name and return the id of its run.

    :param now: the clock of a simulation; None for the real one.
    :raises HTTPException: 503 if Airflow does not know the DAG.
    """
    from airflow.api.common.trigger_dag import trigger_dag
    from airflow.exceptions import DagNotFound
    from airflow.utils.types import DagRunTriggeredByType

    try:
        run = trigger_dag(
            dag_id,
            conf={**conf} | ({} if now is None else {"now": now.isoformat()}),
            triggered_by=DagRunTriggeredByType.UI,
            triggering_user_name=user.get_name(),
            note=note[:1000],
        )
    except DagNotFound:
        run = None
    if run is None:
        raise HTTPException(503, f"Airflow does not know the DAG {dag_id} (yet). Look at `make status`.")
    return str(run.run_id)


def ask_again(symbols: Sequence[str], user: BaseUser, *, now: datetime | None = None) -> str:
    """Trigger a daily run that asks for these symbols whatever is believed of them; return its id.

    :raises HTTPException: 422 if none is named; 503 if Airflow does not know the DAG.
    """
    if not symbols:
        raise HTTPException(422, "symbols: name what to ask for again.")
    conf = {"symbols": list(symbols), "force": True}
    return trigger(DAG_ID, conf, f"ask again: {', '.join(symbols)}", user, now=now)
