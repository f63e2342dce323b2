"""Turns taken from a ledger in blocks, for calls that threads of a process make at the same time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from airflow_provider_alphavantage.ledger import Ended, PostgresLedger
from airflow_provider_alphavantage.pacing import Budget, Call, Reservation

BLOCK_SECONDS = 1.0
"""A block has the turns of so long at the key's rate: a crash wastes no more of it."""

LARGEST = 50


@dataclass(frozen=True)
class _Turn:
    at: float
    id: int | None


class BlockLimiter:
    """Reserves a second's calls at once, and notes the ends of several at once.

    What is reserved and not made in the end is given back by :meth:`close`; a crash counts it as spent. A key
    with a limit for the day takes one call at a time.

    :param ledger: one that keeps its connection; it is closed with this.
    :param expected: how many calls there will be; of those beyond, each is reserved by itself.
    :param clock: seconds that only grow.
    """

    def __init__(
        self, ledger: PostgresLedger, expected: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger = ledger
        self._expected = expected
        self._clock = clock
        self._lock = threading.Lock()
        self._turns: deque[_Turn] = deque()
        self._ended: list[Ended] = []

    def reserve(self, call: Call, budget: Budget) -> Reservation:
        """Reserve a call; see :meth:`.PostgresLedger.reserve`."""
        with self._lock:
            if not self._turns:
                self._refill(call, budget)
            self._expected -= 1
            turn = self._turns.popleft()
        return Reservation(max(turn.at - self._clock(), 0.0), turn.id, call)

    def left(self, key: str, budget: Budget, within: timedelta) -> int | None:
        """Return how many calls are left; see :class:`.Limiter`."""
        with self._lock:
            return self._ledger.left(key, budget, within)

    def settle(self, reservation: Reservation, outcome: str, size: int | None, seconds: float) -> None:
        """Tell how the call ended; it is noted with those before it."""
        with self._lock:
            self._ended += Ended.of(reservation, outcome, size, seconds)
            if len(self._ended) >= LARGEST:
                self._note()

    def pause(self, call: Call, seconds: float) -> None:
        """Give no turn to the key for so long; what was reserved ahead is given back."""
        with self._lock:
            self._ledger.pause(call, seconds)
            self._give_back()

    def close(self) -> None:
        """Note what has ended, give back what was not made, close the ledger's connection."""
        with self._lock:
            try:
                self._note()
                self._give_back()
            finally:
                self._ledger.close()

    def _refill(self, call: Call, budget: Budget) -> None:
        self._note()
        rate = 1 if budget.per_day is not None else int(BLOCK_SECONDS * budget.per_second)
        most = max(1, min(rate, self._expected, LARGEST))
        now = self._clock()
        taken = self._ledger.reserve_several(most, call, budget)
        self._turns.extend(_Turn(now + one.wait, one.id) for one in taken)

    def _note(self) -> None:
        ended, self._ended = self._ended, []
        self._ledger.settle_several(ended)

    def _give_back(self) -> None:
        unused = [turn.id for turn in self._turns if turn.id is not None]
        self._turns.clear()
        self._ledger.release(unused)
