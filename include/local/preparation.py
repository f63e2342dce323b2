"""What must be in the databases before the pipeline can run: both schemas, connections, pools, variables."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version

from include.local import one_off, sandbox_service, settings, warehouse
from include.local.child_environment import Environments
from include.local.credentials import Credentials
from include.local.postgres import Server
from include.local.processes import Command
from include.local.settings import Mode, Settings
from include.market.watchlist import text_of
from include.settings import WATCHLIST_VARIABLE

SETTINGS_FILE = "airflow_settings.yaml"
RECORD = "airflow_settings.json"


def airflow_version() -> str:
    """The Airflow installed; another one brings another schema."""
    return version("apache-airflow")


def migrate(asked: Settings, url: str, environments: Environments, migrated: str | None) -> None:
    """Bring both databases to today's schema, at once; Airflow's only for a new version: it takes seconds."""
    commands = [warehouse.migration(asked.project, asked.mode, url, environments)]
    if migrated != airflow_version():
        arguments = (sys.executable, "-m", "airflow", "db", "migrate")
        airflow = Command(
            "airflow-migration", arguments, asked.project, environments.airflow, environments.inherited
        )
        commands.append(airflow)
    for started in [one_off.begin(asked.run_dir, command) for command in commands]:
        started.finish()


def load_settings(asked: Settings, environments: Environments, fills: dict[str, object]) -> list[str]:
    """Load `airflow_settings.yaml`; returns a line for each thing a person changed and thereby keeps."""
    record = str(asked.run_dir / RECORD)
    arguments = (
        sys.executable,
        "-m",
        "include.installation.airflow_settings",
        SETTINGS_FILE,
        "--record",
        record,
    )
    command = Command(
        "airflow-settings", arguments, asked.project, environments.airflow, environments.inherited
    )
    loader = one_off.begin(asked.run_dir, command)
    loader.finish(json.dumps(fills))
    return [line for line in loader.output().splitlines() if line.startswith("kept")]


def fills(asked: Settings, server: Server, secrets: Credentials, sandbox_port: int) -> dict[str, object]:
    """What the file cannot know: addresses, passwords, the key; only ever handed over on stdin."""
    if asked.mode is Mode.REAL:
        source = {"host": settings.REAL_HOST, "password": asked.api_key}
    else:
        source = {"host": sandbox_service.url(sandbox_port), "password": secrets.sandbox_key}
    variables = {WATCHLIST_VARIABLE: text_of(asked.symbols)} if asked.symbols else {}
    return {
        "connections": {"alphavantage_default": source, **warehouse.fills(server, asked.mode, secrets)},
        "variables": variables,
    }
