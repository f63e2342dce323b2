"""The run folder: generated secrets, remembered ports, and folders we do not touch."""

import os
import re
import socket
import sys
from pathlib import Path

import pytest

from include.local import addresses, airflow_services, credentials, processes, starting, state
from include.local.ports import PortInUseError
from include.local.postgres import Server
from include.local.processes import Command
from include.local.settings import Mode, Settings
from include.local.stack import StartError
from include.local.state import State


@pytest.fixture
def asked(tmp_path: Path) -> Settings:
    return Settings(tmp_path, tmp_path)


def test_credentials_are_made_once_and_are_private(tmp_path: Path) -> None:
    made = credentials.load(tmp_path)

    assert credentials.load(tmp_path) == made
    assert (tmp_path / credentials.FILE).stat().st_mode & 0o077 == 0
    assert made.admin_password not in repr(made)


def test_the_sandbox_key_looks_like_a_real_one(tmp_path: Path) -> None:
    assert re.fullmatch(r"[A-Z0-9]{16}", credentials.load(tmp_path).sandbox_key)


def test_the_state_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    assert state.load(tmp_path) == State()
    saved = State(8081, 8085, Mode.REPLAY, "/recordings", "3.3.2", "2026-05-16T06:00:00Z")

    state.save(tmp_path, saved)

    assert state.load(tmp_path) == saved


def test_ports_of_last_time_are_kept(asked: Settings) -> None:
    first = addresses.choose(asked, State())

    assert addresses.choose(asked, first) == first


def test_a_taken_port_gives_way_to_a_free_one_unless_it_was_asked_for(
    asked: Settings, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert addresses.choose(asked, State(ui_port=port)).ui_port != port
        with pytest.raises(PortInUseError, match=rf"Port {port} is in use.*UI_PORT"):
            addresses.choose(Settings(tmp_path, tmp_path, ui_port=port), State())


def test_a_port_on_which_our_own_process_listens_is_kept(asked: Settings, tmp_path: Path) -> None:
    code = "import signal; signal.pause()"
    own = Command(airflow_services.API_SERVER, (sys.executable, "-c", code), tmp_path, {}, dict(os.environ))
    processes.ensure(tmp_path, own)
    try:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            assert addresses.choose(asked, State(ui_port=port)).ui_port == port
    finally:
        processes.stop(tmp_path, [airflow_services.API_SERVER], grace=1)


def test_a_folder_with_a_persons_files_is_refused(asked: Settings, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")

    with pytest.raises(StartError, match=r"RUN_DIR .* holds other files"):
        starting.start(asked, print)
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        asked = Settings(tmp_path, tmp_path / "run", ui_port=taken.getsockname()[1])

        with pytest.raises(PortInUseError):
            starting.start(asked, print)
    assert sorted(os.listdir(asked.run_dir)) == [credentials.FILE, "lock"]


def test_airflows_settings_do_not_depend_on_the_mode_and_keep_to_loopback(tmp_path: Path) -> None:
    secrets = credentials.load(tmp_path)
    server = Server("127.0.0.1", 5432, tmp_path, "superuser's")

    told = airflow_services.environment(tmp_path, tmp_path, server, 8080, secrets)

    assert told["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert told["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8080/execution/"
    assert told["AIRFLOW__CORE__FERNET_KEY"] == secrets.fernet_key
    assert "superuser" not in "".join(told.values())
    assert 4 <= int(told["AIRFLOW__CORE__PARALLELISM"]) <= 16
