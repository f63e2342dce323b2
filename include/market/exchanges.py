"""Which exchange a symbol trades on: its suffix tells, and its bars keep that exchange's calendar."""

from __future__ import annotations

from include.exceptions import UnknownExchange
from include.market.notations import CLASSES, instead_of

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


SUPPORTED = f".{' .'.join(CALENDARS)}"
"""The suffixes, for messages."""

CBOE = ":BAT"
"""How the vendor marks a US symbol by its listing on Cboe: the one colon it has."""


def exchange_of(symbol: str) -> str:
    """Return the exchange whose calendar a symbol keeps (ISO 10383 code).

    A dot before a class of shares (``BRK.B``) is no suffix: see :data:`include.market.notations.CLASSES`.

    :raises UnknownExchange: its suffix is none of :data:`CALENDARS`, or its exchange stands before it.
    """
    name = symbol.removesuffix(CBOE)
    _, dot, suffix = name.rpartition(".")
    if ":" in name:
        raise UnknownExchange(_refusal(symbol, "an exchange is written as a suffix after a dot"))
    if not dot or suffix in CLASSES:
        return NEW_YORK
    if suffix not in CALENDARS:
        raise UnknownExchange(_refusal(symbol, f"no supported exchange has the suffix .{suffix}"))
    return CALENDARS[suffix]


def _refusal(symbol: str, why: str) -> str:
    instead = instead_of(symbol)
    write = f" Write {instead} instead." if instead else ""
    return (
        f"{symbol!r} is refused: {why}.{write} Supported suffixes: {SUPPORTED}; a US symbol has none, and a "
        "class of shares a dash (BRK-B)."
    )
