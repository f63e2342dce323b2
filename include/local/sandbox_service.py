"""The sandbox API as one of our processes."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx

from include.local.child_environment import Environments
from include.local.ports import HOST
from include.local.processes import Command

NAME = "sandbox"


def command(project: Path, port: int, replay: Path | None, environments: Environments) -> Command:
    """How the sandbox is started; with a folder it replays recorded bodies."""
    replayed = ("--replay", str(replay)) if replay else ()
    arguments = (sys.executable, "-m", "include.sandbox", "--port", str(port), "--host", HOST, *replayed)
    return Command(NAME, arguments, project, environments.common, environments.inherited)


def url(port: int) -> str:
    """The address the connection points to."""
    return f"http://{HOST}:{port}"


def healthy(port: int) -> bool:
    """Whether the sandbox answers."""
    try:
        return httpx.get(f"{url(port)}/admin/health", trust_env=False, timeout=3).is_success
    except httpx.HTTPError:
        return False
