"""One process of ours: started in its own session, recognised again later, stopped with all it left."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from include.installation.private_file import write_private
from include.local.logs import last_lines

# What a child carries in its environment, so that its orphans are known for ours after a kill -9.
MARK = "MARKET_DATA_RUN_DIR"
NAME = "MARKET_DATA_PROCESS"
GRACE_SECONDS = 20
KEPT_LOG_BYTES = 10_000_000
# A clock that is set moves every process's creation time a little; no pid comes round again that fast.
CLOCK_SECONDS = 2


class ProcessDiedError(RuntimeError):
    """A process ended that should run; the message holds the end of its log."""


@dataclass(frozen=True)
class Command:
    """What to run: `environment` is all the child gets, `settings` the part of it that is ours."""

    name: str
    arguments: tuple[str, ...]
    folder: Path
    settings: Mapping[str, str] = field(repr=False, default_factory=dict)
    inherited: Mapping[str, str] = field(repr=False, default_factory=dict)

    def digest(self) -> str:
        """Changes when the process must be replaced: other arguments or other settings."""
        told = json.dumps([self.arguments, str(self.folder), sorted(self.settings.items())])
        return hashlib.sha256(told.encode()).hexdigest()


def log_path(run_dir: Path, name: str) -> Path:
    """Where a process's output goes."""
    return run_dir / "logs" / f"{name}.log"


def ensure(run_dir: Path, command: Command) -> bool:
    """Make sure the process runs as commanded; True when it had to be started."""
    running = find(run_dir, command.name)
    if running and _noted(run_dir, command.name).get("digest") == command.digest():
        return False
    stop(run_dir, [command.name])
    _start(run_dir, command)
    return True


def find(run_dir: Path, name: str) -> psutil.Process | None:
    """The live process of this name; a stale pid file, or a pid that is another's now, is None."""
    noted = _noted(run_dir, name)
    try:
        process = psutil.Process(int(str(noted["pid"])))
        same = abs(process.create_time() - float(str(noted["created"]))) < CLOCK_SECONDS
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (KeyError, psutil.NoSuchProcess):
        return None


def check(run_dir: Path, name: str) -> None:
    """Raise with the end of the log when the process has died."""
    if find(run_dir, name) is None:
        log = log_path(run_dir, name)
        message = f"{name} is gone; `make run` starts it again. The end of {log}:"
        raise ProcessDiedError(f"{message}\n{last_lines(log)}")


def ours(run_dir: Path, name: str | None = None) -> list[psutil.Process]:
    """Every live process that carries our mark, orphans included; of one name, or all."""
    return [process for process in psutil.process_iter() if _carries(process, str(run_dir), name)]


def stop(run_dir: Path, names: Iterable[str], grace: float = GRACE_SECONDS) -> list[str]:
    """End these processes and whatever they started: asked first, forced after `grace` seconds."""
    names = list(names)
    leaders = {name: process for name in names if (process := find(run_dir, name))}
    everyone = {*leaders.values(), *_marked(run_dir, names)}
    for leader in leaders.values():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader.pid, signal.SIGTERM)
    _signal(
        [process for process in everyone if _group(process) not in _pids(leaders.values())], signal.SIGTERM
    )
    psutil.wait_procs(everyone, timeout=grace)
    stubborn = _marked(run_dir, names)
    _signal(stubborn, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=5)
    for name in names:
        _pid_file(run_dir, name).unlink(missing_ok=True)
    return list(leaders)


def _start(run_dir: Path, command: Command) -> None:
    log = log_path(run_dir, command.name)
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > KEPT_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        child = subprocess.Popen(
            command.arguments,
            cwd=command.folder,
            env={**command.inherited, **command.settings, MARK: str(run_dir), NAME: command.name},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    created = psutil.Process(child.pid).create_time()
    child.returncode = 0  # it outlives us on purpose: no ResourceWarning when this object goes
    noted = {"pid": child.pid, "created": created, "digest": command.digest()}
    _pid_file(run_dir, command.name).parent.mkdir(mode=0o700, exist_ok=True)
    write_private(_pid_file(run_dir, command.name), json.dumps(noted))


def _pid_file(run_dir: Path, name: str) -> Path:
    return run_dir / "pids" / f"{name}.json"


def _noted(run_dir: Path, name: str) -> dict[str, object]:
    try:
        noted: dict[str, object] = json.loads(_pid_file(run_dir, name).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return noted


def _carries(process: psutil.Process, mark: str, name: str | None) -> bool:
    try:
        environment = process.environ()
        alive = process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return alive and environment.get(MARK) == mark and name in {None, environment.get(NAME)}


def _marked(run_dir: Path, names: list[str]) -> list[psutil.Process]:
    return [process for name in names for process in ours(run_dir, name)]


def _pids(processes: Iterable[psutil.Process]) -> set[int]:
    return {process.pid for process in processes}


def _group(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return None


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
