"""What one `make run` remembers for the next command: ports, mode, what was migrated. No secrets."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from include.installation.private_file import write_private
from include.local.settings import Mode

FILE = "state.json"


@dataclass(frozen=True)
class State:
    """The last `make run`, as far as other commands need it; port 0: none yet."""

    ui_port: int = 0
    sandbox_port: int = 0
    mode: Mode = Mode.SANDBOX
    replay: str | None = None
    airflow_migrated: str | None = None
    replay_now: str | None = None


def load(run_dir: Path) -> State:
    """The remembered state; that of a first start when there is none."""
    path = run_dir / FILE
    if not path.exists():
        return State()
    kept = json.loads(path.read_text())
    return State(**{**kept, "mode": Mode(kept["mode"])})


def save(run_dir: Path, state: State) -> None:
    """Remember this state."""
    write_private(run_dir / FILE, json.dumps(asdict(state), indent=1))
