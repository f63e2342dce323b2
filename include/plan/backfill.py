"""From a range to a plan: what is worth a call, and how many the daily bars leave."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.market.instruments import by_exchange
from include.market.sessions import Window, window_at
from include.market.watchlist import read_symbols
from include.plan.budget import Allowance, Plan, make_plan
from include.plan.clock import clock_of
from include.plan.coverage import coverage_of
from include.plan.daily_plan import Planned, idle_of
from include.plan.entitlement import entitled
from include.plan.needs import Held, Need, PlannedRequest, is_late
from include.plan.ranges import Lacking, Range, lacking_of, needs_of_range, read_range, told
from include.plan.start import start
from include.settings import DAILY, DAILY_HOUR, HORIZON
from include.warehouse.runs import Request, Run, RunRequest

if TYPE_CHECKING:
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook

log = logging.getLogger(__name__)


def start_backfill(
    connection: Connection[Any],
    request: RunRequest,
    *,
    days: tuple[str | None, str | None],
    daily: str | Iterable[str],
    api_of: Callable[[Run], AlphaVantageHook],
) -> list[list[PlannedRequest]]:
    """Record the run and return what to ask of a range, as :func:`include.plan.start.start` does.

    :param days: the first and the last day (ISO 8601); an end that is empty is as far as there is any.
    :param daily: the symbols of the daily bars, whose calls are left alone.
    :raises BadParameter: no symbols, no range, or a clock that may not or cannot be set.
    """
    clock = clock_of(connection, request.now)
    return start(
        connection,
        request,
        allowance=lambda run: spare(connection, api_of(run), run.clock, daily, force=request.force),
        planner=partial(plan_range, asked=read_range(*days, clock)),
    )


def spare(
    connection: Connection[Any],
    hook: AlphaVantageHook,
    now: datetime,
    daily: str | Iterable[str],
    *,
    force: bool = False,
) -> Allowance:
    """Return what a backfill may ask for: what the daily bars need neither today nor in their next run.

    :param daily: the symbols of the daily bars.
    :param force: whatever was refused as premium may be asked for.
    """
    free = entitled(connection, hook, within=timedelta(0), now=now, force=force)
    return beside_bars(connection, hook, free, now, daily)


def beside_bars(
    connection: Connection[Any],
    hook: AlphaVantageHook,
    free: Allowance,
    now: datetime,
    daily: str | Iterable[str],
) -> Allowance:
    """Return an allowance without what the daily bars need today and in their next run.

    :param daily: the symbols of the daily bars.
    """
    if free.left is None:
        return free
    known, _ = by_exchange(read_symbols(daily).symbols, now)
    coverage, _ = coverage_of(connection, known, now)
    next_run = _next_run(now)
    later = hook.calls_left(next_run + HORIZON - now) or 0
    needs = [coverage.needs(at, premium=free.premium) for at in (now, next_run)]
    today, then = (sum(not need.is_free for need in due) for due in needs)
    log.info("%d calls are left; the daily bars need %d today, %d in their next run", free.left, today, then)
    return replace(free, left=max(min(free.left - today, later - then), 0), per_day=None)


def plan_range(
    connection: Connection[Any],
    symbols: Mapping[str, Sequence[str]],
    clock: datetime,
    allowance: Allowance,
    *,
    asked: Range,
    force: bool = False,
) -> Planned:
    """Plan what to ask of a range.

    :param symbols: by exchange.
    """
    coverage, idle = coverage_of(connection, symbols, clock, force=force)
    needs: list[Need] = []
    for exchange, members in coverage.held.items():
        window = window_at(exchange, clock)
        ranges = lacking_of(connection, exchange, [held.symbol for held in members], asked, window)
        for held, lacking in zip(members, ranges, strict=True):
            found = needs_of_range(lacking, held, window, now=clock, premium=allowance.premium)
            if not any(need.request.function == DAILY for need in found):
                idle.append(_settled(held, lacking, window, clock, allowance.premium))
            needs += found
    plan = make_plan(needs, allowance.left)
    return Planned(Plan(plan.requests, free=plan.free), [*idle, *map(_deferred, plan.deferred)])


def _next_run(now: datetime) -> datetime:
    today = now.astimezone(UTC).replace(hour=DAILY_HOUR, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _settled(held: Held, lacking: Lacking, window: Window, clock: datetime, premium: bool) -> Request:
    if lacking.recent and is_late(held, window, clock):
        return idle_of(held, window, clock)
    why = told(lacking, premium=premium)
    if lacking.older:
        return Request(held.symbol, DAILY, "left out", kind="OutOfReach", reason=why)
    return Request(held.symbol, DAILY, "complete", final_through=held.newest, reason=why)


def _deferred(request: PlannedRequest) -> Request:
    reason = (
        f"No call is left for it beside those of the daily bars, although {request.reason}. Run this again "
        "tomorrow, with the same parameters: it goes on where it stopped."
    )
    return request.ended("deferred", kind="NoCallLeft", reason=reason)
