"""The API key out of every text: errors, logs and refusals that echo it."""

from __future__ import annotations

import json
import re
from urllib.parse import quote, quote_plus

HIDDEN = "[API key]"
"""What stands where the key stood."""

_PUBLIC_KEYS = frozenset({"", "demo"})
_SPOKEN_OF = r"""(?i:api[ _-]?key(?:=|%3D|["']\s*:\s*["']|\s+as\s+))(?:\s|\+|%20)*"""
"""How a URL, a JSON object and the vendor's notice of a spent quota come to speak of the key."""


def scrub(text: str, key: str | None) -> str:
    """Return ``text`` without the API key, in clear or encoded; blanks around a key are no part of it.

    A key that could be any other word of a text, such as ``1`` or ``open``, is taken out only where the text
    speaks of the API key: ``apikey=1``, ``"apikey": "1"``, ``your API key as 1``. The vendor's own keys, 16
    letters and digits, are taken out wherever they are. The public key ``demo`` is no secret.
    """
    key = (key or "").strip()
    if key in _PUBLIC_KEYS:
        return text
    for form in _forms(key):
        if _is_unmistakable(key):
            text = text.replace(form, HIDDEN)
        else:
            text = re.sub(rf"({_SPOKEN_OF}){re.escape(form)}(?!\w)", rf"\1{HIDDEN}", text)
    return text


def _is_unmistakable(key: str) -> bool:
    """Whether a text that holds these characters holds the key: they are no word, number or date."""
    is_mixed = any(map(str.isalpha, key)) and any(map(str.isdigit, key))
    return len(key) >= 12 or (is_mixed and len(key) >= 7)


def _forms(key: str) -> list[str]:
    """A key as it may be written: plain, in a URL, in JSON; the longest first."""
    in_url = {quote_plus(key), quote(key, safe=""), quote(key)}
    in_url |= {re.sub(r"%..", lambda escape: escape[0].lower(), form) for form in in_url}
    in_json = {json.dumps(key)[1:-1], json.dumps(key)[1:-1].replace("/", r"\/")}
    return sorted({key} | in_url | in_json, key=len, reverse=True)
