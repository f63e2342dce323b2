"""The sandbox's time of day: the real one, or one instant that was set and stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")


def real_time() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


class SandboxClock:
    """Says which sessions have closed and which day the quota belongs to; it never measures seconds."""

    def __init__(self, running: Callable[[], datetime] = real_time) -> None:
        self._running = running
        self._frozen: datetime | None = None

    @property
    def frozen(self) -> bool:
        return self._frozen is not None

    def now(self) -> datetime:
        return self._frozen or self._running()

    def freeze(self, instant: datetime | None) -> None:
        """Stop at ``instant``; ``None`` lets the time run again."""
        self._frozen = instant
