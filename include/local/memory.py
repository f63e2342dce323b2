"""How much memory our processes use, counting what forks share once where the system can tell (PSS)."""

from __future__ import annotations

from collections.abc import Iterable

import psutil


def used(processes: Iterable[psutil.Process]) -> int:
    """Bytes used by these processes and all below them."""
    return sum(_one(process) for process in {child for root in processes for child in _tree(root)})


def megabytes(count: int) -> str:
    """A figure for people."""
    return f"{count / 1_000_000:,.0f} MB"


def _tree(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _one(process: psutil.Process) -> int:
    try:
        return int(getattr(process.memory_full_info(), "pss", 0) or process.memory_info().rss)
    except psutil.AccessDenied:
        return _resident(process)
    except psutil.NoSuchProcess:
        return 0


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
