"""The whole of it, started as a user would, in a run folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import urlopen

import psycopg
import pytest

from include.local import settings, stack
from include.local.airflow_api import AirflowApi
from include.local.stack import Stack
from tests.conftest import PROJECT

SANDBOX_SYMBOLS = ("AAPL", "MSFT", "GOOGL", "AMZN", "TSLA")


@dataclass
class Local:
    """``make run`` and its sisters, without make; remembers everything they printed."""

    environment: dict[str, str]
    printed: list[str] = field(default_factory=list)

    def __call__(self, command: str, **asked: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "include.local", *command.split()],
            cwd=PROJECT,
            env=self.environment | asked,
            capture_output=True,
            text=True,
            timeout=600,
        )
        self.printed.append(done.stdout + done.stderr)
        return done

    @property
    def run_dir(self) -> Path:
        return Path(self.environment["RUN_DIR"])

    @property
    def stack(self) -> Stack:
        """What runs now."""
        known = stack.known(settings.read(self.environment, PROJECT))
        assert known, "nothing was started"
        return known

    @property
    def api(self) -> AirflowApi:
        return self.stack.api()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse in use."""
        with psycopg.connect(self.stack.warehouse) as connection:
            return connection.execute(query).fetchall()

    def sandbox(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the sandbox's admin API."""
        from urllib.request import Request

        content = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.stack.state.sandbox_port}/admin/{path}"
        request = Request(url, data=content, headers={"Content-Type": "application/json"})
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Ask four times a second until it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"nothing in {seconds} s"
        Event().wait(0.25)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """An installation that is stopped and deleted in the end, whatever happened."""
    folder = tmp_path_factory.mktemp("local") / "run"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    made = Local(
        kept | {"RUN_DIR": str(folder), "COLUMNS": "120", "ALPHAVANTAGE_API_KEY": "", "STOCK_API_KEY": ""}
    )
    yield made
    made("clean")
