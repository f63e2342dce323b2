"""What a person decided about quarantined rows, what awaits a decision, what stands by one."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
