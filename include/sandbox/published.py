"""What the API says about a symbol at one instant: the truth, as late, early or wrong as told to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from include.sandbox.actions import Dividend, Split
from include.sandbox.clock import NEW_YORK
from include.sandbox.faults import Fault
from include.sandbox.market import Market
from include.sandbox.walk import Bar

CENT = Decimal("0.0100")


@dataclass(frozen=True)
class Published:
    """Bars oldest first; ``refreshed`` carries a time while the newest bar is not final."""

    symbol: str
    bars: tuple[Bar, ...]
    splits: tuple[Split, ...]
    dividends: tuple[Dividend, ...]
    refreshed: str


def publish(market: Market, symbol: str, now: datetime, events: Iterable[Fault] = ()) -> Published:
    """The symbol as seen from outside, with the events that were asked for."""
    truth = market.truth(symbol, now)
    bars, kinds = truth.bars, {event.kind for event in events}
    if "late" in kinds:
        bars = bars[:-1] or bars
    refreshed = bars[-1].session.isoformat() if bars else ""
    running = market.running_bar(symbol, now) if kinds & {"provisional", "stale"} else None
    if running:
        bars = (*bars, partial(*running))
        refreshed = f"{now.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S}"
    for event in events:
        if event.kind == "correction" and event.until and now < event.until:
            bars = tuple(misprinted(bar, event) if bar.session == event.session else bar for bar in bars)
    return Published(symbol, bars, truth.splits, truth.dividends, refreshed)


def misprinted(bar: Bar, event: Fault) -> Bar:
    """The bar as first published; high and low give way, so that only the figures asked for are wrong."""
    close = bar.close if event.close is None else event.close.quantize(bar.close)
    volume = bar.volume if event.volume is None else event.volume
    return replace(bar, high=max(bar.high, close), low=min(bar.low, close), close=close, volume=volume)


def partial(bar: Bar, elapsed: float) -> Bar:
    """The bar of a session of which ``elapsed`` (0 to 1) has passed: on its way, within what it will be."""
    share = Decimal(elapsed)

    def toward(start: Decimal, end: Decimal) -> Decimal:
        cents = ((start + (end - start) * share) / CENT).to_integral_value()
        return (cents * CENT).quantize(bar.close)

    close = toward(bar.open, bar.close)
    return Bar(
        session=bar.session,
        open=bar.open,
        high=max(bar.open, close, toward(bar.open, bar.high)),
        low=min(bar.open, close, toward(bar.open, bar.low)),
        close=close,
        volume=int(bar.volume * share),
    )
