"""A bar that a person released with a close of zero keeps no view from being refreshed."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
