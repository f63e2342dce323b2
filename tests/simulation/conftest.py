"""Simulations on a real PostgreSQL; the long ones only on request (`make simulate`)."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from include.sandbox.listing import read_listings


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Print a line that the person at the terminal sees, whatever is captured."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def print_it(line: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{line}", end="")

    return print_it


LONG = pytest.mark.skipif(not os.environ.get("SIMULATE"), reason="takes minutes: `make simulate` runs it")

TICKERS = [listing.symbol for listing in read_listings().values() if not listing.delisted]
