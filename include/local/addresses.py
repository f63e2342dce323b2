"""Which ports the services get: those asked for, else those of last time, else the usual, else free ones."""

from __future__ import annotations

from dataclasses import replace

from include.local import airflow_services, processes, sandbox_service
from include.local.ports import pick
from include.local.settings import DEFAULT_UI_PORT, Settings
from include.local.state import State


def choose(asked: Settings, last: State) -> State:
    """The state with the ports of this start; what listens already and is ours keeps its port."""
    ui = _port(asked, airflow_services.API_SERVER, asked.ui_port, last.ui_port or DEFAULT_UI_PORT, "UI_PORT")
    sandbox = _port(
        asked, sandbox_service.NAME, asked.sandbox_port, last.sandbox_port or None, "SANDBOX_PORT"
    )
    return replace(last, ui_port=ui, sandbox_port=sandbox)


def _port(asked: Settings, service: str, wanted: int | None, last: int | None, variable: str) -> int:
    if last and wanted in {None, last} and processes.find(asked.run_dir, service):
        return last
    return pick(wanted, last, variable)
