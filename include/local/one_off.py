"""Commands that end by themselves: migrations and the loader, with their output in the logs."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from include.local.logs import last_lines
from include.local.processes import Command, log_path

SECONDS = 300


class CommandFailedError(RuntimeError):
    """A command failed; the message holds the end of its log."""


@dataclass(frozen=True)
class Started:
    """A command under way."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]

    def finish(self, text: str = "") -> None:
        """Wait for its end, giving it `text` to read."""
        try:
            self.process.communicate(text.encode(), timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.returncode:
            message = f"{self.name} failed (exit status {self.process.returncode}). The end of {self.log}:"
            raise CommandFailedError(f"{message}\n{last_lines(self.log)}")

    def output(self) -> str:
        """All it printed."""
        return self.log.read_text(errors="replace")


def begin(run_dir: Path, command: Command) -> Started:
    """Start a command whose output replaces its log of last time."""
    log = log_path(run_dir, command.name)
    log.parent.mkdir(mode=0o700, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command.arguments,
            cwd=command.folder,
            env={**command.inherited, **command.settings},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Started(command.name, log, process)
