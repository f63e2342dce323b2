"""Tell from when on prices are adjusted without reading every bar."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
