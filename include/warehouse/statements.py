"""SQL lives in files beside the module that runs it, one statement each, named for what it does."""

from __future__ import annotations

from pathlib import Path

_ROOMS = Path(__file__).parents[1]


def statement(name: str) -> bytes:
    """Return the statement ``<room>/<name>``, which is the file ``include/<room>/sql/<name>.sql``."""
    room, _, file = name.partition("/")
    return (_ROOMS / room / "sql" / f"{file}.sql").read_bytes()
