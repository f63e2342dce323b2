"""How often a key may call, and who keeps count.

A limiter gives out reservations before calls are made. It waits for seconds by saying how long to wait, and
refuses, with the time when a call will be possible again, what would take minutes or days.
:class:`LocalLimiter` counts for this process alone, and
:class:`~airflow_provider_alphavantage.ledger.PostgresLedger` for every process and host.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, cast

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from airflow_provider_alphavantage.exceptions import BudgetSpent

PATIENCE = timedelta(seconds=45)
"""A call waits this long for its turn; what takes longer is refused with the time."""


@dataclass(frozen=True)
class Budget:
    """The limits of a key; None where there is none.

    :param per_day: calls in any 24 hours.
    :param per_minute: calls in any minute.
    :param spacing: seconds from one call to the next from one address.
    """

    per_day: int | None
    per_minute: int | None
    spacing: float


PLANS = {"free": Budget(25, None, 1.5), "premium": Budget(None, 75, 0.2)}
"""What the vendor documents of its plans (2026-09); a free key may call once a second, and 1.5 s is safe."""


@dataclass(frozen=True)
class Call:
    """A call about to be made. ``fingerprint`` stands for the key and does not tell it."""

    fingerprint: str
    host_group: str
    function: str
    symbol: str | None = None


@dataclass(frozen=True)
class Reservation:
    """Leave to make one call, ``wait`` seconds from now. ``id`` is the limiter's own."""

    wait: float
    id: int | None = None


class Limiter(Protocol):
    """Gives out reservations."""

    def reserve(self, call: Call, budget: Budget) -> Reservation:
        """Reserve a call.

        :raises BudgetSpent: it would have to wait for longer than :data:`PATIENCE`.
        """

    def settle(self, reservation: Reservation, outcome: str, size: int | None, seconds: float) -> None:
        """Tell how the call ended: ``data`` or the error's class, bytes of the body, how long it took."""


def fingerprint(key: str) -> str:
    """Return what stands for a key wherever the key must not be."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def budget_of(extra: Mapping[str, Any]) -> Budget:
    """Read the limits from a connection's extras: those of its ``plan``, and single ones set beside it.

    :raises ValueError: an unknown plan, or a limit that is not a positive number.
    """
    plan = str(extra.get("plan") or "free")
    if plan not in PLANS:
        raise ValueError(f"The connection's plan is {plan!r}; it can be {' or '.join(PLANS)}.")
    usual = PLANS[plan]
    return Budget(
        per_day=_whole(_limit(extra, "calls_per_day", usual.per_day)),
        per_minute=_whole(_limit(extra, "calls_per_minute", usual.per_minute)),
        spacing=_limit(extra, "seconds_between_calls", usual.spacing) or usual.spacing,
    )


def _limit(extra: Mapping[str, Any], name: str, usual: float | None) -> float | None:
    given = extra.get(name)
    if given is None or given == "":
        return usual
    try:
        limit = float(given)
    except (TypeError, ValueError):
        limit = 0.0
    if not limit > 0:
        raise ValueError(f"The connection's {name} is {given!r}; it has to be a number above zero.")
    return limit


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LocalLimiter:
    """Counts the calls of this process, in memory.

    :param now: the clock.
    """

    def __init__(self, now: Callable[[], datetime] = _utc_now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[str, InMemoryBucket] = {}

    def reserve(self, call: Call, budget: Budget) -> Reservation:
        """Reserve a call; see :class:`Limiter`."""
        with self._lock:
            asked = _milliseconds(self._now())
            latest = asked + _milliseconds_of(PATIENCE)
            slot = asked
            # The address first: a turn there that the key then cannot use does no harm.
            for name, rates in _scopes(call, budget):
                bucket = self._buckets.setdefault(name, InMemoryBucket(rates))
                bucket.rates = rates  # a connection may have changed
                bucket.leak(asked)
                slot = _turn(bucket, slot, latest)
                if slot > latest:
                    raise BudgetSpent(_instant(slot), function=call.function, symbol=call.symbol)
        return Reservation((slot - asked) / 1000)

    def settle(self, reservation: Reservation, outcome: str, size: int | None, seconds: float) -> None:
        """Nothing is kept."""


def _scopes(call: Call, budget: Budget) -> list[tuple[str, list[Rate]]]:
    windows = [(budget.per_minute, timedelta(minutes=1)), (budget.per_day, timedelta(days=1))]
    key = [Rate(limit, _milliseconds_of(window)) for limit, window in windows if limit]
    spacing = [Rate(1, int(budget.spacing * 1000))]
    return [(f"host {call.host_group}", spacing), *([(f"key {call.fingerprint}", key)] if key else [])]


def _turn(bucket: InMemoryBucket, earliest: int, latest: int) -> int:
    """Take the first free turn of a bucket, unless it comes after ``latest``; return its time."""
    slot = max([earliest, *(item.timestamp for item in bucket.items[-1:])])
    wanted = RateItem("call", slot)
    if not bucket.put(wanted):
        slot += cast("int", bucket.waiting(wanted))  # awaitable for other kinds of bucket only
        if slot <= latest:
            bucket.put(RateItem("call", slot))
    return slot


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _milliseconds_of(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


LOCAL = LocalLimiter()
"""The limiter every hook of this process shares, unless its connection names a ledger."""
