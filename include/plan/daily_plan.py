"""A plan with all that belongs to it: who is left alone and why, and the day of each request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any

from psycopg import Connection

from include.market.sessions import Window, window_at
from include.plan.budget import Allowance, Plan, make_plan
from include.plan.coverage import coverage_of
from include.plan.entitlement import RefusedBefore
from include.plan.forecast import Days, forecast
from include.plan.holes import holes_to_ask
from include.plan.needs import LATE, Held, Need, is_late
from include.settings import DAILY
from include.warehouse.runs import Outcome, Request


@dataclass(frozen=True)
class Planned:
    """What a run asks, and what it does not.

    :param idle: the outcome of each symbol whose bars are not asked for.
    :param days: when each request of the plan will be made.
    """

    plan: Plan
    idle: Sequence[Request] = ()
    days: Days = field(default_factory=dict)


def plan_for(
    connection: Connection[Any],
    symbols: Mapping[str, Sequence[str]],
    clock: datetime,
    allowance: Allowance,
    *,
    force: bool = False,
) -> Planned:
    """Plan what to ask at a moment.

    :param symbols: by exchange.
    """
    coverage, idle = coverage_of(connection, symbols, clock, force=force)
    needs = coverage.needs(clock, premium=allowance.premium, force=force)
    idle += [
        _refused(need, allowance.refused[need.request.function])
        for need in needs
        if need.request.function in allowance.refused
    ]
    asked = {need.request.symbol for need in needs if need.request.function == DAILY}
    for exchange, members in coverage.held.items():
        window = window_at(exchange, clock)
        idle += [idle_of(held, window, clock) for held in members if held.symbol not in asked]
    calls = allowance.left_for(needs)
    plan = make_plan([need for need in needs if need.request.function not in allowance.refused], calls)
    holes = holes_to_ask(connection, chain(*symbols.values()), now=clock)
    later = replace(allowance, per_day=allowance.per_day_of_bars)
    return Planned(plan.then(holes, calls), idle, forecast(coverage, plan, clock, later))


def idle_of(held: Held, window: Window, clock: datetime) -> Request:
    """Return the outcome of a symbol that needs no bars: they are held, or not published yet."""
    if not is_late(held, window, clock):
        reason = "Its last closed session is held."
        return Request(held.symbol, DAILY, "complete", final_through=held.newest, reason=reason)
    reason = (
        f"Nothing after {held.body_through} was published when it was asked for at "
        f"{held.asked_at:%Y-%m-%d %H:%M} UTC. Nothing to do: it is asked for again after "
        f"{LATE.seconds // 3600} hours, or half as many sessions as it lacked."
    )
    return Request(held.symbol, DAILY, "deferred", kind="NotPublishedYet", reason=reason)


def _refused(need: Need, until: datetime) -> Request:
    request = need.request
    reason = (
        f"{request.function} is premium, the vendor said of this key; it is not asked for until "
        f"{until:%Y-%m-%d %H:%M} UTC. {RefusedBefore.next_step}"
    )
    outcome: Outcome = "failed" if request.function == DAILY else "left out"
    return request.ended(outcome, kind="RefusedBefore", reason=reason)
