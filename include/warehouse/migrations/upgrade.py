"""The warehouse's schema, from empty or from any released revision to today's."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from include.warehouse.statements import statement

log = logging.getLogger(__name__)

_VERSIONS = (
    "create table if not exists alembic_version "
    "(version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num))"
)
"""As Alembic makes it: it is there to be locked before anything else is."""


def upgrade(connection: Any) -> None:
    """Bring the warehouse to the newest revision; at the newest already, nothing happens.

    Several callers at once take turns. The role ``market_reader``, where there is one, may read what is new.

    :param connection: a SQLAlchemy connection; the caller commits.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import text

    connection.execute(text("set local lock_timeout = '5min'"))
    _take_turns(connection.connection.driver_connection)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.connection.driver_connection.execute(statement("warehouse/grant_readers"))


def _take_turns(connection: Any) -> None:
    """Lock the table of the revision, in a mode that neither waits for readers nor can be taken by them."""
    from psycopg.errors import DuplicateTable, UniqueViolation

    try:
        with connection.transaction():
            connection.execute(_VERSIONS)
    except (DuplicateTable, UniqueViolation):
        log.info("Another caller has just made the table of revisions.")
    connection.execute("lock table alembic_version in share update exclusive mode")
