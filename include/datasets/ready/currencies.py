"""Currencies and crypto: one table for all pairs of a period."""

from __future__ import annotations

from typing import Any, Literal

from include.datasets.base import Dataset, Period
from include.datasets.column import numbers
from include.datasets.ready.base import Pair, Ready
from include.datasets.rule import PRICE_RULES, PRICES, not_negative

_FX = Pair("from_symbol", "to_symbol", "EUR/USD")
_COINS = Pair("symbol", "market", "BTC/USD")

_RATES = numbers(" ".join(PRICES), "units of to_symbol for one of from_symbol")
_COIN = (
    *numbers(" ".join(PRICES), "units of market for one coin"),
    *numbers("volume", "coins traded"),
)

Span = Literal["daily", "weekly", "monthly"]
_PERIODS: dict[Span, Period] = {"weekly": "week", "monthly": "month"}
_DUE: dict[Span, int] = {"daily": 1, "weekly": 7, "monthly": 28}


def _of(span: Span) -> dict[str, Any]:
    """What the span decides: what dates and ends a row, and when there is more."""
    period = _PERIODS.get(span)
    return {
        "every_days": _DUE[span],
        "day": "timestamp",
        "final": "period" if period else "day",
        "period": period,
        "around_the_clock": True,
    }


def _fx(name: str, span: Span, says: str) -> Ready:
    return Ready(
        Dataset(
            name,
            f"FX_{span.upper()}",
            table=f"fx_{span}",
            key=("from_symbol", "to_symbol", _PERIODS.get(span, "timestamp")),
            parameters={"datatype": "csv"},
            columns=PRICES,
            typed=_RATES,
            rules=PRICE_RULES,
            **_of(span),
        ),
        says,
        _FX,
    )


def _crypto(name: str, span: Span, says: str) -> Ready:
    return Ready(
        Dataset(
            name,
            f"DIGITAL_CURRENCY_{span.upper()}",
            table=f"crypto_{span}",
            key=("symbol", "market", _PERIODS.get(span, "timestamp")),
            parameters={"datatype": "csv"},
            columns=(*PRICES, "volume"),
            typed=_COIN,
            rules=(*PRICE_RULES, not_negative("volume")),
            **_of(span),
        ),
        says,
        _COINS,
    )


CURRENCIES = (
    _fx("fx", "daily", "daily rates of pairs of currencies"),
    _fx("fx_weekly", "weekly", "weekly rates of pairs of currencies"),
    _fx("fx_monthly", "monthly", "monthly rates of pairs of currencies"),
    _crypto("crypto", "daily", "daily prices of coins"),
    _crypto("crypto_weekly", "weekly", "weekly prices of coins"),
    _crypto("crypto_monthly", "monthly", "monthly prices of coins"),
)
