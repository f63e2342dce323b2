"""What to ask today: the needs of all symbols against the calls that are left. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain, groupby
from typing import TYPE_CHECKING

from include.plan.needs import Need, PlannedRequest

if TYPE_CHECKING:
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook

SHARES = {"new": 0.38, "bars": 0.3, "actions": 0.2, "step": 0.08, "listing": 0.04}
"""The part of the calls each kind of need has for itself, so that none starves; what it leaves is for all.
A new symbol has the most: every session it waits, one leaves the hundred that can still be had."""

URGENT = 10
"""Sessions: what would be lost or late within them goes before what is only stale."""

MOST_INSTANCES = 100
"""Mapped task instances in one run: more than about a thousand slow the scheduler and the UI."""

SLICE_SECONDS = 60
"""A mapped instance of several symbols has calls for about so long, as far as the rate alone limits them."""

LARGEST_SLICE = 1000
"""Symbols of one mapped instance at the most: a retry of it plans all of them again."""


@dataclass(frozen=True)
class Allowance:
    """What a key may ask for.

    :param left: calls that are left, or come free while the run waits; None for no limit.
    :param per_day: calls in any 24 hours; None for no limit.
    :param premium: premium functions and parameters are open to it.
    :param at_once: calls that are left already; None for all of them.
    :param refused: functions that the vendor has refused the key as premium, and until when that is believed.
    :param per_second: calls that can go on for long, where the day has no limit; else None.
    :param kept: calls that bars leave to other datasets, unless a session would be lost for it.
    """

    left: int | None
    per_day: int | None
    premium: bool
    at_once: int | None = None
    refused: Mapping[str, datetime] = field(default_factory=dict)
    per_second: float | None = None
    kept: int = 0

    def left_for(self, needs: Iterable[Need]) -> int | None:
        """Return the calls that bars may spend on what they need; None for no limit."""
        if self.left is None:
            return None
        would_be_lost = sum(need.kind in {"bars", "new"} and need.slack <= URGENT for need in needs)
        return max(self.left - self.kept, min(self.left, would_be_lost))

    @property
    def per_day_of_bars(self) -> int | None:
        """The calls of a day that are not kept for others; None for no limit."""
        return None if self.per_day is None else self.per_day - self.kept


def allowance_of(hook: AlphaVantageHook, *, within: timedelta) -> Allowance:
    """Return what the key of a connection may ask for, with the calls that come free within a span."""
    client = hook.get_client()
    budget = client.budget
    return Allowance(
        client.calls_left(within),
        budget.per_day,
        client.plan == "premium",
        client.calls_left(),
        per_second=budget.per_second if budget.per_day is None else None,
    )


@dataclass(frozen=True)
class Plan:
    """The requests to make, most pressing first, and those for which no call is left.

    :param free: how many of the requests cost no call.
    :param new: the symbols of which no bar was ever brought.
    """

    requests: tuple[PlannedRequest, ...]
    deferred: tuple[PlannedRequest, ...] = ()
    free: int = 0
    new: tuple[str, ...] = ()

    @property
    def due(self) -> tuple[PlannedRequest, ...]:
        """All that is due."""
        return self.requests + self.deferred

    def then(self, more: Sequence[PlannedRequest], calls: int | None) -> Plan:
        """Return the plan with as many further requests at its end as the calls reach for; no other waits."""
        spare = None if calls is None else max(calls + self.free - len(self.requests), 0)
        return replace(self, requests=(*self.requests, *more[:spare]))


def make_plan(needs: Iterable[Need], calls: int | None) -> Plan:
    """Spend the calls where they keep the data whole.

    First come the splits of symbols that seem to have split, and the listing, which saves calls; then what
    would be lost or late soon, by deadline; then freshness: bars to be finished, and the stalest. Each kind
    of need keeps its share.

    :param calls: how many are left; None for no limit.
    """
    ordered = sorted(needs, key=_rank)
    free = [need for need in ordered if need.is_free]
    due = [need for need in ordered if not need.is_free]
    chosen = due if calls is None or len(due) <= calls else _choose(due, calls)
    left = set(map(id, chosen))
    return Plan(
        tuple(need.request for need in (*free, *chosen)),
        tuple(need.request for need in due if id(need) not in left),
        len(free),
        tuple(need.request.symbol for need in ordered if need.kind == "new"),
    )


def in_groups(
    requests: Sequence[PlannedRequest],
    most: int = MOST_INSTANCES,
    per_second: float | None = None,
    together: Callable[[PlannedRequest], str] = lambda request: request.symbol,
) -> list[list[PlannedRequest]]:
    """Spread the requests over at most ``most`` mapped instances: a symbol each, until there are more.

    The requests of a symbol stay together, and symbols keep the order of their most pressing request.

    :param per_second: how many calls a second the key can make for long. More symbols than ``most`` are then
        spread over instances of about :data:`SLICE_SECONDS` each, as an instance takes seconds to start.
    :param together: what requests have in common that stay together: their symbol.
    """
    order = {whose: at for at, whose in enumerate(dict.fromkeys(map(together, requests)))}
    in_order = sorted(requests, key=lambda request: order[together(request)])
    symbols = [list(asked) for _, asked in groupby(in_order, key=together)]
    size = -(-len(symbols) // most) or 1
    if size > 1 and per_second:
        asked = len(requests) / len(symbols)
        size = max(size, min(int(SLICE_SECONDS * per_second / asked), LARGEST_SLICE))
    return [list(chain(*symbols[start : start + size])) for start in range(0, len(symbols), size)]


def _choose(due: Sequence[Need], calls: int) -> list[Need]:
    kept = {
        id(need)
        for kind, share in SHARES.items()
        for need in [need for need in due if need.kind == kind][: int(calls * share)]
    }
    others = [need for need in due if id(need) not in kept]
    kept |= {id(need) for need in others[: calls - len(kept)]}
    return [need for need in due if id(need) in kept]


def _rank(need: Need) -> tuple[int, ...]:
    """Where a need stands in line; of equals, the first on the list goes first."""
    if need.kind in {"step", "listing"}:  # one call a week for the listing saves many
        return (0, need.kind == "listing")
    would_be_lost = need.kind in {"bars", "new"}
    if need.slack <= URGENT:
        return (1, not would_be_lost, need.slack)
    return (2, not would_be_lost, not need.finishes, need.slack)
