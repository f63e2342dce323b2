"""Bars as candles: where each line and box of the drawing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

STEP = 8
HEIGHT = 240
VOLUME_HEIGHT = 60
GAP = 16


@dataclass(frozen=True)
class Bar:
    """A session as it is drawn: all four prices are known."""

    session: date
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    is_final: bool


@dataclass(frozen=True)
class Candle:
    """Where a session is, in the units of the drawing; y counts downwards."""

    bar: Bar
    x: float
    high: float
    low: float
    top: float
    body: float
    volume_top: float
    volume: float

    @property
    def css(self) -> str:
        return ("rise" if self.bar.close >= self.bar.open else "fall") + (
            "" if self.bar.is_final else " moving"
        )


@dataclass(frozen=True)
class Chart:
    """A drawing of bars, its size, and the prices and sessions to write beside it.

    :param below: the height of what is below the prices: volume, and room for a letter above it.
    """

    candles: Sequence[Candle]
    width: int
    height: int
    highest: Decimal
    lowest: Decimal
    below: int = VOLUME_HEIGHT + 3


def chart(bars: Sequence[Bar]) -> Chart | None:
    """Return the drawing of bars, or None where there is none."""
    if not bars:
        return None
    highest, lowest = max(bar.high for bar in bars), min(bar.low for bar in bars)
    most = max(bar.volume for bar in bars) or 1
    span = highest - lowest or Decimal(1)

    def y(price: Decimal) -> float:
        return round(float((highest - price) / span) * HEIGHT, 2)

    total = HEIGHT + GAP + VOLUME_HEIGHT
    candles = []
    for position, bar in enumerate(bars):
        top, bottom = y(max(bar.open, bar.close)), y(min(bar.open, bar.close))
        traded = round(float(bar.volume / most) * VOLUME_HEIGHT, 2)
        x = position * STEP + STEP / 2
        body = round(max(bottom - top, 1), 2)
        candles.append(Candle(bar, x, y(bar.high), y(bar.low), top, body, total - traded, traded))
    return Chart(candles, len(bars) * STEP, total, highest, lowest)
