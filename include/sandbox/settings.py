"""How a sandbox is set up: the market's seed, the keys it takes for premium, its limits, what it replays."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

CHECK_ORDER = ("function", "key", "throttle", "premium", "parameters")


@dataclass(frozen=True)
class Limits:
    """How often a key may ask, as far as it is known.

    The vendor documents neither whether a refused call counts against the day nor when the day begins, so
    both are fields. ``count_throttled`` says whether an answer that came too soon (E1) spends one of the 25.
    ``reset_zone`` is US/Eastern under its present name.
    """

    free_per_second: int = 1
    free_per_day: int = 25
    premium_per_second: int = 5
    premium_per_minute: int = 75
    reset_zone: str = "America/New_York"
    count_throttled: bool = False


@dataclass(frozen=True)
class SandboxSettings:
    """``check_order`` is the order in which a request is refused; the vendor's is not known."""

    seed: int = 1
    premium_keys: frozenset[str] = field(default=frozenset(), repr=False)
    replay: Path | None = None
    limits: Limits = field(default_factory=Limits)
    check_order: tuple[str, ...] = CHECK_ORDER

    def __post_init__(self) -> None:
        if sorted(self.check_order) != sorted(CHECK_ORDER):
            raise ValueError(f"check_order must hold each of {CHECK_ORDER} once, not {self.check_order}")
