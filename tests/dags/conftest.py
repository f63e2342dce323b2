"""The DAGs as Airflow finds them."""

from __future__ import annotations

import pytest
from airflow.dag_processing.dagbag import DagBag

from tests.conftest import PROJECT


@pytest.fixture
def bag() -> DagBag:
    """Every DAG of the project, parsed anew: ``dag.test`` leaves a run's parameters on the DAG."""
    return DagBag(PROJECT / "dags", bundle_path=PROJECT / "dags", bundle_name="dags-folder")
