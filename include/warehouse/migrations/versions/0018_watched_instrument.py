"""The symbols that are asked for: what was taken off the list does not count as behind for ever."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
