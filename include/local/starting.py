"""The order of a start: PostgreSQL, the sandbox, both schemas, Airflow, its connections."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from include.local import (
    addresses,
    airflow_services,
    child_environment,
    credentials,
    dag_run,
    postgres,
    preparation,
    processes,
    sandbox_service,
    settings,
    state,
    warehouse,
)
from include.local.airflow_api import AirflowApi
from include.local.child_environment import Environments
from include.local.dag_run import DAG_ID
from include.local.settings import Mode, Settings
from include.local.stack import START_SECONDS, Stack, StartError, known

# What reads DAGs and serves pages comes up while the connections are loaded; what runs tasks waits for them.
FIRST = (airflow_services.API_SERVER, "dag-processor")
Say = Callable[[str], None]


def start(asked: Settings, say: Say) -> Stack:
    """Start what does not run, replace what is asked for differently, leave the rest alone."""
    run_dir = asked.run_dir
    _claim(run_dir)
    with _alone(run_dir, say):
        _refuse_switch(asked)
        addresses.choose(asked, state.load(run_dir))  # a port that is taken is told before anything starts
        stack = _databases(asked)
        environments = _environments(stack)
        _start_sandbox(stack, environments)
        stack = replace(stack, state=_migrate(stack, environments, say))
        _start_airflow(stack, environments, say)
    return stack


def _claim(run_dir: Path) -> None:
    """Make the run folder; refuse one that holds a person's files, as `make clean` would delete them."""
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(run_dir.iterdir()) and not credentials.exist(run_dir):
        message = f"RUN_DIR {run_dir} holds other files: name a folder that is empty or does not exist."
        raise StartError(message)
    credentials.load(run_dir)


def _refuse_switch(asked: Settings) -> None:
    """A run under way keeps its source and its warehouse: both would change beneath it."""
    last = known(asked)
    if last is None or _with_source(last.state, asked) == last.state:
        return
    api = last.api()
    runs = dag_run.active(api, DAG_ID) if api.health() else []
    if runs:
        message = f"The run {runs[0]} is still active with {last.banner}."
        raise StartError(f"{message} Wait for its end, or give it up with `make stop`.")


def _databases(asked: Settings) -> Stack:
    run_dir = asked.run_dir
    secrets = credentials.load(run_dir)
    server = postgres.start(run_dir, asked.postgres_port)
    role, database = airflow_services.ROLE, airflow_services.DATABASE
    postgres.create_role_and_database(server, role, secrets.airflow_password, database)
    wanted = settings.database(asked.mode)
    postgres.create_role_and_database(server, warehouse.ROLE, secrets.market_password, wanted)
    postgres.create_reader(server, warehouse.READER, secrets.reader_password, wanted)
    now = addresses.choose(asked, state.load(run_dir))
    now = _with_source(now, asked)
    state.save(run_dir, now)
    return Stack(asked, now, server, secrets)


def _with_source(last: state.State, asked: Settings) -> state.State:
    replay = str(asked.replay) if asked.replay else None
    return replace(last, mode=asked.mode, replay=replay, replay_now=asked.replay_now)


def _environments(stack: Stack) -> Environments:
    asked = stack.settings
    inherited = child_environment.inherited(os.environ, asked)
    common = child_environment.common(inherited, asked.project)
    airflow_services.prepare_home(asked.run_dir, stack.secrets)
    airflow = airflow_services.environment(
        asked.project, asked.run_dir, stack.server, stack.state.ui_port, stack.secrets
    )
    return Environments(inherited, common, {**common, **airflow})


def _start_sandbox(stack: Stack, environments: Environments) -> None:
    asked = stack.settings
    if asked.mode is Mode.REAL:
        processes.stop(asked.run_dir, [sandbox_service.NAME])
        return
    command = sandbox_service.command(asked, stack.state.sandbox_port, environments)
    processes.ensure(asked.run_dir, command)


def _migrate(stack: Stack, environments: Environments, say: Say) -> state.State:
    asked = stack.settings
    if stack.state.airflow_migrated is None:
        say("preparing the databases (the first time takes longest)")
    preparation.migrate(asked, stack.warehouse, environments, stack.state.airflow_migrated)
    migrated = replace(stack.state, airflow_migrated=preparation.airflow_version())
    state.save(asked.run_dir, migrated)
    return migrated


def _start_airflow(stack: Stack, environments: Environments, say: Say) -> None:
    asked = stack.settings
    rest = [name for name in airflow_services.SERVICES if name not in FIRST]
    for name in FIRST:
        if processes.ensure(asked.run_dir, airflow_services.command(name, asked.project, environments)):
            say(f"starting Airflow's {name}")
    fills = preparation.fills(asked, stack.server, stack.secrets, stack.state.sandbox_port)
    for line in preparation.load_settings(asked, environments, fills):
        say(line)
    if processes.find(asked.run_dir, "scheduler") is None:
        _close_interrupted(stack, say)
    for name in rest:
        if processes.ensure(asked.run_dir, airflow_services.command(name, asked.project, environments)):
            say(f"starting Airflow's {name}")


def _close_interrupted(stack: Stack, say: Say) -> None:
    """Before a scheduler could go on with runs of an earlier life, perhaps with another source of data."""
    api = stack.api()
    _wait_for_answer(stack, api)
    for run_id in dag_run.close_interrupted(api, DAG_ID):
        say(f"closed {run_id}: it was interrupted when Airflow stopped")


def _wait_for_answer(stack: Stack, api: AirflowApi) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not api.health():
        processes.check(stack.settings.run_dir, airflow_services.API_SERVER)
        if time.monotonic() > deadline:
            raise StartError(f"No answer from Airflow in {START_SECONDS} s: see `make logs NAME=api-server`.")
        time.sleep(0.3)


@contextlib.contextmanager
def _alone(run_dir: Path, say: Say) -> Generator[None]:
    """Two `make run` at once start things once."""
    with (run_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another `make run` is starting; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
