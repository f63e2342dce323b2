"""What make hands over to `add` and `rename`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("said", "exported", "meant"),
    [
        (["add", "SYMBOLS=NVDA,AMD"], {}, 'add --symbols "NVDA,AMD"'),
        (["add", "FILE=my list.csv", "YES=1"], {"SYMBOLS": "IBM"}, 'add --file "my list.csv" --yes "1"'),
        (["add"], {"SYMBOLS": "IBM", "FILE": "a.txt", "YES": "1"}, "add"),
        (["rename", "OLD=META", "NEW=META-2021"], {}, 'rename --old "META" --new "META-2021"'),
        (["rename"], {"OLD": "1", "NEW": "2"}, "rename"),
    ],
)
def test_make_hands_over_what_its_command_line_says_and_no_variable_of_the_shell(
    project: Path, said: list[str], exported: dict[str, str], meant: str
) -> None:
    done = subprocess.run(
        ["make", "-n", *said],
        cwd=project,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | exported,
        capture_output=True,
        text=True,
        check=True,
    )
    command = done.stdout.splitlines()[-1].partition(" include.local ")[2]
    assert " ".join(command.split()) == meant
