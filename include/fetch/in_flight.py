"""How many calls are worth having under way at once: as many as the key's rate times the API's latency."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

WEIGHT = 0.2
"""Of the newest answer, in the mean of how long answers take."""

HEADROOM = 1.5
"""So many times the calls that the mean latency asks for: answers differ, and our work takes time, too."""


@dataclass
class InFlight:
    """Measures latency as it goes.

    :param per_second: how many calls a second the key may make for long.
    :param most: never more than so many at once.
    """

    per_second: float = 1.0
    most: int = 1
    _latency: float | None = None

    @property
    def wanted(self) -> int:
        """How many calls to have under way now."""
        if self.most == 1 or self._latency is None:
            return self.most
        return min(self.most, math.ceil(self.per_second * self._latency * HEADROOM) + 1)

    def took(self, seconds: float) -> None:
        """Learn how long an answer took."""
        before = seconds if self._latency is None else self._latency
        self._latency = before + WEIGHT * (seconds - before)


class AtOnce(Executor):
    """Does what it is given before it returns: for one call at a time no thread is needed."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it now."""
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # ruff: ignore[blind-except] - it is raised where the result is asked for
            done.set_exception(error)
        return done
