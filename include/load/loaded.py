"""What a load did, and that there is one at a time."""

from __future__ import annotations

from dataclasses import dataclass

LOAD_LOCK = 4_702_111_202_602
"""The advisory lock that a load holds to the end of its transaction."""


@dataclass(frozen=True)
class Loaded:
    """What a load did for one symbol, in bars, or for one dataset, in rows."""

    symbol: str
    new: int
    changed: int
    unchanged: int
