"""Market data in Airflow's UI: the pages and the data API of ``include.web`` under ``/market``.

Every process of Airflow imports this, so the application is made only where it is first asked.
"""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from include.web.when_asked import WhenAsked

# Addresses without a leading slash follow [api] base_url. The navigation has room for some ten letters.
VIEW = {"name": "Market", "icon": "market/static/icon.svg", "url_route": "market"}
TASK = "market/of/task/{DAG_ID}/{TASK_ID}/{MAP_INDEX}/{RUN_ID}"


class MarketDataPlugin(AirflowPlugin):
    """Adds "Market" to the navigation, and as a tab to each DAG and each task instance."""

    name = "market_data"
    fastapi_apps = [{"app": WhenAsked(), "url_prefix": "/market", "name": "Market data"}]  # ruff: ignore[mutable-class-default]
    external_views = [  # ruff: ignore[mutable-class-default]
        {**VIEW, "href": "market/", "destination": "nav", "nav_top_level": True},
        {**VIEW, "href": "market/of/dag/{DAG_ID}", "destination": "dag", "url_route": "market-of-dag"},
        {**VIEW, "href": TASK, "destination": "task_instance", "url_route": "market-of-task"},
    ]
