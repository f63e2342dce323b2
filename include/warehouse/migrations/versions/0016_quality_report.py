"""The quality report of each run, where every machine can read it."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
