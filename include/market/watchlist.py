"""The one reader of symbols: of the watchlist, the parameters of a run, the environment and `make add`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from include.exceptions import BadParameter, UnknownExchange
from include.market.symbols import plain, shown, symbol_of, unquoted

_BETWEEN_WORDS = re.compile(r"[\s,;、]+")
_BETWEEN_ITEMS = re.compile(r"[,;、\t\n\r\v\f\x1c-\x1f\x85\u2028\u2029]+")


@dataclass(frozen=True)
class Refused:
    """A text that names no symbol the pipeline can ask for.

    :param shown: the text, fit for any log, table and page.
    :param reason: the cause and the next step.
    """

    shown: str
    kind: Literal["NotASymbol", "UnsupportedExchange"]
    reason: str


@dataclass(frozen=True)
class Watchlist:
    """Symbols in the order they were given, each once; and what was refused."""

    symbols: tuple[str, ...]
    refused: tuple[Refused, ...] = ()

    @property
    def names(self) -> list[str]:
        """The symbols, then what was refused, to be handed on: read again, they give the same watchlist."""
        return [*self.symbols, *(text.shown for text in self.refused)]


def read_symbols(given: str | Iterable[str]) -> Watchlist:
    """Read symbols from a text or a list; what cannot be asked for is refused, and the others go on.

    In a text, commas, semicolons, blanks, tabs and lines separate; a text may be a JSON list. An item of a
    list is one symbol, or several between commas, semicolons, tabs or lines. Case and quotes do not matter.
    """
    symbols: dict[str, None] = {}
    refused: dict[str, Refused] = {}
    for word in _words(given):
        try:
            symbols[symbol_of(word)] = None
        except (BadParameter, UnknownExchange) as error:
            name = shown(word)
            is_foreign = isinstance(error, UnknownExchange)
            refused[name] = Refused(name, "UnsupportedExchange" if is_foreign else "NotASymbol", str(error))
    return Watchlist(tuple(symbols), tuple(refused.values()))


def read_watchlist(given: str | Iterable[str]) -> Watchlist:
    """Read symbols as :func:`read_symbols` does, where there have to be some.

    :raises BadParameter: nothing is named at all.
    """
    watchlist = read_symbols(given)
    if not watchlist.names:
        raise BadParameter(
            "The watchlist is empty: set the Airflow Variable 'stock_symbols' (such as AAPL,MSFT) "
            "or give the run's parameter 'symbols'."
        )
    return watchlist


def text_of(names: Iterable[str]) -> str:
    """Return names of a watchlist as one text that reads the same: with commas, or as a JSON list."""
    listed = list(names)
    return json.dumps(listed) if any(" " in name for name in listed) else ",".join(listed)


def _words(given: str | Iterable[object]) -> Iterator[str]:
    if not isinstance(given, str):
        yield from _words_of(given)
        return
    text = plain(given).strip()
    items = _json_list(text)
    if items is None:
        yield from _split(_BETWEEN_WORDS, text.strip("[]") if text.startswith("[") else text)
    else:
        yield from _words_of(items)


def _words_of(items: Iterable[object]) -> Iterator[str]:
    for item in items:
        yield from _split(_BETWEEN_ITEMS, item if isinstance(item, str) else f"<{type(item).__name__}>")


def _split(between: re.Pattern[str], text: str) -> list[str]:
    return [word for part in between.split(plain(text)) if (word := unquoted(part))]


def _json_list(text: str) -> list[object] | None:
    try:
        found = json.loads(text) if text.startswith("[") else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None
