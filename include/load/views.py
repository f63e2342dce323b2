"""The materialized views, brought up to the tables they are made from."""

from __future__ import annotations

from typing import Any

from psycopg import Connection


def refresh_views(connection: Connection[Any]) -> None:
    """Bring the materialized views up to the table; readers go on reading the old ones meanwhile."""
    for view in ("latest_price", "daily_return", "symbol_coverage", "market_summary"):
        connection.execute(f"refresh materialized view concurrently {view}".encode())
