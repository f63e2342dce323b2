"""The warehouse this installation loads into: its role, its migration, its connection in Airflow."""

from __future__ import annotations

import sys
from pathlib import Path

from include.local import settings
from include.local.child_environment import Environments
from include.local.credentials import Credentials
from include.local.postgres import Server
from include.local.processes import Command
from include.local.settings import Mode
from include.settings import POSTGRES_CONN_ID, READER_CONN_ID

ROLE = "market"
READER = "market_reader"
"""May read everything and change nothing; the migration grants it what there is."""


def dsn(server: Server, mode: Mode, secrets: Credentials) -> str:
    """The URL of the mode's warehouse, as its owner."""
    return server.dsn(settings.database(mode), ROLE, secrets.market_password)


def reader_dsn(server: Server, mode: Mode, secrets: Credentials) -> str:
    """The URL of the mode's warehouse, as one who may only read."""
    return server.dsn(settings.database(mode), READER, secrets.reader_password)


def migration(project: Path, mode: Mode, url: str, environments: Environments) -> Command:
    """How the warehouse is brought to today's schema."""
    arguments = (sys.executable, "-m", "include.warehouse.migrations", "--origin", mode.value)
    told = {**environments.common, "WAREHOUSE_URL": url}
    return Command("warehouse-migration", arguments, project, told, environments.inherited)


def fills(server: Server, mode: Mode, secrets: Credentials) -> dict[str, dict[str, object]]:
    """What `airflow_settings.yaml` cannot know of the two connections to the warehouse."""
    place = {"host": server.host, "port": server.port, "schema": settings.database(mode)}
    return {
        POSTGRES_CONN_ID: {**place, "login": ROLE, "password": secrets.market_password},
        READER_CONN_ID: {**place, "login": READER, "password": secrets.reader_password},
    }
