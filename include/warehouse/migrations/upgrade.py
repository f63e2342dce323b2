"""The warehouse's schema, from empty or from any released revision to today's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from include.warehouse.statements import statement

_ONE_AT_A_TIME = 4_702_111_202_601


def upgrade(connection: Any) -> None:
    """Bring the warehouse to the newest revision; at the newest already, nothing happens.

    Several callers at once take turns. The role ``market_reader``, where there is one, may read what is new.

    :param connection: a SQLAlchemy connection; the caller commits.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import text

    connection.execute(text(f"select pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.connection.driver_connection.execute(statement("warehouse/grant_readers"))
