"""Daily bars, the audit of runs, verdicts and quarantine."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    # Straight to the driver: SQLAlchemy would read a colon in a comment as a parameter.
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
