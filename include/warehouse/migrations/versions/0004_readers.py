"""Materialized views for readers: the latest prices, what is held, the market by session."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
