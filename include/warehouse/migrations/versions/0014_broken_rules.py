"""Every rule that was broken in a run, and what a person answered who was asked about a batch's warnings."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
