"""Airflow's four processes on one machine: how each is commanded, and the environment they share."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from include.installation.private_file import write_private
from include.local.child_environment import Environments
from include.local.credentials import ADMIN, Credentials
from include.local.ports import HOST
from include.local.postgres import Server
from include.local.processes import Command
from include.local.settings import Mode

API_SERVER = "api-server"
# No log server: the API server reads the task logs from the same disk.
SERVICES = {
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    API_SERVER: ("api-server",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
DATABASE = ROLE = "airflow"
RETRY_OF_KILLED = 10
"""Seconds before the first retry of a killed task; Airflow makes up to twice as many of them."""


def url(port: int) -> str:
    """The address of the UI; by number, as `localhost` may be another program's on IPv6."""
    return f"http://{HOST}:{port}"


def home(run_dir: Path) -> Path:
    """AIRFLOW_HOME."""
    return run_dir / "airflow"


def command(name: str, project: Path, environments: Environments) -> Command:
    """How one of the four services is started."""
    arguments = (sys.executable, "-m", "airflow", *SERVICES[name])
    return Command(name, arguments, project, environments.airflow, environments.inherited)


def environment(
    project: Path, run_dir: Path, server: Server, port: int, secrets: Credentials
) -> dict[str, str]:
    """Airflow's settings; the same whatever the mode, so that changing it restarts nothing."""
    folder = home(run_dir)
    airflow: dict[str, dict[str, object]] = {
        "core": {
            "dags_folder": project / "dags",
            "plugins_folder": project / "plugins",
            "load_examples": False,
            "executor": "LocalExecutor",
            "parallelism": parallelism(),
            "fernet_key": secrets.fernet_key,
            "execution_api_server_url": f"{url(port)}/execution/",
            "simple_auth_manager_users": f"{ADMIN}:admin",
            "simple_auth_manager_passwords_file": passwords_file(run_dir),
            "test_connection": "Enabled",
            # Only a killed task goes by it, as it cannot ask the retry policy; and here somebody waits.
            "default_task_retry_delay": RETRY_OF_KILLED,
        },
        "database": {"sql_alchemy_conn": _metadata_url(server, secrets)},
        "api": {
            "host": HOST,
            "port": port,
            "workers": 1,
            "base_url": url(port),
            "secret_key": secrets.api_secret_key,
        },
        "api_auth": {"jwt_secret": secrets.jwt_secret},
        "dag_processor": {"refresh_interval": 30},
        # After a `kill -9` or a power cut a lost task is noticed in a minute, not in five.
        "scheduler": {"task_instance_heartbeat_timeout": 60, "parsing_cleanup_interval": 60},
        "logging": {"namespace_levels": "urllib3=INFO great_expectations=WARNING"},
    }
    named = {
        f"AIRFLOW__{section.upper()}__{option.upper()}": str(value)
        for section, options in airflow.items()
        for option, value in options.items()
    }
    return {"AIRFLOW_HOME": str(folder), **named}


def prepare_home(run_dir: Path, secrets: Credentials) -> None:
    """Make AIRFLOW_HOME with the one login the UI has."""
    home(run_dir).mkdir(mode=0o700, exist_ok=True)
    write_private(passwords_file(run_dir), json.dumps({ADMIN: secrets.admin_password}))


def passwords_file(run_dir: Path) -> Path:
    """Where SimpleAuthManager finds the password."""
    return home(run_dir) / "passwords.json"


def data_docs(run_dir: Path, mode: Mode) -> Path:
    """The first page of Great Expectations' Data Docs, where the gate writes it in Airflow's home."""
    from include.gate.checkpoint import data_docs as page

    return page(home(run_dir) / "market_reports" / mode.value)


def parallelism() -> int:
    """LocalExecutor forks all its workers at the start, 150 MB each: as many as the cores can use."""
    return min(16, max(4, 2 * (os.cpu_count() or 1)))


def _metadata_url(server: Server, secrets: Credentials) -> str:
    plain = server.dsn(DATABASE, ROLE, secrets.airflow_password)
    return plain.replace("postgresql://", "postgresql+psycopg2://", 1)
