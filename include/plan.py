"""What to ask for: from the watchlist and what is held to an ordered list of requests. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from include.settings import DAILY

COMPACT = 100
"""Sessions in a ``compact`` body."""

MOST_INSTANCES = 100
"""Mapped task instances in one run: more than about a thousand slow the scheduler and the UI."""


@dataclass(frozen=True)
class PlannedRequest:
    """One call to make."""

    symbol: str
    outputsize: str = "compact"
    function: str = DAILY


def plan_requests(
    symbols: Iterable[str], *, newest: Mapping[str, date], window: frozenset[date], premium: bool
) -> list[PlannedRequest]:
    """Return one request for each symbol.

    :param newest: the newest session held of each symbol that holds any.
    :param window: the last 100 sessions, which ``compact`` answers.
    :param premium: the key may ask for ``full``; it does where ``compact`` would leave a hole.
    """

    def outputsize(symbol: str) -> str:
        held = newest.get(symbol)
        return "compact" if not premium or (held and held >= min(window)) else "full"

    return [PlannedRequest(symbol, outputsize(symbol)) for symbol in symbols]


def in_groups(requests: list[PlannedRequest], most: int = MOST_INSTANCES) -> list[list[PlannedRequest]]:
    """Spread the requests over at most ``most`` mapped instances: one each, until there are more."""
    size = -(-len(requests) // most) or 1
    return [requests[start : start + size] for start in range(0, len(requests), size)]
