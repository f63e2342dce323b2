"""Our processes: recognised by pid and time, replaced when told otherwise, stopped with all they left."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from include.local import processes
from include.local.processes import Command, ProcessDiedError

WAIT = "import signal, sys; print('up', flush=True); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
# A parent whose child is in a session of its own, as a task of LocalExecutor may be.
PARENT = f"""
import signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {WAIT!r}], start_new_session=True, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
signal.pause()
"""


@pytest.fixture
def run_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    processes.stop(tmp_path, ["one", "two"], grace=0.2)


def command(code: str = WAIT, name: str = "one", **settings: str) -> Command:
    return Command(name, (sys.executable, "-c", code), Path.cwd(), settings, dict(os.environ))


def started(run_dir: Path, wanted: Command) -> psutil.Process:
    assert processes.ensure(run_dir, wanted)
    process = processes.find(run_dir, wanted.name)
    assert process
    return process


def first_line(run_dir: Path, process: psutil.Process) -> str:
    """Wait, without sleeping, until the process has printed a line or ended."""
    log = processes.log_path(run_dir, "one")
    while not (text := log.read_text()).endswith("\n") and process.is_running():
        psutil.wait_procs([process], timeout=0.02)
    return text.strip().splitlines()[-1]


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_what_runs_as_told_is_left_alone(run_dir: Path) -> None:
    process = started(run_dir, command())

    assert not processes.ensure(run_dir, command())
    assert processes.find(run_dir, "one") == process


@pytest.mark.parametrize("other", [command(WAIT + "  # other"), command(PORT="2")])
def test_other_arguments_or_settings_replace_it(run_dir: Path, other: Command) -> None:
    former = started(run_dir, command())

    assert processes.ensure(run_dir, other)
    assert gone(former)
    assert processes.find(run_dir, "one")


def test_a_killed_process_is_noticed_with_the_end_of_its_log(run_dir: Path) -> None:
    processes.ensure(run_dir, command("print('no such table'); raise SystemExit(3)"))
    if process := processes.find(run_dir, "one"):
        psutil.wait_procs([process], timeout=10)

    with pytest.raises(ProcessDiedError, match=r"one is gone(.|\n)*no such table"):
        processes.check(run_dir, "one")


def test_a_stale_pid_file_names_nothing(run_dir: Path) -> None:
    process = started(run_dir, command())
    process.kill()
    psutil.wait_procs([process], timeout=10)

    assert processes.find(run_dir, "one") is None
    assert processes.ensure(run_dir, command())


def test_a_recycled_pid_is_not_ours_and_is_not_stopped(run_dir: Path) -> None:
    (run_dir / "pids").mkdir()
    noted = {"pid": os.getppid(), "created": 1.0, "digest": ""}
    (run_dir / "pids" / "one.json").write_text(json.dumps(noted))

    assert processes.find(run_dir, "one") is None
    assert processes.stop(run_dir, ["one"]) == []
    assert psutil.pid_exists(os.getppid())


def test_an_unreadable_pid_file_names_nothing(run_dir: Path) -> None:
    (run_dir / "pids").mkdir()
    (run_dir / "pids" / "one.json").write_text("")

    assert processes.find(run_dir, "one") is None


def test_a_process_that_ignores_the_signal_is_killed(run_dir: Path) -> None:
    process = started(run_dir, command(DEAF))
    assert first_line(run_dir, process) == "up"

    assert processes.stop(run_dir, ["one"], grace=0.2) == ["one"]
    assert gone(process)


def test_children_in_sessions_of_their_own_are_stopped_too(run_dir: Path) -> None:
    process = started(run_dir, command(PARENT))
    child = psutil.Process(int(first_line(run_dir, process)))

    processes.stop(run_dir, ["one"], grace=2)

    assert gone(process)
    assert gone(child)


def test_orphans_of_a_killed_parent_are_found_and_stopped(run_dir: Path) -> None:
    process = started(run_dir, command(PARENT))
    orphan = psutil.Process(int(first_line(run_dir, process)))
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs([process], timeout=10)
    assert orphan in processes.ours(run_dir)

    processes.stop(run_dir, ["one"], grace=2)

    assert gone(orphan)


def test_another_run_folders_processes_are_not_ours(run_dir: Path, tmp_path: Path) -> None:
    process = started(run_dir, command())
    other = tmp_path / "other"

    assert processes.ours(other) == []
    assert processes.stop(other, ["one"]) == []
    assert not gone(process)


def test_neither_pid_file_nor_log_folder_is_open_to_others(run_dir: Path) -> None:
    started(run_dir, command())

    for folder in ("pids", "logs"):
        assert (run_dir / folder).stat().st_mode & 0o077 == 0


def test_a_command_shows_no_environment() -> None:
    assert "secret" not in repr(command(PASSWORD="secret"))
