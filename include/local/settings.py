"""What the person asks of `make run`, read from the environment and the project's `.env`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from dotenv import dotenv_values

from include.market.watchlist import read_symbols

KEY_NAMES = ("STOCK_API_KEY", "ALPHAVANTAGE_API_KEY")
REAL_HOST = "https://www.alphavantage.co"
DEFAULT_UI_PORT = 8080
ON, OFF = {"1", "true", "yes", "y", "on"}, {"0", "false", "no", "n", "off"}


class SettingsError(ValueError):
    """A variable asks for something impossible; the message names it."""


class Mode(StrEnum):
    """Where the data comes from; the value is the warehouse's origin."""

    SANDBOX = "sandbox"
    REPLAY = "replay"
    REAL = "market"


@dataclass(frozen=True)
class Settings:
    """Everything a person chose; None means: not chosen.

    :param symbols: as :attr:`include.market.watchlist.Watchlist.names` has them: those a run refuses, too.
    """

    project: Path
    run_dir: Path
    api_key: str | None = field(default=None, repr=False)
    replay: Path | None = None
    symbols: tuple[str, ...] | None = None
    now: str | None = None
    force: bool = False
    retry_delay: float | None = None
    ui_port: int | None = None
    postgres_port: int | None = None
    sandbox_port: int | None = None

    @property
    def mode(self) -> Mode:
        """A folder to replay was named on purpose, so it goes before a key that lies in `.env`."""
        if self.replay:
            return Mode.REPLAY
        return Mode.REAL if self.api_key else Mode.SANDBOX

    @property
    def replay_now(self) -> str | None:
        """The moment as of which a folder is replayed: the run's clock."""
        return self.now if self.replay else None

    def conf(self) -> dict[str, object]:
        """The DAG run's configuration: only what was asked for."""
        asked = {
            "symbols": list(self.symbols) if self.symbols else None,
            "now": self.now,
            "force": self.force or None,
            "retry_delay": self.retry_delay,
        }
        return {name: value for name, value in asked.items() if value is not None}


def database(mode: Mode) -> str:
    """The warehouse of a mode: simulated, replayed and real data never share one."""
    return "market" if mode is Mode.REAL else f"market_{mode.value}"


def banner(mode: Mode, replay: Path | str | None = None) -> str:
    """One line saying where the data comes from, for everything we print."""
    if mode is Mode.REAL:
        return f"REAL data from {REAL_HOST} with your API key (warehouse: {database(mode)})"
    if mode is Mode.REPLAY:
        return f"REPLAYED data, recorded earlier in {replay} (warehouse: {database(mode)})"
    return f"SIMULATED data from the built-in sandbox, not market prices (warehouse: {database(mode)})"


def read(environment: Mapping[str, str], project: Path) -> Settings:
    """Read the choices; the environment goes before `.env`, and an empty variable switches one off."""
    written = {
        name: value or "" for name, value in dotenv_values(project / ".env", interpolate=False).items()
    }

    def value(*names: str) -> str | None:
        for source in (environment, written):
            for name in names:
                if name in source:
                    return source[name].strip() or None
        return None

    return Settings(
        project=project,
        run_dir=run_dir(environment, project),
        api_key=value(*KEY_NAMES),
        replay=_folder("REPLAY", value("REPLAY")),
        symbols=tuple(read_symbols(value("STOCK_SYMBOLS") or "").names) or None,
        now=_instant("NOW", value("NOW")),
        force=_switch("FORCE", value("FORCE")),
        retry_delay=_seconds("RETRY_DELAY", value("RETRY_DELAY")),
        ui_port=_port("UI_PORT", value("UI_PORT")),
        postgres_port=_port("POSTGRES_PORT", value("POSTGRES_PORT")),
        sandbox_port=_port("SANDBOX_PORT", value("SANDBOX_PORT")),
    )


def run_dir(environment: Mapping[str, str], project: Path) -> Path:
    """The one folder everything lives in."""
    return Path(environment.get("RUN_DIR") or project / ".run").absolute()


def _folder(name: str, text: str | None) -> Path | None:
    if text is None:
        return None
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir():
        raise SettingsError(
            f"{name}: there is no folder {folder}. Name a folder of recorded bodies or a raw store."
        )
    return folder


def _instant(name: str, text: str | None) -> str | None:
    try:
        is_instant = text is None or datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        is_instant = False
    if not is_instant:
        raise SettingsError(f"{name}: {text!r} is not an instant. Write it like 2026-05-16T06:00:00Z.")
    return text


def _switch(name: str, text: str | None) -> bool:
    if (text or "0").lower() not in ON | OFF:
        raise SettingsError(f"{name}: {text!r} is neither 1 nor 0.")
    return (text or "0").lower() in ON


def _seconds(name: str, text: str | None) -> float | None:
    try:
        seconds = None if text is None else float(text)
    except ValueError:
        seconds = -1
    if seconds is not None and not 0 <= seconds < 86_400:
        raise SettingsError(f"{name}: {text!r} is not a number of seconds from 0 to 86400.")
    return seconds


def _port(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise SettingsError(f"{name}: {text!r} is not a port from 1 to 65535.")
    return int(text)
