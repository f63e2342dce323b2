"""Datasets beside the daily bars: which there are, and the values that were replaced."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
