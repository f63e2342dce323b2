"""Turns of several calls at once, and pauses of keys that ask too often."""

from typing import Any

from alembic import op

from airflow_provider_alphavantage.ledger import SCHEMA

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(SCHEMA.read_text(encoding="utf-8"))
