"""Sessions of the exchange, instruments, missing sessions with their cause, and daily returns."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
