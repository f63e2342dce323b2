"""What is made to go wrong, on request: for a symbol, a function, a number of times, or until cleared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from include.sandbox.query import Query

Kind = Literal[
    "html_503", "html_200", "http_429", "reset", "transient_e13", "throttle", "quota", "minute", "premium",
    "sample", "unknown_text", "slow", "truncated", "truncated_gzip", "wrong_symbol", "bad_bar", "late",
    "provisional", "stale", "correction", "cut_list",
]  # fmt: skip

Rule = Literal[
    "negative_price", "high_below_low", "null", "duplicate_session", "repeated_row", "fractional_volume",
    "grouped_volume", "weekend_date", "future_date",
]  # fmt: skip

# Sent instead of an answer, before any check: nothing is spent of the key's limits.
INSTEAD = frozenset(
    "html_503 html_200 http_429 reset transient_e13 throttle quota minute premium sample unknown_text".split()
)
# Done to an answer that holds data; a refusal does not use them up.
DELIVERY = frozenset({"truncated", "truncated_gzip"})
# Done to the data itself: only where the sandbox makes the data.
EVENTS = frozenset("wrong_symbol bad_bar late provisional stale correction cut_list".split())


class Fault(BaseModel):
    """One fault, as ``POST /admin/faults`` takes it.

    Without ``symbol`` or ``function`` it is for all; without ``times`` it lasts until it is cleared.
    ``bad_bar`` needs a ``rule``; ``correction`` a symbol, a ``session``, the ``close`` or ``volume``
    published at first, and the instant ``until`` which they are published (on the sandbox's clock).
    ``stale`` needs the instant ``as_of`` which the answer is: a session that was open then still moves in it.
    ``cut_list`` needs ``keep``, how many rows splits, dividends or the listing have left: none is an empty
    list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    symbol: str | None = None
    function: str | None = None
    times: int | None = Field(default=None, ge=1)
    seconds: float = Field(default=5.0, ge=0)
    rule: Rule | None = None
    session: date | None = None
    close: Decimal | None = Field(default=None, gt=0, decimal_places=4)
    volume: int | None = Field(default=None, ge=0)
    until: AwareDatetime | None = None
    as_of: AwareDatetime | None = None
    keep: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _is_complete(self) -> Fault:
        if self.kind == "bad_bar" and self.rule is None:
            raise ValueError("bad_bar needs a rule")
        if self.kind == "correction" and not self._is_correction():
            raise ValueError("correction needs symbol, session, until, and close or volume")
        if self.kind == "stale" and self.as_of is None:
            raise ValueError("stale needs as_of")
        if self.kind == "cut_list" and self.keep is None:
            raise ValueError("cut_list needs keep")
        return self

    def _is_correction(self) -> bool:
        figures = (self.close, self.volume)
        return None not in {self.symbol, self.session, self.until} and any(f is not None for f in figures)

    def concerns(self, query: Query) -> bool:
        named = self.symbol is None or self.symbol.upper() == query.subject.upper()
        return named and self.function in {None, query.function}


@dataclass
class _Entry:
    fault: Fault
    left: int | None


@dataclass
class FaultBook:
    """The faults in force, oldest first."""

    _entries: list[_Entry] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self._entries.append(_Entry(fault, fault.times))

    def clear(self) -> None:
        self._entries.clear()

    def listed(self) -> list[tuple[Fault, int | None]]:
        """Every fault with the times it has left."""
        return [(entry.fault, entry.left) for entry in self._entries]

    def take(self, query: Query, kinds: Iterable[str]) -> Fault | None:
        """The oldest fault of these kinds for this question; it is used once by being taken."""
        return next(iter(self._take(query, kinds, limit=1)), None)

    def take_events(self, query: Query) -> tuple[Fault, ...]:
        """Every fault that is done to the data of this question, each used once."""
        return self._take(query, EVENTS, limit=None)

    def _take(self, query: Query, kinds: Iterable[str], limit: int | None) -> tuple[Fault, ...]:
        wanted = [
            entry for entry in self._entries if entry.fault.kind in kinds and entry.fault.concerns(query)
        ]
        taken = wanted[:limit]
        for entry in taken:
            entry.left = entry.left and entry.left - 1
        self._entries = [entry for entry in self._entries if entry.left != 0]
        return tuple(entry.fault for entry in taken)
