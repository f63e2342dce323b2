"""A value for probes: made anew every few seconds, however often it is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")

SECONDS = 3
"""A value is made anew when it is older."""

AT_THE_MOST = 30
"""While a newer one is being made, an older one serves up to this age, in seconds."""


class Recent(Generic[Value]):
    """Keeps the value it made last; one caller at a time makes the next, the others get what there is.

    :param clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turn = threading.Lock()
        self._made: tuple[float, Value] | None = None

    def get(self, make: Callable[[], Value]) -> Value:
        """Return a value at most a few seconds old; errors of making one are the caller's."""
        is_usable = self._age() < AT_THE_MOST
        if not self._turn.acquire(blocking=not is_usable):
            assert self._made is not None
            return self._made[1]
        try:
            if self._made is None or self._age() > SECONDS:
                self._made = (self._clock(), make())
            return self._made[1]
        finally:
            self._turn.release()

    def _age(self) -> float:
        return self._clock() - self._made[0] if self._made else float("inf")
