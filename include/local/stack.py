"""Everything that runs, as one thing: what belongs to it, whether it is healthy, how it stops."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from include.local import (
    airflow_services,
    credentials,
    postgres,
    processes,
    sandbox_service,
    settings,
    state,
    warehouse,
)
from include.local.airflow_api import AirflowApi
from include.local.settings import Mode, Settings

START_SECONDS = 120
SERVICES = (*airflow_services.SERVICES, sandbox_service.NAME)


class StartError(RuntimeError):
    """Something did not start; the message says what and where to look."""


@dataclass(frozen=True)
class Stack:
    """Everything that runs, and how it is reached."""

    settings: Settings
    state: state.State
    server: postgres.Server
    secrets: credentials.Credentials

    @property
    def ui(self) -> str:
        return airflow_services.url(self.state.ui_port)

    @property
    def warehouse(self) -> str:
        return warehouse.dsn(self.server, self.state.mode, self.secrets)

    @property
    def reader(self) -> str:
        """The URL of the warehouse as one who may only read."""
        return warehouse.reader_dsn(self.server, self.state.mode, self.secrets)

    @property
    def banner(self) -> str:
        """Where the data of this warehouse comes from."""
        return settings.banner(self.state.mode, self.state.replay)

    def api(self) -> AirflowApi:
        """A session with Airflow's REST API."""
        return AirflowApi(self.ui, self.secrets.admin_password)

    def expected(self) -> list[str]:
        """The processes that should run, besides PostgreSQL."""
        return [name for name in SERVICES if name != sandbox_service.NAME or self.state.mode is not Mode.REAL]

    def check(self) -> None:
        """Raise when a process that should run has died."""
        for name in self.expected():
            processes.check(self.settings.run_dir, name)

    def healthy(self, api: AirflowApi) -> set[str]:
        """The services that answer."""
        answering = {name for name, status in api.health().items() if status == "healthy"}
        if self.state.mode is not Mode.REAL and sandbox_service.healthy(self.state.sandbox_port):
            answering.add(sandbox_service.NAME)
        return answering


def wait_healthy(stack: Stack) -> AirflowApi:
    """Return a session once everything answers; raise with the log of what died."""
    api = stack.api()
    deadline = time.monotonic() + START_SECONDS
    while missing := [name for name in stack.expected() if name not in stack.healthy(api)]:
        stack.check()
        if time.monotonic() > deadline:
            message = f"Not healthy after {START_SECONDS} s: {', '.join(missing)}."
            raise StartError(f"{message} See `make logs NAME={missing[0]}`.")
        time.sleep(0.5)
    return api


def stop(run_dir: Path) -> list[str]:
    """Stop everything; returns what was running."""
    stopped = processes.stop(run_dir, SERVICES)
    if postgres.status(run_dir).pid:
        postgres.stop(run_dir)
        stopped.append("postgres")
    return stopped


def known(asked: Settings) -> Stack | None:
    """The stack of an earlier start, whatever of it runs now."""
    server = postgres.known(asked.run_dir)
    if server is None or not credentials.exist(asked.run_dir):
        return None
    return Stack(asked, state.load(asked.run_dir), server, credentials.load(asked.run_dir))
