"""The secrets this installation generates for itself, kept in the run folder, readable by its owner only.

A person's API key is never among them: it goes into Airflow's connection table only, encrypted.
"""

from __future__ import annotations

import base64
import json
import secrets
import string
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from include.installation.private_file import write_private

ADMIN = "admin"
FILE = "credentials.json"


@dataclass(frozen=True, repr=False)
class Credentials:
    """One generated value for each door."""

    fernet_key: str
    jwt_secret: str
    api_secret_key: str
    admin_password: str
    airflow_password: str
    market_password: str
    reader_password: str
    sandbox_key: str


def exist(run_dir: Path) -> bool:
    """Whether this folder is an installation's run folder."""
    return (run_dir / FILE).exists()


def load(run_dir: Path) -> Credentials:
    """The secrets of this run folder; what is missing is generated and kept."""
    path = run_dir / FILE
    kept = json.loads(path.read_text()) if path.exists() else {}
    known = {field.name: kept.get(field.name) or _generate(field.name) for field in fields(Credentials)}
    credentials = Credentials(**known)
    if known != kept:
        write_private(path, json.dumps(asdict(credentials), indent=1))
    return credentials


def _generate(name: str) -> str:
    special: dict[str, Callable[[], str]] = {
        "fernet_key": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "admin_password": lambda: _letters(string.ascii_letters + string.digits, 20),
        "sandbox_key": lambda: _letters(string.ascii_uppercase + string.digits, 16),
        "jwt_secret": lambda: secrets.token_urlsafe(64),  # signs by SHA-512: a key of 64 bytes
    }
    return special.get(name, lambda: secrets.token_urlsafe(32))()


def _letters(alphabet: str, count: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(count))
