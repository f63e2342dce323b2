"""The sandbox API as one of our processes."""

from __future__ import annotations

import sys

import httpx

from include.local.child_environment import Environments
from include.local.ports import HOST
from include.local.processes import Command
from include.local.settings import Settings

NAME = "sandbox"


def command(asked: Settings, port: int, environments: Environments) -> Command:
    """How the sandbox is started; with a folder it replays recorded bodies, as known at the run's clock."""
    replayed = ("--replay", str(asked.replay)) if asked.replay else ()
    stopped = ("--now", asked.replay_now) if asked.replay_now else ()
    arguments = (sys.executable, "-m", "include.sandbox", "--port", str(port), "--host", HOST)
    return Command(
        NAME, (*arguments, *replayed, *stopped), asked.project, environments.common, environments.inherited
    )


def url(port: int) -> str:
    """The address the connection points to."""
    return f"http://{HOST}:{port}"


def healthy(port: int) -> bool:
    """Whether the sandbox answers."""
    try:
        return httpx.get(f"{url(port)}/admin/health", trust_env=False, timeout=3).is_success
    except httpx.HTTPError:
        return False
