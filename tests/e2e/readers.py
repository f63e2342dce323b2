"""Fifty readers of a running installation: quick, slow and rude ones, and some that hang up."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import httpx
import psycopg

PAGES = (
    "",
    "symbol/AAPL",
    "quality",
    "budget",
    "api/symbols",
    "api/bars/MSFT?limit=100",
    "api/coverage",
    "health",
)
LONG = "api/bars/AAPL?format=csv"
THINKS = 3.0
"""Seconds between two requests of a reader."""

RUDE = (
    "select count(*) from stock_data as a, stock_data as b, stock_data as c, stock_data as d",
    "select pg_advisory_lock(72157)",
    "begin; lock table stock_data in access share mode; select pg_sleep(3)",
    "set statement_timeout = 0; select pg_sleep(5)",
    "select * from stock_data_as_of(now()) as a, stock_data as b order by a.close limit 10",
)
FORBIDDEN = (
    "select lo_create(0)",
    "lock table load_lock in access exclusive mode",
    "delete from stock_data",
    "create table mine ()",
    "update instrument set symbol = 'X'",
)


@dataclass
class Seen:
    """What the readers met."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    unanswered: int = 0
    wrong: set[str] = field(default_factory=set)

    @property
    def told(self) -> str:
        """The figures in one line."""
        cuts = statistics.quantiles(self.seconds, n=100) if len(self.seconds) > 1 else [0.0] * 99
        return (
            f"{sum(self.statuses.values())} answers {dict(sorted(self.statuses.items()))}, "
            f"{self.unanswered} not answered; of those with 200 p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s"
        )

    @property
    def p99(self) -> float:
        """Of the answers with 200, in seconds."""
        return statistics.quantiles(self.seconds, n=100)[98]


class Readers:
    """Readers at work between ``with`` and its end."""

    def __init__(self, ui: str, password: str, reader: str) -> None:
        self.ui, self.password, self.reader = ui, password, reader
        self.seen = Seen()
        self._over = threading.Event()
        kinds: list[tuple[Callable[[], None], int]] = [
            (self._quick, 20),
            (self._slow, 14),
            (self._hanging_up, 14),
            (self._rude, 2),
        ]
        self._threads = [threading.Thread(target=kind) for kind, count in kinds for _ in range(count)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _client(self) -> httpx.Client:
        """One who has logged in; waits for a server that is not there."""
        while not self._over.is_set():
            try:
                login = {"username": "admin", "password": self.password}
                answer = httpx.post(f"{self.ui}/auth/token", json=login, timeout=30, trust_env=False)
                headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
                return httpx.Client(
                    base_url=f"{self.ui}/market/", headers=headers, timeout=60, trust_env=False
                )
            except (httpx.TransportError, ValueError, KeyError):
                self._over.wait(THINKS)
        return httpx.Client()

    def _quick(self) -> None:
        with self._client() as client:
            while not self._over.wait(THINKS * random.uniform(0.5, 1.5)):
                self._ask(client, random.choice(PAGES))

    def _ask(self, client: httpx.Client, path: str) -> None:
        begun = time.monotonic()
        try:
            status = client.get(path).status_code
        except httpx.TransportError:
            self.seen.unanswered += 1
            return
        self.seen.statuses[status] += 1
        if status == httpx.codes.OK:
            self.seen.seconds.append(time.monotonic() - begun)

    def _slow(self) -> None:
        self._stream(lambda pieces: any(self._over.wait(0.2) for _ in pieces))

    def _hanging_up(self) -> None:
        self._stream(lambda pieces: next(pieces, None))

    def _stream(self, read: Callable[[Any], object]) -> None:
        with self._client() as client:
            while not self._over.wait(THINKS):
                try:
                    with client.stream("GET", LONG) as answer:
                        self.seen.statuses[answer.status_code] += 1
                        read(answer.iter_raw(500))
                except httpx.TransportError:
                    self.seen.unanswered += 1

    def _rude(self) -> None:
        statements = cycle(random.sample([*RUDE, *FORBIDDEN], len(RUDE) + len(FORBIDDEN)))
        while not self._over.wait(THINKS):
            said = next(statements)
            try:
                with psycopg.connect(self.reader, connect_timeout=5) as connection:
                    connection.execute(said.encode())
                    if said in FORBIDDEN:
                        self.seen.wrong.add(said)
            except psycopg.Error:
                continue
