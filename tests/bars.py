"""Bars, runs and bodies to work on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from include.datasets.bars import StockBar
from include.gate.accepted import table_of
from include.gate.records import record_verdicts
from include.gate.verdicts import Verdict
from include.load.loaded import Loaded
from include.load.merge import load
from include.warehouse.runs import Run, RunRequest, start_run

# Written down from a wall calendar: five full weeks without a holiday.
SESSIONS = [
    date(2026, month, day)
    for month, days in (
        (4, [*range(13, 18), *range(20, 25), 27, 28, 29, 30]),
        (5, [1, *range(4, 9), *range(11, 16)]),
    )
    for day in days
]
MORNING_AFTER = datetime(2026, 5, 16, 6, tzinfo=UTC)


@pytest.fixture
def batch() -> Callable[..., list[StockBar]]:
    """Make the 25 good bars of a symbol; keyword arguments change the one of 2026-05-13."""

    def make(symbol: str, **changed: object) -> list[StockBar]:
        bars = [
            StockBar(
                symbol,
                session,
                Decimal("218.2000"),
                Decimal("220.9100"),
                Decimal("217.6150"),
                Decimal("219.3000"),
                6154450,
                True,
                MORNING_AFTER,
                "sandbox",
            )
            for session in SESSIONS
        ]
        return [replace(bar, **changed) if bar.data_date == date(2026, 5, 13) else bar for bar in bars]

    return make


@pytest.fixture
def started(warehouse) -> Callable[..., Run]:
    """Record a run of these symbols in the warehouse."""

    def start(*symbols: str, run_id: str = "manual") -> Run:
        run = start_run(
            warehouse,
            RunRequest("stock_data_pipeline", run_id, now=MORNING_AFTER.isoformat()),
            clock=MORNING_AFTER,
            symbols=symbols,
        )
        warehouse.commit()
        return run

    return start


@pytest.fixture
def validated(warehouse, started) -> Callable[..., Run]:
    """Record a run that accepted these bars."""

    def accept(bars: list[StockBar], run_id: str = "manual") -> Run:
        symbols = sorted({bar.symbol for bar in bars})
        run = started(*symbols, run_id=run_id)
        for symbol in symbols:
            count = sum(bar.symbol == symbol for bar in bars)
            record_verdicts(warehouse, run, {}, [Verdict(symbol, count)])
        warehouse.commit()
        return run

    return accept


@pytest.fixture
def loading(warehouse, validated) -> Callable[..., list[Loaded]]:
    """Load bars in a run of their own, as validated."""

    def load_them(bars: list[StockBar], run_id: str = "manual", now: datetime | None = None) -> list[Loaded]:
        run = validated(bars, run_id)
        counts = load(warehouse, table_of(bars), run, now=now or run.now())
        warehouse.commit()
        return counts

    return load_them
