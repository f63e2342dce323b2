"""A plan in words: what it costs, by when it brings what, and whether the list is too long for the key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from include.market.sessions import COMPACT
from include.plan.budget import Allowance, Plan
from include.plan.daily_plan import Planned
from include.plan.forecast import FARTHEST
from include.plan.needs import PlannedRequest
from include.settings import HORIZON
from include.warehouse.runs import Request

MOST_LINES = 200
"""Lines of what waits, or is left alone; the rest is counted."""

MOST_NEW = 20
"""New symbols that have a line each."""


def plan_summary(symbols: int, planned: Planned, allowance: Allowance) -> list[str]:
    """Say in a few lines what a plan costs, when all of it will be there, and whether the list is too long.

    :param symbols: how many are on the list.
    """
    plan = planned.plan
    requests = counted(len(plan.requests), "request")
    return [
        f"{counted(symbols, 'symbol')}: {requests} now, {len(plan.deferred)} deferred.",
        *_cost(plan, allowance),
        *_end(planned),
        *_new(planned),
        *_too_long(symbols, allowance.per_day),
    ]


def agenda(planned: Planned) -> list[str]:
    """Return every request of a plan with its reason, in order, and of what has to wait the day."""
    asked = [f"   ask  {_named(request)}: {request.reason}" for request in planned.plan.requests]
    later = [
        f" later  {_named(request)}: {request.reason}; its turn comes {_when(planned, [request])}"
        for request in planned.plan.deferred
    ]
    return asked + _first(later)


def left_alone(outcomes: Iterable[Request]) -> list[str]:
    """Return which symbols are not asked for their bars, and why."""
    lines, complete = [], []
    for outcome in outcomes:
        if outcome.outcome == "complete":
            complete.append(outcome.symbol)
        else:
            reason = str(outcome.reason).removeprefix(f"{outcome.symbol}: ")
            lines.append(f" leave  {outcome.symbol}: {reason}")
    if complete:
        lines.append(f"  held  {_names(complete)}: up to the last closed session")
    return _first(lines)


def _cost(plan: Plan, allowance: Allowance) -> list[str]:
    if allowance.per_day is None or allowance.left is None:
        return []
    now = allowance.left if allowance.at_once is None else allowance.at_once
    hours = HORIZON.seconds // 3600
    later = "" if now == allowance.left else f", {allowance.left} within the {hours} hours a run waits"
    cost = counted(len(plan.requests) - plan.free, "call")
    return [f"It costs {cost}. Left of {allowance.per_day} in any 24 hours: {now} now{later}."]


def _end(planned: Planned) -> list[str]:
    if not planned.plan.due:
        return []
    after = "with a run every day" if planned.plan.deferred else "after this run"
    return [f"Everything that is due is there {_when(planned, planned.plan.due)}, {after}."]


def _new(planned: Planned) -> list[str]:
    """The dates of each new symbol, or of all of them where there are many."""
    new = planned.plan.new
    asked: dict[str, list[PlannedRequest]] = {symbol: [] for symbol in new}
    for request in planned.plan.due:
        if request.symbol in asked:
            asked[request.symbol].append(request)
    groups = [new] if len(new) > MOST_NEW else [(symbol,) for symbol in new]
    return [
        f"   new  {_names(group)}: {_arrival(planned, [one for symbol in group for one in asked[symbol]])}"
        for group in groups
        if group
    ]


def _arrival(planned: Planned, requests: Sequence[PlannedRequest]) -> str:
    """Such as ``3 calls: first bars on 2026-05-16, splits on 2026-05-16, dividends on 2026-05-17``."""
    parts = []
    for function, what in _BROUGHT.items():
        these = [request for request in requests if request.function == function]
        parts += [f"{what} {_when(planned, these)}"] if these else []
    return f"{counted(len(requests), 'call')}: {', '.join(parts)}"


_BROUGHT = {"TIME_SERIES_DAILY": "first bars", "SPLITS": "splits", "DIVIDENDS": "dividends"}


def _too_long(symbols: int, per_day: int | None) -> list[str]:
    if per_day is None:
        return []
    lines = []
    if symbols > per_day:
        lines.append(f"Each symbol is brought up to date about every {-(-symbols // per_day)} sessions.")
    prices, whole = symbols / COMPACT, 3 * symbols / COMPACT
    if prices > per_day:
        lines.append(
            f"TOO LONG, bars will be lost: {symbols} symbols need {prices:.0f} calls a day for all bars of "
            f"the last {COMPACT} sessions, and there are {per_day}. Shorten the list, or take a premium key."
        )
    elif whole > per_day:
        lines.append(
            f"Splits and dividends will be late: with them the list needs {whole:.0f} calls a day, and there "
            f"are {per_day}. No bar is lost."
        )
    return lines


def _when(planned: Planned, requests: Sequence[PlannedRequest]) -> str:
    days = [planned.days[request.key] for request in requests if request.key in planned.days]
    if len(days) < len(requests):
        return f"later than in {FARTHEST.days} days"
    return f"on {days[0]}" if len(set(days)) == 1 else f"by {max(days)}"


def _named(request: PlannedRequest) -> str:
    return " ".join(part for part in (request.symbol, request.function, request.outputsize) if part)


def _names(symbols: Sequence[str], most: int = 10) -> str:
    more = f" and {len(symbols) - most} more" if len(symbols) > most else ""
    return ", ".join(symbols[:most]) + more


def _first(lines: list[str], most: int = MOST_LINES) -> list[str]:
    return [*lines[:most], f"   ...  and {len(lines) - most} more"] if len(lines) > most else lines


def counted(number: int, noun: str) -> str:
    """Return how many there are of something, such as ``1 symbol`` or ``2 symbols``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
