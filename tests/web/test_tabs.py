"""The tabs lead from a DAG and from a mapped task instance to the page about it."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]
RUN = "manual__2026-05-16T06:00:00+00:00"


@pytest.fixture(scope="module")
def labelled(metadata):
    """A run with two mapped instances: one labelled IBM, one with a symbol that nothing is held of."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk.timezone import utcnow
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    from tests.conftest import PROJECT

    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(str(PROJECT / "dags" / "stock_data_pipeline.py"), bundle_name="dags-folder")
    sync_bag_to_db(bag, "dags-folder", None)
    with create_session() as session:
        dag = SerializedDagModel.get_dag("stock_data_pipeline", session=session)
        made = dag.create_dagrun(
            run_id=RUN,
            run_after=utcnow(),
            run_type=DagRunType.MANUAL,
            triggered_by=DagRunTriggeredByType.TEST,
            state=DagRunState.SUCCESS,
            session=session,
        )
        task = dag.get_task("fetch_stock_data")
        for index, label in enumerate(("IBM", "GONE")):
            instance = TaskInstance(task, dag_version_id=made.created_dag_version_id, map_index=index)
            instance.run_id = RUN
            instance.dag_run = made
            instance._rendered_map_index = label
            session.add(instance)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("dag/stock_data_pipeline", ""),
        ("dag/quarantine", "quality"),
        (f"task/stock_data_pipeline/fetch_stock_data/0/{RUN}", "symbol/IBM"),
        (f"task/stock_data_pipeline/fetch_stock_data/1/{RUN}", ""),
        (f"task/stock_data_pipeline/fetch_stock_data/7/{RUN}", ""),
        (f"task/quarantine/validate_data/-1/{RUN}", "quality"),
        ("task/stock_data_pipeline/load_stock_data/{MAP_INDEX}/x", ""),
    ],
)
def test_a_tab_leads_to_its_page(client, filled, labelled, path, page):
    found = client().get(f"/market/of/{path}", follow_redirects=False)
    assert (found.status_code, found.headers.get("location")) == (307, f"/market/{page}"), found.text
