"""What the tests of the deployment share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values

from tests.conftest import PROJECT


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """The compose file, its anchors resolved."""
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())


@pytest.fixture(scope="session")
def secrets_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .env as `make env` writes it."""
    target = tmp_path_factory.mktemp("env") / ".env"
    subprocess.run(["sh", "deploy/make-env.sh", target], cwd=PROJECT, check=True, capture_output=True)
    return target


@pytest.fixture(scope="session")
def secrets(secrets_file: Path) -> Mapping[str, str]:
    """What is in it."""
    return {name: value or "" for name, value in dotenv_values(secrets_file, interpolate=False).items()}


@pytest.fixture(scope="session")
def psql(postgres) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a script that calls psql, as the superuser of the embedded server."""
    from include.local.place import wheel_programs

    connection = {
        "PGHOST": postgres.host,
        "PGPORT": str(postgres.port),
        "PGUSER": postgres.superuser,
        "PGPASSWORD": postgres.password,
    }
    path = f"{wheel_programs()}:{os.environ['PATH']}"

    def run(script: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", script],
            env={**connection, **environment, "PATH": path},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )

    return run
