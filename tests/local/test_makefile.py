"""The Makefile: says what it can do, and what it needs when that is missing."""

import subprocess
from pathlib import Path

import pytest

VERBS = [
    "help",
    "run",
    "plan",
    "add",
    "datasets",
    "rename",
    "stop",
    "status",
    "logs",
    "psql",
    "quarantine",
    "clean",
    "env",
    "test",
    "test-image",
    "test-scale",
    "fuzz",
    "soak",
    "simulate",
    "docs",
    "lint",
    "format",
]


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=project, capture_output=True, text=True, timeout=60, check=False
    )


def test_make_alone_lists_every_target(project: Path) -> None:
    listed = make(project).stdout.splitlines()

    assert [line.split()[1] for line in listed if line.startswith("  make ")] == VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_every_target_exists(project: Path, verb: str) -> None:
    assert make(project, "-n", verb).returncode == 0


def test_without_a_python_in_range_it_says_which_is_needed(project: Path, tmp_path: Path) -> None:
    done = make(project, "run", "PYTHON=", f"VENV={tmp_path}/venv")

    assert done.returncode != 0
    assert "Python 3.11, 3.12 or 3.13" in done.stderr


def test_before_anything_is_installed_stop_says_so(project: Path, tmp_path: Path) -> None:
    done = make(project, "stop", f"VENV={tmp_path}/venv")

    assert done.returncode != 0
    assert "make run" in done.stdout


def test_run_installs_what_running_needs_and_test_what_testing_needs(project: Path, tmp_path: Path) -> None:
    venv = f"VENV={tmp_path}/venv"

    run = make(project, "-n", "run", venv).stdout
    assert "-r requirements-local.txt" in run
    assert "requirements-dev.txt" not in run
    assert "-r requirements-dev.txt" in make(project, "-n", "lint", venv).stdout
