"""One question to the API: its function, its parameters, and the key it came with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256


class Tier(StrEnum):
    FREE = "free"
    PREMIUM = "premium"
    DEMO = "demo"
    NONE = "none"


@dataclass(frozen=True)
class Key:
    """An API key and what it may do; only ``fingerprint`` may be shown."""

    text: str = field(repr=False)
    tier: Tier

    @property
    def fingerprint(self) -> str:
        return sha256(self.text.encode()).hexdigest()[:8] if self.text else "-"


def read_key(text: str, premium_keys: Set[str], revoked: Set[str] = frozenset()) -> Key:
    """The vendor checks no key: any text that is neither ``demo`` nor configured is a free key."""
    if not text or text in revoked:
        return Key(text, Tier.NONE)
    if text == "demo":
        return Key(text, Tier.DEMO)
    return Key(text, Tier.PREMIUM if text in premium_keys else Tier.FREE)


@dataclass(frozen=True)
class Query:
    """The parameters of ``/query`` without the key, names in lower case."""

    parameters: Mapping[str, str]

    @classmethod
    def read(cls, pairs: Mapping[str, str]) -> Query:
        return cls({name.lower(): value for name, value in pairs.items() if name.lower() != "apikey"})

    def get(self, name: str, default: str = "") -> str:
        return self.parameters.get(name, default)

    @property
    def function(self) -> str:
        return self.get("function")

    @property
    def symbol(self) -> str:
        """As it was sent; the API keeps the case in its bodies."""
        return self.get("symbol")

    @property
    def wants_csv(self) -> bool:
        return self.get("datatype") == "csv"

    @property
    def full(self) -> bool:
        return self.get("outputsize") == "full"

    @property
    def subject(self) -> str:
        """What the question is about, as the recordings' file names spell it; ``none`` for nothing."""
        for names in (("from_symbol", "to_symbol"), ("from_currency", "to_currency"), ("symbol", "market")):
            if all(self.get(name) for name in names):
                return "".join(self.get(name) for name in names)
        single = (self.get(name) for name in ("symbol", "symbols", "keywords", "tickers"))
        nothing = "delisted" if self.get("state") == "delisted" else "none"
        return next((value.replace(",", "-") for value in single if value), nothing)

    def about(self, symbol: str) -> Query:
        """The same question about another symbol."""
        return Query({**self.parameters, "symbol": symbol})


def printable(text: str) -> str:
    """A parameter's text, safe for a log line and a file name."""
    return re.sub(r"[^A-Za-z0-9._:-]", "?", text)[:40]
