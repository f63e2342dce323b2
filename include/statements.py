"""SQL lives in files, one statement each, named for what it does."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"


def statement(name: str) -> bytes:
    """Return the statement in ``include/sql/<name>.sql``."""
    return (_FOLDER / f"{name}.sql").read_bytes()
