"""One sandbox behind a real socket for all tests; each finds it fresh: 16 May 2026, nothing asked yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from include.sandbox.running import RunningSandbox, Stopwatch
from include.sandbox.settings import Limits, SandboxSettings

SATURDAY = "2026-05-16T06:00:00Z"


class TestedSandbox(RunningSandbox):
    """A sandbox with a client; every call comes ten seconds after the one before it, so only the tests of the
    limits meet them."""

    __test__ = False
    free_key = "FREEKEY000000001"
    premium_key = "PREMIUMKEY000001"

    def __init__(self, replay: Path | None = None) -> None:
        self.stopwatch = Stopwatch()
        settings = SandboxSettings(premium_keys=frozenset({self.premium_key}), replay=replay, limits=Limits())
        super().__init__(settings, monotonic=self.stopwatch)
        self.client = httpx.Client(base_url=self.url, timeout=5)

    def at_once(self, function: str, symbol: str | None = "IBM", **parameters: str) -> httpx.Response:
        named = {"symbol": symbol} if symbol is not None else {}
        asked = {"function": function, **named, "apikey": self.premium_key, **parameters}
        return self.client.get("/query", params=asked)

    def get(self, function: str, symbol: str | None = "IBM", **parameters: str) -> httpx.Response:
        self.stopwatch.advance(10)
        return self.at_once(function, symbol, **parameters)

    def rows(self, function: str, symbol: str | None = "IBM", **parameters: str) -> list[list[str]]:
        """The lines of a CSV answer without its header, split."""
        lines = self.get(function, symbol, datatype="csv", **parameters).text.splitlines()
        return [line.split(",") for line in lines[1:]]

    def outcomes(self) -> list[str]:
        return [call["outcome"] for call in self.calls()]


@pytest.fixture(scope="session")
def market_sandbox() -> Iterator[TestedSandbox]:
    with TestedSandbox() as running:
        yield running


@pytest.fixture(scope="session")
def replay_sandbox(recordings: Path) -> Iterator[TestedSandbox]:
    with TestedSandbox(recordings) as running:
        yield running


@pytest.fixture
def sandbox(market_sandbox: TestedSandbox) -> TestedSandbox:
    return _fresh(market_sandbox)


@pytest.fixture
def replay(replay_sandbox: TestedSandbox) -> TestedSandbox:
    return _fresh(replay_sandbox)


def _fresh(running: TestedSandbox) -> TestedSandbox:
    running.set_clock(SATURDAY)
    running.clear_faults()
    running.reset()
    return running
