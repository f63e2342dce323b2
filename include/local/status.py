"""What runs, since when, how much memory it takes and whether it answers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import psutil
from rich.table import Table

from include.local import airflow_services, memory, postgres, processes, sandbox_service
from include.local.stack import Stack

POSTGRES = "postgres"


@dataclass(frozen=True)
class Service:
    """One line of `make status`."""

    name: str
    process: psutil.Process | None
    port: int | None
    healthy: bool


def services(stack: Stack) -> list[Service]:
    """Everything that should run."""
    pid = postgres.status(stack.settings.run_dir).pid
    database = psutil.Process(pid) if pid else None
    ports = {
        airflow_services.API_SERVER: stack.state.ui_port,
        sandbox_service.NAME: stack.state.sandbox_port,
    }
    healthy = stack.healthy(stack.api())
    found = [
        Service(
            POSTGRES, database, stack.server.port, database is not None and postgres.answers(stack.server)
        )
    ]
    for name in stack.expected():
        process = processes.find(stack.settings.run_dir, name)
        # Airflow calls a service healthy until its last heartbeat is 30 s old; the process tells at once.
        found.append(Service(name, process, ports.get(name), name in healthy and process is not None))
    return found


def table(found: Sequence[Service]) -> Table:
    """The services for people."""
    drawn = Table(box=None, pad_edge=False)
    for heading in ("service", "pid", "up for", "memory", "port", "health"):
        drawn.add_column(heading, justify="right" if heading in {"pid", "memory", "port"} else "left")
    for service in found:
        drawn.add_row(service.name, *_process(service.process), _text(service.port), _health(service))
    return drawn


def all_processes(stack: Stack) -> list[psutil.Process]:
    """Every process of ours, PostgreSQL included."""
    pid = postgres.status(stack.settings.run_dir).pid
    database = [psutil.Process(pid)] if pid else []
    return [*database, *processes.ours(stack.settings.run_dir)]


def _process(process: psutil.Process | None) -> tuple[str, str, str]:
    if process is None:
        return "-", "-", "-"
    uptime = timedelta(seconds=max(0, int(time.time() - process.create_time())))
    return str(process.pid), str(uptime), memory.megabytes(memory.used([process]))


def _health(service: Service) -> str:
    if service.process is None:
        return "[red]not running[/]"
    return "[green]healthy[/]" if service.healthy else "[yellow]not answering[/]"


def _text(value: object) -> str:
    return "-" if value is None else str(value)
