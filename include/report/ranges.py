"""How much of a range is held by now, for people."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from include.market.instruments import by_exchange
from include.market.sessions import window_at
from include.market.watchlist import read_symbols
from include.plan.ranges import lacking_of, read_range, told
from include.warehouse.runs import Run


def range_held(
    connection: Connection[Any], run: Run, days: tuple[str | None, str | None], *, premium: bool
) -> list[str]:
    """Say of each symbol of a run how much of a range is held, and why the rest is not.

    :param days: the first and the last day, as the run's parameters have them.
    :param premium: the key may ask for ``full``.
    """
    now = run.now()
    known, _ = by_exchange(read_symbols(run.symbols).symbols, now)
    return [
        told(lacking, premium=premium)
        for exchange, members in known.items()
        for lacking in lacking_of(
            connection, exchange, members, read_range(*days, now), window_at(exchange, now)
        )
    ]
