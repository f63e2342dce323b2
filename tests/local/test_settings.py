"""What the environment and `.env` ask of `make run`."""

from pathlib import Path

import pytest

from include.local import sandbox_service, settings
from include.local.child_environment import Environments
from include.local.settings import Mode, Settings, SettingsError


def read(project: Path, dotenv: str = "", **environment: str) -> Settings:
    (project / ".env").write_text(dotenv)
    return settings.read(environment, project)


def test_nothing_asked_is_the_sandbox(tmp_path: Path) -> None:
    asked = settings.read({}, tmp_path)

    assert (asked.mode, asked.conf(), asked.ui_port) == (Mode.SANDBOX, {}, None)
    assert asked.run_dir == tmp_path / ".run"


@pytest.mark.parametrize("name", ["STOCK_API_KEY", "ALPHAVANTAGE_API_KEY"])
def test_a_key_means_real_data(tmp_path: Path, name: str) -> None:
    from_environment = read(tmp_path, **{name: "ABC"})
    from_file = read(tmp_path, f'export {name}="ABC"  # mine\n')

    assert (from_environment.mode, from_environment.api_key) == (Mode.REAL, "ABC")
    assert (from_file.mode, from_file.api_key) == (Mode.REAL, "ABC")
    assert "ABC" not in repr(from_file)


def test_the_environment_goes_before_the_file_under_either_name(tmp_path: Path) -> None:
    assert read(tmp_path, "STOCK_API_KEY=file", ALPHAVANTAGE_API_KEY="shell").api_key == "shell"


def test_an_empty_variable_switches_the_files_key_off(tmp_path: Path) -> None:
    assert read(tmp_path, "ALPHAVANTAGE_API_KEY=file", ALPHAVANTAGE_API_KEY="").mode is Mode.SANDBOX


def test_the_example_file_as_it_is_means_the_sandbox(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text()

    assert read(tmp_path, example) == settings.read({}, tmp_path)


def test_a_dollar_in_a_key_is_a_dollar(tmp_path: Path) -> None:
    assert read(tmp_path, "STOCK_API_KEY=A$B${C}").api_key == "A$B${C}"


def test_a_folder_to_replay_goes_before_a_key(tmp_path: Path) -> None:
    asked = read(tmp_path, "STOCK_API_KEY=file", REPLAY=str(tmp_path))

    assert (asked.mode, asked.replay) == (Mode.REPLAY, tmp_path)


def test_a_replay_is_as_of_the_runs_clock_and_a_simulation_keeps_its_own(tmp_path: Path) -> None:
    def started(**asked: str) -> str:
        command = sandbox_service.command(read(tmp_path, **asked), 8085, Environments({}, {}, {}))
        return " ".join(command.arguments)

    now = "2026-05-16T06:00:00Z"
    assert started(REPLAY=str(tmp_path), NOW=now).endswith(f"--replay {tmp_path} --now {now}")
    assert started(REPLAY=str(tmp_path)).endswith(f"--replay {tmp_path}")
    assert started(NOW=now).endswith("--port 8085 --host 127.0.0.1")


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("AAPL,MSFT", ("AAPL", "MSFT")),
        (" aapl , brk-b\tTSCO.LON ", ("AAPL", "BRK-B", "TSCO.LON")),
        ('["AAPL", "M&M.BSE"]', ("AAPL", "M&M.BSE")),
        ("^gspc AAPL $(id)", ("AAPL", "^GSPC", "$(ID)")),
        ("AAPL,AAPL,", ("AAPL",)),
        (",", None),
        ("", None),
    ],
)
def test_symbols(tmp_path: Path, text: str, symbols: tuple[str, ...] | None) -> None:
    assert read(tmp_path, STOCK_SYMBOLS=text).symbols == symbols


def test_the_runs_configuration_holds_only_what_was_asked(tmp_path: Path) -> None:
    asked = read(tmp_path, STOCK_SYMBOLS="IBM", NOW="2026-11-20T22:00:00Z", FORCE="1", RETRY_DELAY="2.5")

    assert asked.conf() == {
        "symbols": ["IBM"],
        "now": "2026-11-20T22:00:00Z",
        "force": True,
        "retry_delay": 2.5,
    }


def test_a_delay_of_zero_is_a_choice(tmp_path: Path) -> None:
    assert read(tmp_path, RETRY_DELAY="0", FORCE="0").conf() == {"retry_delay": 0.0}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("UI_PORT", "http"),
        ("POSTGRES_PORT", "0"),
        ("SANDBOX_PORT", "65536"),
        ("RETRY_DELAY", "-1"),
        ("RETRY_DELAY", "nan"),
        ("RETRY_DELAY", "soon"),
        ("NOW", "yesterday"),
        ("NOW", "2026-05-16T06:00:00"),
        ("FORCE", "maybe"),
        ("REPLAY", "/no/such/folder"),
    ],
)
def test_an_impossible_value_is_refused_by_name(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: "):
        read(tmp_path, **{name: text})


@pytest.mark.parametrize(
    ("mode", "word", "database"),
    [
        (Mode.SANDBOX, "SIMULATED", "market_sandbox"),
        (Mode.REPLAY, "REPLAYED", "market_replay"),
        (Mode.REAL, "REAL", "market"),
    ],
)
def test_each_mode_says_what_its_data_is(mode: Mode, word: str, database: str) -> None:
    assert settings.banner(mode).startswith(word)
    assert database in settings.banner(mode)
    assert settings.database(mode) == database
