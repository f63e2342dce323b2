"""The environment our processes inherit: the person's own, without keys or foreign Airflow settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from include.local.settings import KEY_NAMES, Settings

LOOPBACK = ("127.0.0.1", "localhost")
# An Airflow, a libpq or a make of the person's shell must not reconfigure ours.
FOREIGN = (
    "AIRFLOW_",
    "AIRFLOW__",
    "_AIRFLOW",
    "PG",
    "MAKE",
    "MFLAGS",
    "PYTHONPATH",
    "PYTHONHOME",
    "WAREHOUSE_URL",
)


@dataclass(frozen=True, repr=False)
class Environments:
    """What every child inherits, what we set for all of ours, and that with Airflow's settings added."""

    inherited: Mapping[str, str]
    common: Mapping[str, str]
    airflow: Mapping[str, str]


def inherited(environment: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """What passes to every child; a variable that holds the API key under any name does not."""
    key = settings.api_key
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(FOREIGN) and name not in KEY_NAMES and not (key and key in value)
    }


def common(environment: Mapping[str, str], project: Path) -> dict[str, str]:
    """What we set for every child: our modules, and loopback past any proxy."""
    return {
        "PYTHONPATH": str(project),
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": _with_loopback(environment.get("NO_PROXY")),
        "no_proxy": _with_loopback(environment.get("no_proxy")),
        "GX_ANALYTICS_ENABLED": "false",
        # setproctitle would overwrite the environment by which we recognise orphans.
        "SPT_NOENV": "1",
        # macOS kills forked children, as LocalExecutor's are, that touch its Objective-C runtime.
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
    }


def _with_loopback(hosts: str | None) -> str:
    named = [host for host in (hosts or "").split(",") if host]
    return ",".join([*named, *(host for host in LOOPBACK if host not in named)])
