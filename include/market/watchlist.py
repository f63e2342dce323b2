"""The symbols a run is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from include.exceptions import BadParameter

_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.:-]{0,19}")


@dataclass(frozen=True)
class Watchlist:
    """Symbols in the order they were given, each once; and those that cannot be one, fit to be shown."""

    symbols: tuple[str, ...]
    refused: tuple[str, ...] = ()


def read_watchlist(asked: str | Iterable[str]) -> Watchlist:
    """Read symbols from a list or a comma-separated text; case and blanks do not matter.

    A text that cannot be a symbol costs no call: it is refused here, and the others go on.

    :raises BadParameter: nothing is left.
    """
    given = asked.split(",") if isinstance(asked, str) else [str(symbol) for symbol in asked]
    names = list(dict.fromkeys(name.strip().upper() for name in given if name.strip()))
    good = tuple(name for name in names if _SYMBOL.fullmatch(name))
    refused = tuple(_shown(name) for name in names if not _SYMBOL.fullmatch(name))
    if not names:
        raise BadParameter(
            "The watchlist is empty: set the Airflow Variable 'stock_symbols' (such as AAPL,MSFT) "
            "or give the run's parameter 'symbols'."
        )
    return Watchlist(good, refused)


def _shown(name: str, most: int = 40) -> str:
    """A text that any log, table and page can hold."""
    plain = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in name)
    return plain if len(plain) <= most else f"{plain[:most]}..."
