"""The logs of what runs: their ends, for error messages and `make logs`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def folder(run_dir: Path) -> Path:
    """Where the output of every process goes."""
    return run_dir / "logs"


def files(run_dir: Path, extra: Path | None, name: str | None) -> Iterator[Path]:
    """The logs there are, or the one of this name."""
    for log in [*sorted(folder(run_dir).glob("*.log")), *([extra] if extra else [])]:
        if name in {None, "", log.stem} and log.exists():
            yield log


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for an error message."""
    if not log.exists():
        return f"({log} was not written)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
