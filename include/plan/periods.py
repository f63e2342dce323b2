"""Weeks and months of the past, which any key can have: which series are due, and the run to bring them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.datasets.periods import series_of
from include.market.instruments import by_exchange
from include.market.watchlist import read_watchlist
from include.plan.backfill import spare
from include.plan.clock import clock_of
from include.plan.datasets import start
from include.plan.needs import PlannedRequest
from include.plan.start import refused
from include.warehouse.runs import RunRequest

if TYPE_CHECKING:
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook


def start_periods(
    connection: Connection[Any],
    request: RunRequest,
    *,
    periods: Sequence[str],
    daily: str | Iterable[str],
    hook: AlphaVantageHook,
) -> list[list[PlannedRequest]]:
    """Record the run and return what to ask of each series: see :func:`include.plan.datasets.start`.

    :param periods: names of :data:`include.datasets.periods.SERIES`.
    :param daily: the symbols of the daily bars, whose calls are left alone.
    :raises BadParameter: no symbols, or a clock that may not or cannot be set.
    """
    clock = clock_of(connection, request.now)
    watchlist = read_watchlist(request.subjects)
    known, unsupported = by_exchange(watchlist.symbols, clock)
    symbols = [symbol for members in known.values() for symbol in members]
    return start(
        connection,
        request,
        premium=False,
        datasets=[series_of(symbol, period) for symbol in symbols for period in periods],
        calls=spare(connection, hook, clock, daily).left,
        refused=refused(watchlist, unsupported),
    )
