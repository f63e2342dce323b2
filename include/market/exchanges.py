"""Which exchange a symbol trades on: its suffix tells, and its bars keep that exchange's calendar."""

from __future__ import annotations

from include.exceptions import UnknownExchange

NEW_YORK = "XNYS"
"""Whose calendar a symbol without a suffix keeps."""

CALENDARS = {
    "LON": "XLON",  # London
    "TRT": "XTSE",  # Toronto
    "TRV": "XTSE",  # Toronto's venture exchange
    "DEX": "XETR",  # Xetra
    "FRK": "XFRA",  # Frankfurt
    "BSE": "XBOM",  # Bombay
    "SHH": "XSHG",  # Shanghai
    "SHZ": "XSHG",  # Shenzhen, which has Shanghai's hours and holidays
    "SAO": "BVMF",  # São Paulo
    "AMS": "XAMS",  # Amsterdam
    "PAR": "XPAR",  # Paris
}
"""The vendor's suffixes, each with the exchange (ISO 10383 code) whose calendar its symbols keep."""


def exchange_of(symbol: str) -> str:
    """Return the exchange whose calendar a symbol keeps (ISO 10383 code).

    :raises UnknownExchange: its suffix is none of :data:`CALENDARS`.
    """
    _, dot, suffix = symbol.rpartition(".")
    if not dot:
        return NEW_YORK
    if suffix not in CALENDARS:
        raise UnknownExchange(
            f"{symbol}: no exchange has the suffix .{suffix}; nothing was asked. Known are "
            f".{' .'.join(CALENDARS)}; a class of shares has a dash (BRK-B). Mend the watchlist."
        )
    return CALENDARS[suffix]
