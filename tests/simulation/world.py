"""A world of its own: one time, a sandbox that keeps it, a warehouse, and the connections of a free key."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg

from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.ledger import PostgresLedger
from include.fetch.outcomes import next_turn
from include.sandbox.running import RunningSandbox
from include.settings import ALPHAVANTAGE_CONN_ID
from include.warehouse.connections import connect_to
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Run

KEY = "FREE7KEY7OF7A7PERSON"


class Time:
    """The world's time: it moves when somebody sleeps, and never else. Forked tasks share it."""

    def __init__(self, start: datetime) -> None:
        self._seconds = multiprocessing.Value("d", start.timestamp())

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._seconds.value, UTC)

    def seconds(self) -> float:
        return self._seconds.value

    def sleep(self, seconds: float) -> None:
        self._seconds.value += seconds

    def go_to(self, instant: datetime) -> None:
        """Let the time pass until then; an instant that has passed already changes nothing."""
        self._seconds.value = max(self._seconds.value, instant.timestamp())


@dataclass
class World:
    """Everything a run of the pipeline touches. ``watchlist`` and ``key`` are what the person has set."""

    time: Time
    sandbox: RunningSandbox
    url: str
    folder: Path
    watchlist: list[str]
    key: str = KEY
    listings: list[dict[str, Any]] = field(default_factory=list)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with connect_to(self.url) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def admit(self, *listings: dict[str, Any]) -> None:
        """Let symbols join the market."""
        self.sandbox.add_listings(*listings)
        self.listings += listings

    def lift(self, kind: str) -> None:
        """End the faults of a kind; the others stay as they are."""
        for fault in self._faults():
            if fault["kind"] != kind:
                self.sandbox.add_fault(**fault)

    def _faults(self) -> list[dict[str, Any]]:
        """Take the faults in force out, each as it has to be added again."""
        listed = self.sandbox.admin("GET", "faults")["faults"]
        self.sandbox.clear_faults()
        return [
            {name: value for name, value in fault.items() if name != "left"}
            | ({"times": fault["left"]} if fault["left"] else {})
            for fault in listed
        ]

    def api_of(self, run: Run) -> AlphaVantageHook:
        """What :func:`include.fetch.api.api_of` returns, on the world's time: its ledger, its sleep."""
        ledger = PostgresLedger(lambda: psycopg.connect(self.url), now=self.time.now)
        return AlphaVantageHook(ALPHAVANTAGE_CONN_ID, limiter=ledger, sleep=self.time.sleep, now=run.now)

    @contextmanager
    def entered(self) -> Generator[None]:
        """Connections, Variables and the hook of this world, for as long as the ``with`` block lasts."""
        connection = {"conn_type": "alphavantage", "host": self.sandbox.url, "password": self.key}
        settings = {
            "AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT": json.dumps(connection),
            "AIRFLOW_CONN_POSTGRES_STOCKS": self.url,
            "AIRFLOW_VAR_STOCK_SYMBOLS": ",".join(self.watchlist),
            "AIRFLOW_VAR_MARKET_DATA_STORE": f"file://{self.folder}/store",
        }
        with (
            mock.patch.dict(os.environ, settings),
            mock.patch("include.fetch.api.api_of", self.api_of),
        ):
            yield

    @contextmanager
    def twin(self, url: str) -> Generator[World]:
        """This world as it is now, for Airflow to run a day in that leaves no trace here.

        Airflow's own time is the real one: where a task waits for its turn, this world's passes at once.

        :param url: a copy of its warehouse.
        """
        time = Time(self.time.now())
        with RunningSandbox(clock=time.now, monotonic=time.seconds) as sandbox:
            other = World(time, sandbox, url, self.folder / "twin", list(self.watchlist), self.key)
            if self.listings:
                other.admit(*self.listings)
            for fault in self._faults():
                self.sandbox.add_fault(**fault)
                sandbox.add_fault(**fault)

            def wait_for_turn(*errors: Any, **until: Any) -> datetime | None:
                turn = next_turn(*errors, **until)
                time.go_to(turn or time.now())
                return turn

            with mock.patch("include.fetch.outcomes.next_turn", wait_for_turn):
                yield other


@contextmanager
def world(start: datetime, url: str, folder: Path, watchlist: list[str]) -> Generator[World]:
    """A world that begins at an instant, with an empty warehouse."""
    with ExitStack() as stack:
        time = Time(start)
        sandbox = stack.enter_context(RunningSandbox(clock=time.now, monotonic=time.seconds))
        with connect_to(url) as connection:
            claim_origin(connection, "sandbox")
        yield World(time, sandbox, url, folder, watchlist)


def days_from(first: datetime, last: datetime) -> Iterator[datetime]:
    """Every day at six, weekends and holidays too, as the scheduler has them, a few minutes around it.

    The minutes wander, so that many a run begins earlier than the day before's.
    """
    day = first
    while day <= last:
        yield day + timedelta(minutes=(day.toordinal() * 7) % 11)
        day += timedelta(days=1)
