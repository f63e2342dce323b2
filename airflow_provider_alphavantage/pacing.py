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
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from airflow_provider_alphavantage.exceptions import BudgetSpent, InvalidConnection
from airflow_provider_alphavantage.extras import seconds, whole

PATIENCE = timedelta(seconds=65)
"""A call waits this long for its turn, a minute's limit included; what takes longer is refused."""


@dataclass(frozen=True)
class Budget:
    """The limits of a key; None where there is none.

    :param per_day: calls in any 24 hours.
    :param per_minute: calls in any minute.
    :param spacing: seconds from one call to the next from one address.
    :param at_once: so many calls may be under way at the same time.
    """

    per_day: int | None
    per_minute: int | None
    spacing: float
    at_once: int = 1

    @property
    def per_second(self) -> float:
        """How many calls a second can go on for long."""
        return min(1 / self.spacing, (self.per_minute or float("inf")) / 60)


PLANS = {"free": Budget(25, None, 1.5), "premium": Budget(None, 75, 0.2, 16)}
"""What the vendor documents of its plans (2026-09); a free key may call once a second, and 1.5 s is safe. A
premium key may call 5 times a second, or more often where its minute has more calls than that."""


@dataclass(frozen=True)
class Call:
    """A call about to be made. ``fingerprint`` stands for the key and does not tell it."""

    fingerprint: str
    host_group: str
    function: str
    symbol: str | None = None


@dataclass(frozen=True)
class Reservation:
    """Leave to make one call, ``wait`` seconds from now. ``id`` and ``call`` are the limiter's own."""

    wait: float
    id: int | None = None
    call: Call | None = None


class Limiter(Protocol):
    """Gives out reservations."""

    def reserve(self, call: Call, budget: Budget) -> Reservation:
        """Reserve a call.

        :raises BudgetSpent: it would have to wait for longer than :data:`PATIENCE`.
        """

    def left(self, key: str, budget: Budget, within: timedelta) -> int | None:
        """Return how many calls of its day a key has left, with those that come free ``within`` a span.

        :param key: its fingerprint.
        :returns: None where the day has no limit.
        """

    def settle(self, reservation: Reservation, outcome: str, size: int | None, seconds: float) -> None:
        """Tell how the call ended: ``data`` or the error's class, bytes of the body, how long it took."""

    def pause(self, call: Call, seconds: float) -> None:
        """Give no turn to the key of a call for so long, as the vendor said that it asks too often."""


def fingerprint(key: str) -> str:
    """Return what stands for a key wherever the key must not be."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def budget_of(extra: Mapping[str, Any]) -> Budget:
    """Read the limits from a connection's extras: those of its ``plan``, and single ones set beside it.

    :raises InvalidConnection: an unknown plan, or a limit that makes no sense.
    """
    plan = str(extra.get("plan") or "free")
    if plan not in PLANS:
        raise InvalidConnection(f"The connection's plan is {plan!r}; it can be {' or '.join(PLANS)}.")
    usual = PLANS[plan]
    per_minute = whole(extra, "calls_per_minute", usual.per_minute)
    even = 60 / per_minute if plan == "premium" and per_minute else usual.spacing
    spacing = min(usual.spacing, even)
    return Budget(
        per_day=whole(extra, "calls_per_day", usual.per_day),
        per_minute=per_minute,
        spacing=seconds(extra, "seconds_between_calls", spacing, below=PATIENCE.total_seconds()),
        at_once=whole(extra, "calls_at_once", usual.at_once) or usual.at_once,
    )


def quota_back_at(now: datetime) -> datetime:
    """Return when the vendor, who says that the day's calls are spent, has begun another day (UTC).

    Where its day begins it does not document: by then one has begun in New York and in UTC, or 24 hours are
    over.
    """
    tomorrows = [
        datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(0, 5), zone)
        for zone in (ZoneInfo("America/New_York"), UTC)
    ]
    return min(max(tomorrows), now + timedelta(days=1)).astimezone(UTC)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LocalLimiter:
    """Counts the calls of this process, in memory.

    :param now: the clock.
    """

    def __init__(self, now: Callable[[], datetime] = _utc_now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._keys: dict[str, InMemoryBucket] = {}
        self._hosts: dict[str, int] = {}
        self._paused: dict[str, int] = {}

    def reserve(self, call: Call, budget: Budget) -> Reservation:
        """Reserve a call; see :class:`Limiter`."""
        with self._lock:
            asked = _milliseconds(self._now())
            latest = asked + _milliseconds_of(PATIENCE)
            spaced = self._hosts.get(call.host_group, 0) + int(budget.spacing * 1000)
            earliest = max(asked, spaced, self._paused.get(call.fingerprint, 0))
            slot = self._key_turn(call, budget, earliest, latest)
            if slot > latest:
                raise BudgetSpent(_instant(slot), function=call.function, symbol=call.symbol)
            self._hosts[call.host_group] = slot
        return Reservation((slot - asked) / 1000)

    def left(self, key: str, budget: Budget, within: timedelta) -> int | None:
        """Return how many calls are left; see :class:`Limiter`."""
        if budget.per_day is None:
            return None
        counted_from = _milliseconds(self._now() + within - timedelta(days=1))
        with self._lock:
            items = self._keys[key].items if key in self._keys else []
            return max(budget.per_day - sum(item.timestamp > counted_from for item in items), 0)

    def _key_turn(self, call: Call, budget: Budget, earliest: int, latest: int) -> int:
        rates = _rates(budget)
        if not rates:
            return earliest
        bucket = self._keys.setdefault(call.fingerprint, InMemoryBucket(rates))
        bucket.rates = rates  # a connection may have changed
        bucket.leak(earliest)
        return _turn(bucket, earliest, latest)

    def settle(self, reservation: Reservation, outcome: str, size: int | None, seconds: float) -> None:
        """Nothing is kept."""

    def pause(self, call: Call, seconds: float) -> None:
        """Give no turn to the key for so long; see :class:`Limiter`."""
        with self._lock:
            until = _milliseconds(self._now()) + int(seconds * 1000)
            self._paused[call.fingerprint] = max(until, self._paused.get(call.fingerprint, 0))


def _rates(budget: Budget) -> list[Rate]:
    """A minute's limit that the day's does not exceed never binds, and the library refuses it."""
    per_minute = budget.per_minute
    if per_minute and budget.per_day and per_minute >= budget.per_day:
        per_minute = None
    windows = [(per_minute, timedelta(minutes=1)), (budget.per_day, timedelta(days=1))]
    return [Rate(limit, _milliseconds_of(window)) for limit, window in windows if limit]


def _turn(bucket: InMemoryBucket, earliest: int, latest: int) -> int:
    """Take the first free turn of a bucket, unless it comes after ``latest``; return its time.

    Where the minute has a turn again, the day may not have one.
    """
    slot = max([earliest, *(item.timestamp for item in bucket.items[-1:])])
    while slot <= latest:
        wanted = RateItem("call", slot)
        if bucket.put(wanted):
            break
        slot += cast("int", bucket.waiting(wanted))  # awaitable for other kinds of bucket only
    return slot


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _milliseconds_of(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


LOCAL = LocalLimiter()
"""The limiter every hook of this process shares, unless its connection names a ledger."""
