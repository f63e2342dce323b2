"""Who has asked too often: per second and minute by a stopwatch, per day by the sandbox's clock."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from include.sandbox import refusals
from include.sandbox.query import Key, Tier
from include.sandbox.refusals import Refusal
from include.sandbox.settings import Limits


class SlidingWindow:
    """At most ``limit`` requests of one asker in any ``seconds``."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._taken: defaultdict[str, deque[float]] = defaultdict(deque)

    def is_full(self, asker: str, at: float) -> bool:
        taken = self._taken[asker]
        while taken and at - taken[0] >= self._seconds:
            taken.popleft()
        return len(taken) >= self._limit

    def take(self, asker: str, at: float) -> None:
        self._taken[asker].append(at)


class Throttle:
    """Refuses what comes too fast or too often.

    The seconds run on ``monotonic``, so a frozen clock cannot stop them; the day is that of ``clock`` in the
    reset zone. A burst is counted per address, whatever the key; the day per address and key.
    The demo key is held to no limit.
    """

    def __init__(self, limits: Limits, clock: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._monotonic = monotonic
        self.reset()

    def reset(self) -> None:
        """Forget every request so far."""
        limits = self._limits
        self._free_second = SlidingWindow(limits.free_per_second, 1.0)
        self._premium_second = SlidingWindow(limits.premium_per_second, 1.0)
        self._premium_minute = SlidingWindow(limits.premium_per_minute, 60.0)
        self._days: defaultdict[tuple[str, str, date], int] = defaultdict(int)

    def refusal(self, key: Key, address: str) -> Refusal | None:
        """Why this request is not answered, or ``None`` when it may pass; passing is what spends it."""
        if key.tier is Tier.FREE:
            return self._free(key, address)
        if key.tier is Tier.PREMIUM:
            return self._premium(key, address)
        return None

    def spent_today(self, key: Key, address: str) -> int:
        return self._days[self._day(key, address)]

    def _free(self, key: Key, address: str) -> Refusal | None:
        at, day = self._monotonic(), self._day(key, address)
        if self._free_second.is_full(address, at):
            self._days[day] += self._limits.count_throttled
            return refusals.too_soon()
        self._free_second.take(address, at)
        if self._days[day] >= self._limits.free_per_day:
            return refusals.day_spent(key.text, self._limits.free_per_day)
        self._days[day] += 1
        return None

    def _premium(self, key: Key, address: str) -> Refusal | None:
        at, asker = self._monotonic(), f"{address} {key.text}"
        if self._premium_second.is_full(asker, at):
            return refusals.burst(self._limits.premium_per_second)
        self._premium_second.take(asker, at)
        if self._premium_minute.is_full(asker, at):
            return refusals.minute_spent()
        self._premium_minute.take(asker, at)
        return None

    def _day(self, key: Key, address: str) -> tuple[str, str, date]:
        return address, key.text, self._clock().astimezone(ZoneInfo(self._limits.reset_zone)).date()
