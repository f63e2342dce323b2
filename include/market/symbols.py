"""What may be a symbol, and how Alpha Vantage writes it."""

from __future__ import annotations

import re
from unicodedata import category

from include.exceptions import BadParameter
from include.market.exchanges import NEW_YORK, SUPPORTED, exchange_of
from include.market.notations import with_dashes

LONGEST = 20
"""Characters of a symbol; the longest that the vendor lists has 16."""

QUOTES = "\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a"

_SYMBOL = re.compile(r"[A-Z0-9]+([&.:-][A-Z0-9]+)*")
_LETTER = re.compile(r"[A-Z]")
_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_DASHES = dict.fromkeys((*range(0x2010, 0x2015), 0x2212), "-")
_PLAIN = _FULL_WIDTH | _DASHES


def plain(text: str) -> str:
    """Return a text with signs, dashes and blanks as on a keyboard, and without invisible ones."""
    if text.isascii():
        return text
    kept = (sign for sign in text.translate(_PLAIN) if category(sign) != "Cf")
    return "".join(" " if category(sign) == "Zs" else sign for sign in kept)


def unquoted(text: str) -> str:
    """Return a plain text without the blanks and quotes around it."""
    return plain(text).strip(f"{QUOTES} \t\r\n\v\f")


def printable(text: str, most: int = 40) -> str:
    """Return a text, cut short, that any log, table and page can hold."""
    signs = (sign if sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in text[: most + 1])
    held = "".join(signs)
    return held if len(held) <= most else f"{held[:most]}..."


def shown(text: str) -> str:
    """Return how a text that is no symbol is shown: in capitals. Read again, it is shown as it is."""
    return printable("".join(sign.upper() if sign.isascii() else sign for sign in unquoted(text)))


def symbol_of(text: str) -> str:
    """Return the symbol a text names, as Alpha Vantage writes it: in capitals, a class after a dash (BRK-B).

    :raises BadParameter: it cannot be a symbol.
    :raises UnknownExchange: it is one of no exchange known here.
    """
    name = unquoted(text)
    if name.startswith("^"):
        raise _refusal(name, "an index has no daily bars here. Name a fund that follows it instead")
    symbol = name.upper()
    if not name.isascii() or len(name) > LONGEST or not _SYMBOL.fullmatch(symbol):
        raise BadParameter(
            f"{shown(name)!r} cannot be a symbol: at most {LONGEST} letters and digits, joined by dots, "
            "dashes or &, as in BRK-B. Correct it."
        )
    if exchange_of(symbol) == NEW_YORK and not _LETTER.search(symbol):
        raise _refusal(name, "a number needs the suffix of its exchange")
    return with_dashes(symbol)


def _refusal(name: str, why: str) -> BadParameter:
    return BadParameter(f"{shown(name)!r} is refused: {why}. Supported suffixes: {SUPPORTED}.")
