"""A sandbox behind a real socket, and hooks connected to it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.pacing import LocalLimiter
from include.sandbox.running import RunningSandbox, Stopwatch
from include.sandbox.settings import SandboxSettings

KEY = "SANDBOX9FREE7KEY"
PREMIUM_KEY = "SANDBOX9PREMIUM9"


class Steps(Stopwatch):
    """A stopwatch that can be told to move by itself, for tests that are not about waiting."""

    step = 0.0

    def __call__(self) -> float:
        self.advance(self.step)
        return super().__call__()


class Waits(list[float]):
    """Sleeps by moving the sandbox's own stopwatch; remembers how long."""

    def __init__(self, stopwatch: Stopwatch) -> None:
        self.stopwatch = stopwatch

    def __call__(self, seconds: float) -> None:
        if seconds > 0.01:
            self.append(round(seconds, 1))
            self.stopwatch.advance(seconds)


@pytest.fixture(scope="session")
def running() -> Iterator[tuple[RunningSandbox, Stopwatch]]:
    stopwatch = Steps()
    settings = SandboxSettings(premium_keys=frozenset({PREMIUM_KEY}))
    with RunningSandbox(settings, monotonic=stopwatch) as sandbox:
        yield sandbox, stopwatch


@pytest.fixture
def sandbox(running) -> RunningSandbox:
    """The sandbox on the morning of Saturday 2026-05-16, with fresh limits and no faults."""
    sandbox, stopwatch = running
    stopwatch.advance(3600)
    sandbox.clear_faults()
    sandbox.reset()
    sandbox.set_clock(datetime(2026, 5, 16, 6, tzinfo=UTC))
    return sandbox


@pytest.fixture
def unhurried(running, connect, request) -> AlphaVantageHook:
    """A connection whose calls never wait: a key of this test's own, and seconds that pass by themselves."""
    stopwatch = running[1]
    stopwatch.step = 2.0
    key = f"KEY{abs(hash(request.node.nodeid)):016x}"
    yield connect(password=key, extra={"seconds_between_calls": 0.01, "host_group": key})
    stopwatch.step = 0.0


@pytest.fixture
def waits(running) -> Waits:
    return Waits(running[1])


@pytest.fixture
def limiter(running) -> LocalLimiter:
    """Counts by the sandbox's stopwatch."""
    start = datetime(2026, 5, 16, 6, tzinfo=UTC)
    return LocalLimiter(lambda: start + timedelta(seconds=running[1].seconds))


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch, sandbox, waits, limiter) -> Callable[..., AlphaVantageHook]:
    """Make a hook on a connection to the sandbox; keyword arguments change the connection."""

    def make(**changed: object) -> AlphaVantageHook:
        connection = {"conn_type": "alphavantage", "host": sandbox.url, "password": KEY} | changed
        monkeypatch.setenv("AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT", json.dumps(connection))
        return AlphaVantageHook(limiter=limiter, sleep=waits)

    return make


class Answering(ThreadingHTTPServer):
    """A real server whose answer to the query of an address is what ``answer`` returns: status and body.

    What it returns beyond that is where the answer leads to.
    """

    def __init__(self, answer: Callable[[str], tuple[Any, ...]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Answering

    def do_GET(self) -> None:
        query = self.path.partition("?")[2]
        self.server.asked.append(query)
        status, body, *location = self.server.answer(query)
        self.send_response(status)
        for address in location:
            self.send_header("Location", address)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *about: object) -> None:
        """Silent: the key is in every address."""


@pytest.fixture
def serve() -> Iterator[Callable[..., Answering]]:
    """Start a server that gives this answer, or what a function of the query returns."""
    servers: list[Answering] = []

    def start(body: bytes | Callable[[str], tuple[Any, ...]], status: int = 200) -> Answering:
        server = Answering(body if callable(body) else lambda query: (status, body))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class Kept(logging.Handler):
    """Keeps every record as text; attached where Airflow's own logging setup does not take it away."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def output(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Everything printed and logged so far, at DEBUG."""
    kept = Kept()
    loggers = [logging.getLogger(name) for name in (None, "urllib3", "airflow", "requests")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(kept)
        logger.setLevel(logging.DEBUG)
    yield lambda: "".join(capfd.readouterr()) + "\n".join(kept.lines)
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(kept)
        logger.setLevel(level)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return f"file://{tmp_path}"
