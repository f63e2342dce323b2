"""`python -m include.local run|plan|add|rename|...`: what the Makefile calls."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

import httpx
from rich.console import Console

from include.exceptions import PipelineError
from include.load.renaming import rename
from include.local import (
    adding,
    credentials,
    datasets,
    logs,
    place,
    planning,
    postgres,
    quarantine,
    settings,
    stack,
    status,
    warehouse,
)
from include.local.airflow_api import AirflowApiError
from include.local.dag_run import DagNotFoundError
from include.local.one_off import CommandFailedError
from include.local.place import PostgresError
from include.local.planning import PlanError
from include.local.ports import PortInUseError
from include.local.processes import ProcessDiedError
from include.local.run import run
from include.local.settings import Settings, SettingsError
from include.local.stack import Stack, StartError
from include.market.symbols import symbol_of
from include.warehouse.connections import connect_to

EXPECTED_ERRORS = (
    AirflowApiError, CommandFailedError, DagNotFoundError, PipelineError, PlanError, PortInUseError,
    PostgresError, ProcessDiedError, SettingsError, StartError,
)  # fmt: skip
NOTHING_LOGGED = "There is no log yet: `make run` writes the first."
NOTHING_RUNS = "Nothing runs here: start it with `make run`."


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; a foreseen error is one message, not a traceback."""
    console = Console()
    options, rest = _parser().parse_known_args(arguments)
    try:
        asked = settings.read(os.environ, Path(__file__).resolve().parents[2])
        return int(options.carry_out(asked, console, options, rest))
    except httpx.HTTPError as error:
        message = f"ERROR: Airflow does not answer ({error}). See `make status` and `make logs`."
        console.print(message, markup=False, highlight=False, soft_wrap=True)
        return 1
    except EXPECTED_ERRORS as error:
        console.print(f"ERROR: {error}", markup=False, highlight=False, soft_wrap=True)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m include.local", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    known = {
        "run": (_run, "start everything, run the pipeline"),
        "stop": (_stop, "stop everything"),
        "status": (_status, "what runs; exit status 1 if something that should does not"),
        "logs": (_logs, "the ends of the logs"),
        "plan": (_plan, "what the next run would ask for; nothing is asked"),
        "add": (_add, "symbols for the watchlist: what they cost and bring; then add them"),
        "datasets": (_datasets, "what else there is beside bars; switch it on or off"),
        "rename": (_rename, "give the history of a symbol another name"),
        "psql": (_psql, "a SQL prompt in the warehouse; arguments go to psql"),
        "quarantine": (_quarantine, "what the gate refused: list it, or release, discard or replay rows"),
        "clean": (_clean, "stop everything and delete the run folder with its databases"),
    }
    for name, (carry_out, explanation) in known.items():
        command = commands.add_parser(name, help=explanation)
        command.set_defaults(carry_out=carry_out)
        if name == "logs":
            command.add_argument("--follow", action="store_true")
            command.add_argument("--name", help="one process, such as scheduler")
        if name == "add":
            command.add_argument("--symbols", help="such as NVDA,AMD")
            command.add_argument(
                "--file", help="a CSV export with a column Symbol or Ticker, or one symbol a line"
            )
            command.add_argument("--yes", help="1: add them without asking")
        if name == "datasets":
            command.add_argument("--on", default="", help="such as fundamentals or fx=EUR/USD,GBP/USD")
            command.add_argument("--off", default="", help="such as fundamentals")
            command.add_argument("--yes", help="1: change it without asking")
        if name == "rename":
            command.add_argument("--old", default="", help="the symbol as it is held")
            command.add_argument("--new", default="", help="the name its history gets")
        if name == "quarantine":
            for action in quarantine.ACTIONS:
                command.add_argument(f"--{action}", metavar="IDS", help="rows, such as 12,13")
            command.add_argument("--why", default=os.environ.get("WHY"), help="the reason (WHY)")
            command.add_argument(
                "--who", default=os.environ.get("WHO"), help="on whose behalf (WHO), if not yours"
            )
    return parser


def _run(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    return run(asked, console)


def _stop(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    stopped = stack.stop(asked.run_dir)
    console.print(f"stopped: {', '.join(stopped)}" if stopped else "Nothing was running.")
    return 0


def _status(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    known = stack.known(asked)
    found = status.services(known) if known else []
    if known is None or not any(service.process for service in found):
        console.print(NOTHING_RUNS)
        return 1
    console.print(known.banner, highlight=False, soft_wrap=True)
    console.print(status.table(found))
    return 0 if all(service.healthy for service in found) else 1


def _logs(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    found = list(logs.files(asked.run_dir, postgres.log_file(asked.run_dir), options.name))
    if not found:
        there = ", ".join(
            log.stem for log in logs.files(asked.run_dir, postgres.log_file(asked.run_dir), None)
        )
        console.print(f"There is no log of {options.name}; there are: {there}." if there else NOTHING_LOGGED)
        return 1
    if options.follow:
        os.execvp("tail", ["tail", "-n", "20", "-F", *map(str, found)])
    for log in found:
        console.rule(str(log), align="left")
        console.print(logs.last_lines(log), markup=False, highlight=False, soft_wrap=True)
    return 0


def _plan(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    return planning.show(_running(asked), console)


def _add(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    named = adding.read(options.symbols, options.file)
    return adding.add(_running(asked), named, console, yes=options.yes)


def _datasets(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    wanted = datasets.Wanted(options.on, options.off)
    return datasets.show_datasets(_running(asked), wanted, console, yes=options.yes)


def _rename(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    with connect_to(_running(asked).warehouse) as connection:
        moved = rename(connection, options.old, options.new)
    old, new = symbol_of(options.old), symbol_of(options.new)
    console.print(f"{old} is {new} now: {moved}.", markup=False, highlight=False, soft_wrap=True)
    return 0


def _running(asked: Settings) -> Stack:
    running = stack.known(asked)
    if running is None or postgres.status(asked.run_dir).pid is None:
        raise StartError(NOTHING_RUNS)
    return running


def _psql(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    running = _running(asked)
    access = {
        "PGHOST": running.server.host,
        "PGPORT": str(running.server.port),
        "PGDATABASE": settings.database(running.state.mode),
        "PGUSER": warehouse.ROLE,
        "PGPASSWORD": running.secrets.market_password,
    }
    if sys.stdin.isatty():
        console.print(running.banner, highlight=False, soft_wrap=True)
    program = place.wheel_programs() / "psql"
    os.execve(program, [str(program), *rest], {**os.environ, **access})


def _quarantine(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    running = _running(asked)
    instruction = quarantine.read(options)
    if instruction is None:
        return quarantine.show(running, console)
    return quarantine.carry_out(running, instruction, planning.now_of(running), console)


def _clean(asked: Settings, console: Console, options: argparse.Namespace, rest: list[str]) -> int:
    _stop(asked, console, options, rest)
    if not credentials.exist(asked.run_dir):
        console.print(f"There is nothing of ours to delete in {asked.run_dir}.", soft_wrap=True)
        return 0
    postgres.remove(asked.run_dir)
    shutil.rmtree(asked.run_dir)
    console.print(f"deleted {asked.run_dir} with its databases; .venv stays", highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
