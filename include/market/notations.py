"""How other vendors write a symbol, and what Alpha Vantage takes instead, where that is certain."""

from __future__ import annotations

import re

US = ""

PREFIXES = {
    **dict.fromkeys(("NASDAQ", "NYSE", "NYSEARCA", "NYSEAMERICAN", "AMEX", "BATS"), US),
    **dict.fromkeys(("LON", "LSE"), "LON"),
    "TSX": "TRT",
    **dict.fromkeys(("TSXV", "CVE"), "TRV"),
    **dict.fromkeys(("ETR", "XETR"), "DEX"),
    **dict.fromkeys(("FRA", "FWB"), "FRK"),
    "BSE": "BSE",
    **dict.fromkeys(("SHA", "SSE"), "SHH"),
    **dict.fromkeys(("SHE", "SZSE"), "SHZ"),
    **dict.fromkeys(("BVMF", "BMFBOVESPA"), "SAO"),
    "AMS": "AMS",
    "EPA": "PAR",
}
"""Google Finance's and TradingView's prefixes, as in ``FRA:IQQE``, with Alpha Vantage's suffix.

``TSE`` is left out: it is Toronto to the one and Tokyo to the other.
"""

SUFFIXES = {
    "L": "LON",
    "TO": "TRT",
    "DE": "DEX",
    "F": "FRK",
    "BO": "BSE",
    "SS": "SHH",
    "SZ": "SHZ",
    "SA": "SAO",
    "AS": "AMS",
    "PA": "PAR",
}
"""Yahoo's suffixes, as in ``TSCO.L``, with Alpha Vantage's. ``V`` may be a class and is left out."""

CLASSES = frozenset({"A", "B", "C", "WS"})
"""What follows a dot for a class of shares, or a warrant, and never names an exchange, here or elsewhere."""

_CLASS = re.compile(rf"\.({'|'.join(sorted(CLASSES))})(?=[.:]|$)")


def with_dashes(symbol: str) -> str:
    """Return a symbol with its class after a dash: ``BRK.B`` is ``BRK-B``, ``BT.A.LON`` is ``BT-A.LON``."""
    return _CLASS.sub(r"-\1", symbol)


def instead_of(symbol: str) -> str | None:
    """Return what to write instead of another vendor's notation; None where that is not certain."""
    prefix, colon, name = symbol.partition(":")
    if not colon:
        name, _, suffix = symbol.rpartition(".")
        return f"{name}.{SUFFIXES[suffix]}" if suffix in SUFFIXES and "." not in name else None
    name = with_dashes(name)
    if prefix not in PREFIXES or not name or set(name) & {".", ":"}:
        return None
    if PREFIXES[prefix] == US:
        return None if name.isdigit() else name
    return f"{name}.{PREFIXES[prefix]}"
