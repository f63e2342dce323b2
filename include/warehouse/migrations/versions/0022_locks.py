"""Locks of the pipeline as tables: a role that may only read cannot take them."""

from pathlib import Path
from typing import Any

from alembic import op

from airflow_provider_alphavantage.ledger import SCHEMA

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(SCHEMA.read_text(encoding="utf-8"))
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
