"""The ledger of API calls, as the provider package defines it."""

from typing import Any

from alembic import op

from airflow_provider_alphavantage.ledger import SCHEMA

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(SCHEMA.read_text(encoding="utf-8"))
