"""Files only their owner can read, replaced in one step."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def write_private(path: Path, text: str, owner: str | None = None) -> None:
    """Write a file with mode 600, for us or (as root) for another user; readers see the old or the new."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    if owner:
        shutil.chown(new, owner)
    new.replace(path)
