"""Prepare an installation in containers: both schemas, connections, pools, variables, the login of the UI.

    python -m include.installation airflow_settings.yaml --record FILE

Runs with Airflow's environment, as often as one likes: what a person changed in the UI stays. What differs by
installation comes from the environment: the warehouse's place and passwords (``WAREHOUSE_HOST``,
``WAREHOUSE_PORT``, ``MARKET_PASSWORD``, ``MARKET_READER_PASSWORD``), ``ADMIN_PASSWORD``, and whom to ask: the
real API where there is a key (``ALPHAVANTAGE_API_KEY`` or ``STOCK_API_KEY``), else the sandbox
(``SANDBOX_URL``, ``SANDBOX_API_KEY``). ``METRICS_TOKEN`` goes into the file ``METRICS_TOKEN_FILE``, for
Prometheus.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from include.installation.private_file import write_private
from include.settings import ALPHAVANTAGE_CONN_ID, POSTGRES_CONN_ID, READER_CONN_ID, WATCHLIST_VARIABLE

ADMIN = "admin"
REQUIRED = ("WAREHOUSE_HOST", "MARKET_PASSWORD", "MARKET_READER_PASSWORD", "ADMIN_PASSWORD")


@dataclass(frozen=True)
class Installation:
    """What an installation was given.

    :param api_key: the key for the real API, or None where the sandbox is asked.
    :param origin: whose data the warehouse holds.
    """

    host: str
    port: int
    market_password: str = field(repr=False)
    reader_password: str = field(repr=False)
    admin_password: str = field(repr=False)
    api_key: str | None = field(repr=False)
    sandbox_url: str
    sandbox_key: str = field(repr=False)
    symbols: str | None
    metrics_token: str = field(default="", repr=False)
    metrics_token_file: Path | None = None

    @property
    def origin(self) -> str:
        return "market" if self.api_key else "sandbox"

    @property
    def database(self) -> str:
        """Simulated and real data never share a warehouse."""
        return "market" if self.api_key else "market_sandbox"

    @property
    def warehouse_url(self) -> str:
        """The warehouse as its owner."""
        password = quote(self.market_password, safe="")
        return f"postgresql://market:{password}@{self.host}:{self.port}/{self.database}"

    def fills(self) -> dict[str, Any]:
        """What `airflow_settings.yaml` cannot know."""
        place = {"host": self.host, "port": self.port, "schema": self.database}
        sandbox = {"host": self.sandbox_url, "password": self.sandbox_key}
        return {
            "connections": {
                ALPHAVANTAGE_CONN_ID: {"password": self.api_key} if self.api_key else sandbox,
                POSTGRES_CONN_ID: {**place, "password": self.market_password},
                READER_CONN_ID: {**place, "password": self.reader_password},
            },
            "variables": {WATCHLIST_VARIABLE: self.symbols} if self.symbols else {},
        }


def read_installation(environment: Mapping[str, str]) -> Installation:
    """Read what was given.

    :raises KeyError: a variable is missing or empty; the message names it.
    """
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    api_key = given.get("ALPHAVANTAGE_API_KEY") or given.get("STOCK_API_KEY")
    required = REQUIRED if api_key else (*REQUIRED, "SANDBOX_URL", "SANDBOX_API_KEY")
    if missing := [name for name in required if name not in given]:
        raise KeyError(f"{', '.join(missing)} is not set: `make env` writes a .env with all of them.")
    return Installation(
        host=given["WAREHOUSE_HOST"],
        port=int(given.get("WAREHOUSE_PORT", "5432")),
        market_password=given["MARKET_PASSWORD"],
        reader_password=given["MARKET_READER_PASSWORD"],
        admin_password=given["ADMIN_PASSWORD"],
        api_key=api_key,
        sandbox_url=given.get("SANDBOX_URL", ""),
        sandbox_key=given.get("SANDBOX_API_KEY", ""),
        symbols=given.get("STOCK_SYMBOLS"),
        metrics_token=given.get("METRICS_TOKEN", ""),
        metrics_token_file=Path(given["METRICS_TOKEN_FILE"]) if "METRICS_TOKEN" in given else None,
    )


def write_login(file: Path, password: str) -> None:
    """Let the admin in with this password; other users of the file keep theirs."""
    known = json.loads(file.read_text()) if file.exists() else {}
    write_private(file, json.dumps({**known, ADMIN: password}))


def write_token(file: Path, token: str) -> None:
    """Let whoever shows this token read the metrics: a container with a user of its own reads it here."""
    write_private(file, token)
    file.chmod(0o644)


def install(given: Installation, settings: Path, record: Path) -> None:
    """Do all of it.

    :raises subprocess.CalledProcessError: a step failed; what it printed says why.
    """
    from airflow.configuration import conf

    _run("airflow", "db", "migrate")
    _run("include.warehouse.migrations", "--origin", given.origin, WAREHOUSE_URL=given.warehouse_url)
    _run(
        "include.installation.airflow_settings",
        str(settings),
        "--record",
        str(record),
        told=json.dumps(given.fills()),
    )
    write_login(Path(conf.get("core", "simple_auth_manager_passwords_file")), given.admin_password)
    if given.metrics_token_file:
        write_token(given.metrics_token_file, given.metrics_token)


def main(arguments: list[str] | None = None) -> int:
    """Prepare the installation the environment describes, and say whom it asks."""
    parser = argparse.ArgumentParser(prog="include.installation", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("settings", type=Path)
    parser.add_argument(
        "--record", type=Path, required=True, help="where hashes of what was written are kept"
    )
    options = parser.parse_args(arguments)
    try:
        given = read_installation(os.environ)
        install(given, options.settings, options.record)
    except KeyError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print(f"{error.cmd[2]} failed with exit status {error.returncode}; see above.", file=sys.stderr)
        return 1
    asked = (
        "the real API, with your key"
        if given.api_key
        else f"the sandbox, {given.sandbox_url}: SIMULATED data"
    )
    print(f"Ready. Runs ask {asked}; the warehouse is {given.database} on {given.host}:{given.port}.")
    return 0


def _run(module: str, *arguments: str, told: str = "", **environment: str) -> None:
    """Run a module in a process of its own, its secrets in its environment or standard input only."""
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, input=told, text=True, check=True, env={**os.environ, **environment})
