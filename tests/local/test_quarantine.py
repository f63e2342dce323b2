"""What `make quarantine` understands before it asks anybody."""

from __future__ import annotations

import getpass
import os
import subprocess
from argparse import Namespace
from pathlib import Path

import pytest

from include.gate.quarantine import Instruction
from include.local import __main__ as command
from include.local import credentials, quarantine
from include.local.postgres import Server
from include.local.quarantine import read
from include.local.settings import Settings, SettingsError
from include.local.stack import Stack
from include.local.state import State


def asked(**options: str) -> Namespace:
    nothing = dict.fromkeys(("release", "discard", "choose", "undo", "replay", "who", "why"))
    return Namespace(**nothing | options)


def test_without_rows_it_only_lists() -> None:
    assert read(asked(why="no row is named")) is None


def test_the_user_of_airflow_decides_and_the_persons_name_is_a_remark() -> None:
    assert read(asked(release="12, 13", why="Checked.")) == Instruction(
        "release", [12, 13], "admin", "Checked.", named=getpass.getuser()
    )
    assert read(asked(discard="7", why="Wrong.", who="ana")) == Instruction(
        "discard", [7], "admin", "Wrong.", named="ana"
    )
    assert read(asked(replay="7 8")) == Instruction("replay", [7, 8], "admin", "", named=getpass.getuser())


@pytest.mark.parametrize("rows", ["MSFT", "12;13", "-1", "1.5", "1" * 19])
def test_what_is_no_id_is_named(rows: str) -> None:
    with pytest.raises(SettingsError, match=r"RELEASE: '.*' is not the id of a row"):
        read(asked(release=rows))


def test_a_decision_without_a_reason_is_told_how_to_give_one() -> None:
    with pytest.raises(SettingsError, match='WHY="'):
        read(asked(discard="7", why=" "))


def test_a_decision_about_a_replay_is_as_of_its_moment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = "2026-05-16T06:00:00Z"
    asked_now: list[str | None] = []
    settings = Settings(tmp_path, tmp_path)
    replayed = Stack(settings, State(replay_now=now), Server("", 0, tmp_path, ""), credentials.load(tmp_path))
    monkeypatch.setattr(command, "_running", lambda asked: replayed)
    monkeypatch.setattr(quarantine, "carry_out", lambda *told: asked_now.append(told[2]) or 0)
    monkeypatch.setenv("RUN_DIR", str(tmp_path))

    assert command.main(["quarantine", "--discard", "7", "--why", "Wrong."]) == 0
    assert asked_now == [now]


def test_one_thing_at_a_time() -> None:
    with pytest.raises(SettingsError, match="RELEASE and DISCARD: one at a time"):
        read(asked(release="1", discard="2"))


@pytest.mark.parametrize(
    ("said", "exported", "meant"),
    [
        (["RELEASE=12,13"], {}, '--release "12,13"'),
        (["DISCARD=7", "WHY=it's wrong"], {}, '--discard "7"'),
        (["REPLAY=4"], {"RELEASE": "focal"}, '--replay "4"'),
        ([], {"RELEASE": "focal", "REPLAY": "/recordings"}, ""),
    ],
)
def test_make_hands_over_the_rows_of_its_command_line_and_no_variable_of_the_shell(
    project: Path, said: list[str], exported: dict[str, str], meant: str
) -> None:
    done = subprocess.run(
        ["make", "-n", "quarantine", *said],
        cwd=project,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | exported,
        capture_output=True,
        text=True,
        check=True,
    )
    command = done.stdout.splitlines()[-1]
    assert command.startswith("REPLAY= ")
    assert command.partition(" quarantine")[2].strip() == meant
