"""What the gate knows beside the bars it judges: what is held, is missing, happened to the shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection

from include.datasets.bars import StockBar, Values
from include.datasets.corporate_actions import KINDS, KnownActions
from include.gate.decisions import decisions_on
from include.warehouse.statements import statement

DAYS_BEFORE = 100
"""So many days of held bars before a batch are looked at: some 69 sessions."""


@dataclass(frozen=True)
class HeldBar:
    """A bar of ``stock_data``."""

    symbol: str
    data_date: date
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    is_final: bool

    @property
    def values(self) -> Values:
        """As those of a bar that comes: equal if it says the same."""
        return self.symbol, self.data_date, self.open, self.high, self.low, self.close, self.volume


@dataclass(frozen=True)
class Known:
    """What is known of the symbols of a run.

    :param actions: of each symbol that was ever asked for splits or dividends.
    :param held: the bars that are loaded already, from ``DAYS_BEFORE`` the batch on; the same again breaks
        nothing.
    :param missing: by symbol, the sessions that are known to be missing for good.
    :param released: by values, who let a bar in and why; what it breaks becomes a warning that says so,
        but for rules without which it cannot be stored.
    :param discarded: the values that a person discarded: such a bar is not judged.
    """

    actions: Mapping[str, KnownActions] = field(default_factory=dict)
    held: Sequence[HeldBar] = ()
    missing: Mapping[str, frozenset[date]] = field(default_factory=dict)
    released: Mapping[Values, str] = field(default_factory=dict)
    discarded: frozenset[Values] = frozenset()


def known_of(
    connection: Connection[Any],
    batches: Mapping[str, Sequence[StockBar]],
    actions: Mapping[str, KnownActions],
) -> Known:
    """Return what the warehouse knows of batches of bars, by symbol.

    :param actions: what the warehouse and the bodies of the run itself tell of splits and dividends.
    """
    symbols = [symbol for symbol, bars in batches.items() if bars]
    asked = {"symbols": symbols}
    decisions = decisions_on(connection, symbols)
    discarded = frozenset(values for values, taken in decisions.items() if taken.decision == "discarded")
    missing: dict[str, set[date]] = {}
    for symbol, session in connection.execute(statement("gate/known_gaps"), asked).fetchall():
        missing.setdefault(symbol, set()).add(session)
    for values in discarded:
        missing.setdefault(values[0], set()).add(values[1])
    first = [min(bar.data_date for bar in batches[symbol]) for symbol in symbols]
    before = {"symbols": symbols, "sessions": first, "days": DAYS_BEFORE}
    return Known(
        actions=actions,
        held=[HeldBar(*row) for row in connection.execute(statement("gate/held_before"), before)],
        missing={symbol: frozenset(sessions) for symbol, sessions in missing.items()},
        released={values: taken.sentence for values, taken in decisions.items() if values not in discarded},
        discarded=discarded,
    )


def known_actions(connection: Connection[Any], symbols: Sequence[str]) -> dict[str, KnownActions]:
    """Return what the warehouse knows of these symbols; nothing of a symbol that was never asked for."""
    known = {}
    rows = connection.execute(statement("gate/known_actions"), {"symbols": list(symbols)}).fetchall()
    for symbol, through, actions in rows:
        found = {
            kind: {date.fromisoformat(day): Decimal(value) for one, day, value in actions if one == kind}
            for kind in KINDS.values()
        }
        known[symbol] = KnownActions(through, found["split"], found["dividend"])
    return known
