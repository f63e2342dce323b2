"""Airflow on several machines, as processes of one: the workers share a database, a broker and a bucket."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg

from include.local import (
    airflow_services,
    child_environment,
    credentials,
    dag_run,
    ports,
    postgres,
    preparation,
    processes,
    settings,
    warehouse,
)
from include.local.airflow_api import AirflowApi
from include.local.child_environment import Environments
from include.local.postgres import Server
from include.local.processes import Command
from include.local.settings import Mode, Settings
from tests.conftest import PROJECT, program

BROKER = "broker"
WORKERS = ("worker-1", "worker-2")
CONCURRENCY = 2
SERVICES = ("api-server", "dag-processor", "scheduler")
DAGS = (PROJECT / "dags" / "stock_data_pipeline.py", PROJECT / "tests" / "scale" / "dags" / "throughput.py")


def recommended(page: Path = PROJECT / "docs" / "scaling.md") -> dict[str, str]:
    """The settings that the page gives for CeleryExecutor."""
    return dict(re.findall(r"^(AIRFLOW__\w+)=(\S+)$", page.read_text(), re.MULTILINE))


def until(what: str, is_so: Callable[[], Any], seconds: float = 120) -> Any:
    """Return the first answer that is true."""
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)
    return found


@dataclass(frozen=True)
class Cluster:
    """What runs, and how it is reached."""

    asked: Settings
    server: Server
    secrets: credentials.Credentials
    environments: Environments
    api: AirflowApi

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        with psycopg.connect(warehouse.dsn(self.server, Mode.SANDBOX, self.secrets)) as connection:
            return connection.execute(query).fetchall()

    def home(self, name: str) -> Path:
        """The only folder a worker may write to."""
        return self.asked.run_dir / name

    def start(self, *workers: str) -> None:
        """Start these workers and stop the others."""
        processes.stop(self.asked.run_dir, set(WORKERS) - set(workers))
        for name in workers:
            self._start(name)

    def _start(self, name: str) -> None:
        """Start a worker with a home, DAG files and temporary files of its own, unless it runs."""
        home = self.home(name)
        lay_dags(home)
        (home / "tmp").mkdir(exist_ok=True)
        own = self.environments.airflow | {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
            "TMPDIR": str(home / "tmp"),
        }
        asked = ("celery", "worker", "--skip-serve-logs", "--concurrency", str(CONCURRENCY))
        command = (sys.executable, "-m", "airflow", *asked, "--celery-hostname", f"{name}@%h")
        told = len(self.log(name))
        started = processes.ensure(
            self.asked.run_dir, Command(name, command, PROJECT, own, self.environments.inherited)
        )
        if started:
            until(f"{name} is ready", lambda: " ready." in self.log(name)[told:])

    def log(self, name: str) -> str:
        """All that a process printed."""
        log = processes.log_path(self.asked.run_dir, name)
        return log.read_text(errors="replace") if log.exists() else ""

    def kill(self, name: str) -> None:
        """End a worker as a power cut does: everything it started, at once, without a word."""
        for process in processes.ours(self.asked.run_dir, name):
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def worker_of(self, pid: int | None) -> str | None:
        """The worker to which a process belongs, if it lives."""
        try:
            return psutil.Process(pid).environ().get(processes.NAME) if pid else None
        except psutil.NoSuchProcess:
            return None

    def run(self, dag_id: str, **conf: object) -> str:
        """Start a run and return its id."""
        dag_run.wait_for_dag(self.api, dag_id, self.check)
        self.api.unpause(dag_id)
        return self.api.trigger(dag_id, conf, "")

    def end(self, dag_id: str, run_id: str, seconds: float = 900) -> str:
        """Wait for the end of a run and return its state."""
        state = until(
            f"{run_id} has ended",
            lambda: (state := self.api.run_state(dag_id, run_id)) in dag_run.TERMINAL and state,
            seconds,
        )
        return str(state)

    def instances(self, dag_id: str, run_id: str, task_id: str) -> list[dict[str, Any]]:
        """The instances of a mapped task."""
        found = self.api._instances(dag_id, run_id)
        return [one for one in found if one["task_id"] == task_id and one["map_index"] >= 0]

    def tasks_per_second(self, dag_id: str, run_id: str, task_id: str) -> float:
        """How many were done a second, from the first one's start to the last one's end."""
        ran = self.instances(dag_id, run_id, task_id)
        begun = min(datetime.fromisoformat(one["start_date"]) for one in ran)
        ended = max(datetime.fromisoformat(one["end_date"]) for one in ran)
        return len(ran) / (ended - begun).total_seconds()

    def check(self) -> None:
        """Fail when a service has died."""
        for name in (BROKER, *SERVICES):
            processes.check(self.asked.run_dir, name)


def lay_dags(home: Path) -> None:
    """Copy the DAG files; a task whose worker is lost is tried again at once, not after 5 to 10 minutes."""
    (home / "dags").mkdir(parents=True, exist_ok=True)
    for file in DAGS:
        shutil.copy(file, home / "dags")
    copied = home / "dags" / DAGS[0].name
    slow, quick = "default_args=DEFAULT_ARGS", 'default_args=DEFAULT_ARGS | {"retry_delay": 1.0}'
    text = copied.read_text()
    assert slow in text
    copied.write_text(text.replace(slow, quick))


def start(run_dir: Path, fills: Mapping[str, Any], symbols: list[str]) -> Iterator[Cluster]:
    """Start all but the workers; in the end stop and delete everything."""
    redis = program("redis-server")
    asked = settings.read({"RUN_DIR": str(run_dir), "ALPHAVANTAGE_API_KEY": ""}, PROJECT)
    asked = replace(asked, symbols=tuple(symbols), api_key=None)
    run_dir.mkdir(mode=0o700)
    secrets = credentials.load(run_dir)
    server = postgres.start(run_dir)
    try:
        yield _bring_up(asked, secrets, server, fills, redis)
    finally:
        processes.stop(run_dir, [*WORKERS, *SERVICES, BROKER])
        postgres.remove(run_dir)


def _bring_up(
    asked: Settings, secrets: credentials.Credentials, server: Server, fills: Mapping[str, Any], redis: str
) -> Cluster:
    run_dir, port, broker = asked.run_dir, ports.free_port(), ports.free_port()
    postgres.create_role_and_database(
        server, airflow_services.ROLE, secrets.airflow_password, airflow_services.DATABASE
    )
    wanted = settings.database(Mode.SANDBOX)
    postgres.create_role_and_database(server, warehouse.ROLE, secrets.market_password, wanted)
    postgres.create_reader(server, warehouse.READER, secrets.reader_password, wanted)
    inherited = child_environment.inherited(os.environ, asked)
    common = child_environment.common(inherited, PROJECT)
    airflow_services.prepare_home(run_dir, secrets)
    lay_dags(airflow_services.home(run_dir))
    metadata = server.dsn(airflow_services.DATABASE, airflow_services.ROLE, secrets.airflow_password)
    airflow = airflow_services.environment(PROJECT, run_dir, server, port, secrets) | {
        **recommended(),
        "AIRFLOW__CELERY__BROKER_URL": f"redis://{ports.HOST}:{broker}/0",
        "AIRFLOW__CELERY__RESULT_BACKEND": metadata.replace("postgresql:", "db+postgresql+psycopg2:"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(airflow_services.home(run_dir) / "dags"),
    }
    environments = Environments(inherited, common, {**common, **airflow})
    listen = ("--bind", ports.HOST, "--port", str(broker), "--save", "", "--dir", str(run_dir))
    processes.ensure(run_dir, Command(BROKER, (redis, *listen), run_dir, {}, inherited))
    preparation.migrate(asked, warehouse.dsn(server, Mode.SANDBOX, secrets), environments, None)
    known = preparation.fills(asked, server, secrets, sandbox_port=0)
    known["connections"] |= fills
    preparation.load_settings(asked, environments, known)
    for name in SERVICES:
        processes.ensure(run_dir, airflow_services.command(name, PROJECT, environments))
    api = AirflowApi(airflow_services.url(port), secrets.admin_password)
    made = Cluster(asked, server, secrets, environments, api)
    healthy = ("scheduler", "dag-processor", "api-server")
    until(
        "Airflow is healthy", lambda: made.check() or all(api.health().get(s) == "healthy" for s in healthy)
    )
    return made
