"""Market data in Airflow's UI: the pages and the data API of ``include.web`` under ``/market``.

Every process of Airflow imports this, so the application is made only where it is first asked.
"""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from include.web.when_asked import WhenAsked


class MarketDataPlugin(AirflowPlugin):
    """Adds "Market data" to the navigation."""

    name = "market_data"
    fastapi_apps = [{"app": WhenAsked(), "url_prefix": "/market", "name": "Market data"}]  # ruff: ignore[mutable-class-default]
    external_views = [  # ruff: ignore[mutable-class-default]
        {
            "name": "Market data",
            # Without a leading slash it follows [api] base_url.
            "href": "market/",
            "icon": "market/static/icon.svg",
            "destination": "nav",
            "url_route": "market",
            "nav_top_level": True,
        }
    ]
