"""One budget for bars and for all other datasets: what each may spend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.datasets.ready.selection import Selection, read_selection
from include.datasets.registry import DATASETS
from include.market.watchlist import read_symbols
from include.plan.backfill import beside_bars
from include.plan.budget import Allowance
from include.plan.clock import clock_of
from include.plan.datasets import due_of
from include.plan.entitlement import entitled
from include.settings import HORIZON
from include.warehouse.runs import RunRequest

if TYPE_CHECKING:
    from datetime import datetime

    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook

OF_DATASETS = 0.3
"""The part of a day's calls that datasets have for themselves, while no session of a bar would be lost."""


def selected(switched_on: str, watchlist: str | Iterable[str]) -> Selection:
    """Return an installation's own datasets and those that are switched on.

    :param switched_on: the Variable ``market_datasets``; see :func:`~.selection.read_selection`.
    """
    chosen = read_selection(switched_on, read_symbols(watchlist).symbols)
    return Selection((*DATASETS, *chosen.datasets), chosen.refused)


def calls_of_datasets(
    connection: Connection[Any], hook: AlphaVantageHook, request: RunRequest, daily: str | Iterable[str]
) -> int | None:
    """Return how many calls a run of datasets has: those that bars leave, or their own share if that is more.

    :param daily: the symbols of the daily bars.
    :returns: None where the key has no limit for a day.
    """
    clock = clock_of(connection, request.now)
    free = entitled(connection, hook, within=timedelta(0), now=clock, force=request.force)
    if free.left is None or free.per_day is None:
        return None
    bars_leave = beside_bars(connection, hook, free, clock, daily).left or 0
    return min(free.left, max(bars_leave, share_of(free.per_day)))


def share_of(per_day: int | None) -> int:
    """Return how many of the calls of a day datasets have for themselves; none of those without a limit."""
    return int((per_day or 0) * OF_DATASETS)


def allowance_of_bars(
    connection: Connection[Any],
    hook: AlphaVantageHook,
    selection: Selection,
    clock: datetime,
    *,
    force: bool = False,
) -> Allowance:
    """Return what a run of bars may ask for, with calls kept for the datasets that are due an hour later.

    :param force: a person wants everything asked for that the plan of the connection includes.
    """
    key = entitled(connection, hook, within=HORIZON, now=clock, force=force)
    if key.per_day is None or not selection.datasets:
        return key
    due = [one for one in due_of(connection, selection.datasets, clock) if not one.with_body_of]
    return replace(key, kept=min(len(due), share_of(key.per_day)))
