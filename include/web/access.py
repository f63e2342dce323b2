"""Who may see this: whoever may see the runs of the DAG that brings the data, by Airflow's own login."""

from __future__ import annotations

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends

DAG_ID = "stock_data_pipeline"

READS = Depends(requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=DAG_ID))
"""401 without a login, 403 without the right."""
