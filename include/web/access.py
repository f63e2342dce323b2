"""Who may see this and who may change something: Airflow's own login and its rights on DAGs decide."""

from __future__ import annotations

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, HTTPException
from itsdangerous import BadSignature, URLSafeTimedSerializer

DAG_ID = "stock_data_pipeline"
QUARANTINE = "quarantine"
TOKEN_SECONDS = 24 * 60 * 60

READS = Depends(requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=DAG_ID))
"""401 without a login, 403 without the right."""

DECIDES = Depends(requires_access_dag("POST", DagAccessEntity.RUN, param_dag_id=QUARANTINE))
"""Whoever may trigger the DAG ``quarantine``: 401 without a login, 403 without the right."""


RUNS = Depends(requires_access_dag("POST", DagAccessEntity.RUN, param_dag_id=DAG_ID))
"""Whoever may trigger the daily run: 401 without a login, 403 without the right."""


def may_trigger(dag_id: str, user: BaseUser) -> bool:
    """Tell whether :data:`DECIDES` or :data:`RUNS`, by the DAG, lets a user pass."""
    from airflow.api_fastapi.app import get_auth_manager

    return get_auth_manager().is_authorized_dag(
        method="POST",
        access_entity=DagAccessEntity.RUN,
        details=DagDetails(id=dag_id),
        user=user,
    )


def form_token(user: BaseUser) -> str:
    """Return what a form of ours carries, so that no other site can send one in this user's name."""
    return _signer().dumps(user.get_id())


def check_form(token: str, user: BaseUser) -> None:
    """Refuse a form that was not made here, for this user, within a day."""
    try:
        whose = _signer().loads(token, max_age=TOKEN_SECONDS)
    except BadSignature:
        whose = None
    if whose != user.get_id():
        raise HTTPException(
            403, "The form was not made here for you, or is older than a day. Open the page it was on again."
        )


def _signer() -> URLSafeTimedSerializer:
    from airflow.configuration import conf

    return URLSafeTimedSerializer(conf.get_mandatory_value("api", "secret_key"), salt="market quarantine")
