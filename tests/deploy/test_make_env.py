"""`make env`: the one file of secrets."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from dotenv import dotenv_values

from include.local.settings import Mode, read
from tests.conftest import PROJECT, program


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what the target needs, and no .env."""
    (tmp_path / "deploy").mkdir()
    for name in ("Makefile", ".env.example", "deploy/make-env.sh"):
        shutil.copy2(PROJECT / name, tmp_path / name)
    return tmp_path


def make_env(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "env"], cwd=checkout, capture_output=True, text=True, check=False, timeout=60
    )


def test_it_is_for_its_owner_only_and_tells_no_secret(checkout: Path) -> None:
    done = make_env(checkout)

    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((checkout / ".env").stat().st_mode) == 0o600
    password = dotenv_values(checkout / ".env")["AIRFLOW_ADMIN_PASSWORD"]
    assert password
    assert password not in done.stdout
    assert sorted(path.name for path in checkout.glob(".env*")) == [".env", ".env.example"]


def test_a_file_that_is_there_stays(checkout: Path) -> None:
    (checkout / ".env").write_text("ALPHAVANTAGE_API_KEY=MINE\n")

    done = make_env(checkout)

    assert done.returncode != 0
    assert "stays as it is" in done.stderr
    assert (checkout / ".env").read_text() == "ALPHAVANTAGE_API_KEY=MINE\n"


def test_every_secret_is_there_and_no_two_are_the_same(secrets: Mapping[str, str]) -> None:
    ours = {
        name: value
        for name, value in secrets.items()
        if name.endswith(("_PASSWORD", "_SECRET", "_KEY", "_TOKEN"))
    }
    assert ours.pop("ALPHAVANTAGE_API_KEY") == ""

    assert len(ours) == 12
    assert min(map(len, ours.values())) >= 32
    assert len(set(ours.values())) == len(ours)
    # They stand in URLs as they are.
    assert all(character.isalnum() or character in "-_=" for value in ours.values() for character in value)
    assert Fernet(ours["AIRFLOW_FERNET_KEY"])


def test_the_next_file_has_others(checkout: Path, secrets: Mapping[str, str]) -> None:
    make_env(checkout)

    again = dotenv_values(checkout / ".env")
    assert again["POSTGRES_PASSWORD"] != secrets["POSTGRES_PASSWORD"]


def test_make_run_reads_the_same_file(secrets_file: Path) -> None:
    asked = read({}, secrets_file.parent)

    assert asked.mode is Mode.SANDBOX
    assert asked.ui_port is None


def test_the_scripts_are_plain_shell() -> None:
    scripts = sorted((PROJECT / "deploy").rglob("*.sh"))
    assert scripts
    checked = subprocess.run(
        [program("shellcheck"), *scripts], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode == 0, checked.stdout
