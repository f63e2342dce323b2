"""``python -m include.sandbox --port 8085``: the stand-in in the foreground."""

from __future__ import annotations

import argparse
import logging
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from include.sandbox.app import create_app
from include.sandbox.running import server_config
from include.sandbox.settings import Limits, SandboxSettings


def read_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m include.sandbox", description="A stand-in for the Alpha Vantage API."
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--host", default="127.0.0.1", help="/admin answers this machine only, whatever the host"
    )
    parser.add_argument(
        "--replay",
        type=Path,
        metavar="FOLDER",
        help="serve recorded bodies, or those of a raw store, instead of a market",
    )
    parser.add_argument(
        "--now",
        type=instant,
        metavar="INSTANT",
        help="stop the clock there; a raw store answers as it did then",
    )
    parser.add_argument(
        "--premium-key", action="append", default=[], metavar="KEY", help="may be given repeatedly"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed is another market")
    parser.add_argument(
        "--reset-zone", default=Limits.reset_zone, help="where the daily quota begins at midnight"
    )
    return parser.parse_args(arguments)


def instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} has no zone: give an instant such as 2026-05-16T06:00:00Z"
        )
    return found.astimezone(UTC)


def settings_of(arguments: argparse.Namespace) -> SandboxSettings:
    return SandboxSettings(
        seed=arguments.seed,
        premium_keys=frozenset(arguments.premium_key),
        replay=arguments.replay,
        limits=Limits(reset_zone=arguments.reset_zone),
    )


def main() -> None:
    arguments = read_arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app = create_app(settings_of(arguments))
    app.state.desk.clock.freeze(arguments.now)
    uvicorn.Server(server_config(app, arguments.host, arguments.port)).run()


if __name__ == "__main__":
    main()
