"""The cluster a run folder has: where it is, how it was made, whether its postmaster lives."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from include.installation.private_file import write_private
from include.local.place import Place, PostgresError, wheel_programs

RECORD = "postgres.json"
SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # nobody connects that way, so there is no folder to protect
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def read_record(run_dir: Path) -> tuple[Place, dict[str, Any]] | None:
    """What an earlier start noted about this run folder's cluster, if its folder is still there."""
    path = run_dir / RECORD
    if not path.exists():
        return None
    record = json.loads(path.read_text())
    noted = record.pop("place")
    place = Place(Path(noted["folder"]), Path(noted["programs"]), noted["owner"])
    if not place.owner:
        place = Place(run_dir / "postgres", wheel_programs(), owner=None)  # both may have moved since
    return (place, record) if place.folder.is_dir() else None


def write_record(run_dir: Path, place: Place, **facts: Any) -> None:
    """Note the cluster's place, port and superuser password for later commands."""
    write_private(run_dir / RECORD, json.dumps({"place": asdict(place), **facts}, default=str, indent=1))


def remove_files(run_dir: Path, place: Place) -> None:
    """Delete the cluster for good."""
    shutil.rmtree(place.folder)
    (run_dir / RECORD).unlink(missing_ok=True)


def initialise(place: Place, password: str) -> None:
    """initdb beside the final name, then rename: an interrupted one is begun again, never used half made."""
    fresh, password_file = place.folder / "data.new", place.folder / "initdb.password"
    shutil.rmtree(fresh, ignore_errors=True)
    write_private(password_file, password, place.owner)
    arguments = [f"--set={name}={value}" for name, value in SETTINGS.items()]
    try:
        done = place.run(
            "initdb", "-D", fresh, "-U", SUPERUSER, f"--pwfile={password_file}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            "--no-sync", "--no-instructions", *arguments,
        )  # fmt: skip
    finally:
        password_file.unlink()
    if done.returncode:
        raise PostgresError(f"PostgreSQL's initdb failed in {place.folder}:\n{done.stderr.strip()}")
    fresh.rename(place.data_dir)


def postmaster(data_dir: Path) -> psutil.Process | None:
    """The live postmaster of this cluster; a recycled pid is not one."""
    try:
        process = psutil.Process(int((data_dir / "postmaster.pid").read_text().split("\n", 1)[0]))
        alive = process.status() != psutil.STATUS_ZOMBIE and str(data_dir) in process.cmdline()
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return process if alive else None


def drop_dead_lock(data_dir: Path) -> None:
    """Remove a dead postmaster's lock that PostgreSQL would believe.

    Its pid may be another program's by now, or a zombie that nobody has reaped (a container without an init).
    The lock protects the shared memory, so it goes only after the last server process has gone.
    """
    lock = data_dir / "postmaster.pid"
    try:
        other = psutil.Process(int(lock.read_text().split("\n", 1)[0]))
        believed = other.status() == psutil.STATUS_ZOMBIE or "postgres" not in other.name()
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return  # PostgreSQL recognises a pid that nobody has
    _, alive = psutil.wait_procs([found for found in psutil.process_iter() if _works_in(found, data_dir)], 10)
    if believed and not alive:
        lock.unlink()


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
