"""What befalls a running installation: processes are killed, PostgreSQL is restarted, a disk is full."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from include.local import postgres, processes

from .conftest import Local

BLOCK = 4096
"""A file takes up to so much more of a disk than it has."""

Disturb = Callable[[Local], None]


def killed(name: str) -> Disturb:
    """Kill a service as the kernel does when memory is short."""

    def kill(local: Local) -> None:
        if process := processes.find(local.run_dir, name):
            process.kill()

    kill.__name__ = f"kill {name}"
    return kill


def kill_a_task(local: Local) -> None:
    """Kill the process of a task, the one that was started last."""
    scheduler = processes.find(local.run_dir, "scheduler")
    below = scheduler.children(recursive=True) if scheduler else []
    tasks = [process for process in below if _supervises(process)]
    if tasks:
        max(tasks, key=lambda process: process.create_time()).kill()


def _supervises(process: psutil.Process) -> bool:
    try:
        return any(not child.children() for child in process.children()) and "LocalExecutor" in " ".join(
            process.cmdline()
        )
    except psutil.NoSuchProcess:
        return False


def restart_postgres(local: Local) -> None:
    """Stop PostgreSQL, which cuts every connection, and start it again."""
    server = postgres.known(local.run_dir)
    assert server
    postgres.stop(local.run_dir)
    postgres.start(local.run_dir, server.port)


@contextmanager
def full_store(local: Local) -> Generator[None]:
    """The store of bodies is on a disk of its own, without a byte left."""
    store = local.run_dir / "airflow" / "market_data"
    with _small_disk(store, room=64 * 1024), _filled(store):
        yield


@contextmanager
def full_database(local: Local) -> Generator[None]:
    """PostgreSQL's files are on a disk of their own, without a byte left once it runs."""
    server = postgres.known(local.run_dir)
    assert server
    postgres.stop(local.run_dir)
    with _small_disk(server.data_dir, room=4 * 1024 * 1024):
        postgres.start(local.run_dir, server.port)
        try:
            with _filled(server.data_dir):
                yield
        finally:
            postgres.stop(local.run_dir)
    postgres.start(local.run_dir, server.port)


def may_mount() -> bool:
    """Whether we may put a small disk over a folder."""
    with TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "small", folder], capture_output=True, check=False)
        if mounted.returncode == 0:
            subprocess.run(["umount", folder], check=True)
        return mounted.returncode == 0


@contextmanager
def _filled(folder: Path) -> Generator[None]:
    """Nothing more can be written to the disk of a folder."""
    filler = folder / "filler"
    filler.write_bytes(b"\0" * shutil.disk_usage(folder).free)
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def _small_disk(folder: Path, room: int) -> Generator[None]:
    """Put a disk over a folder, with its files and so many bytes left; then all is as it is on the disk."""
    aside = folder.with_name(f"{folder.name}.aside")
    _copy(folder, aside)
    used = sum(file.stat().st_size + BLOCK for file in aside.rglob("*"))
    size = f"size={used + room}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "small", folder], check=True)
    try:
        subprocess.run(["cp", "-a", f"{aside}/.", folder], check=True)
        yield
        _copy(folder, aside)
    finally:
        subprocess.run(["umount", folder], check=True)
    for left in folder.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    subprocess.run(["cp", "-a", f"{aside}/.", folder], check=True)
    shutil.rmtree(aside)


def _copy(folder: Path, aside: Path) -> None:
    shutil.rmtree(aside, ignore_errors=True)
    subprocess.run(["cp", "-a", folder, aside], check=True)
