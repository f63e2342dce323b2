"""What `make add` and `make rename` understand before they ask anybody."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from include.local.adding import read
from include.local.settings import SettingsError
from include.market.watchlist import Watchlist

FILE = """\
\ufeff# what I follow
NVDA, amd  # chips
"BRK-B";TSCO.LON

NVDA\tno?
"""


def test_symbols_come_from_the_command_line_a_file_or_both(tmp_path: Path) -> None:
    (tmp_path / "my list.csv").write_text(FILE, encoding="utf-8")
    file = str(tmp_path / "my list.csv")

    assert read("ibm, dis", None) == Watchlist(("IBM", "DIS"))
    assert read(None, file) == Watchlist(("NVDA", "AMD", "BRK-B", "TSCO.LON"), ("NO?",))
    assert read("AMD IBM", file).symbols == ("AMD", "IBM", "NVDA", "BRK-B", "TSCO.LON")


@pytest.mark.parametrize("content", ["", "# nothing yet\n", " ,;\n"])
def test_no_symbol_at_all_is_told_with_what_to_write(tmp_path: Path, content: str) -> None:
    (tmp_path / "list.txt").write_text(content)

    with pytest.raises(SettingsError, match="make add SYMBOLS=NVDA,AMD"):
        read(None, str(tmp_path / "list.txt"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "sheet.xlsx").write_bytes(b"PK\x03\x04\xff\xfe")

    for name in ("sheet.xlsx", "absent.txt", "."):
        with pytest.raises(SettingsError, match=r"FILE: .* cannot be read as text"):
            read(None, str(tmp_path / name))


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
