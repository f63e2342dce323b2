"""Bars, runs and bodies to work on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from airflow.sdk import ObjectStoragePath

from include.datasets.base import Batch, Dataset, Rows
from include.datasets.daily_bars import DAILY_BAR_RULES, DAILY_BARS
from include.datasets.daily_bars.frame import bar_frame
from include.datasets.daily_bars.known import Known, bar_schema
from include.datasets.registry import DATASETS
from include.datasets.rule import Rule
from include.gate import evaluate
from include.gate.batches import batch_of as read_batch
from include.gate.records import record_verdicts
from include.gate.validate import validate
from include.gate.verdicts import Finding, Verdict, row_of
from include.load.daily_bars import load_bars
from include.load.merge import Loaded
from include.load.run import load_run
from include.warehouse.runs import Request, Run, RunRequest, start_run

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
NOTHING_KNOWN = Known()


@dataclass(frozen=True)
class StockBar:
    """One session of one symbol, as a test writes it down."""

    symbol: str
    data_date: date
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal | None
    volume: int | None
    is_final: bool = True
    fetched_at: datetime = MORNING_AFTER


def rows_of(bars: Iterable[StockBar]) -> pa.Table:
    """The bars as they are read from a body: a column that needs more digits than usual is wider."""
    bars = list(bars)
    return pa.table({
        field.name: _column([getattr(bar, field.name) for bar in bars], field.type) for field in bar_schema()
    })


def _column(values: list[Any], usual: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, usual)
    except (pa.ArrowInvalid, OverflowError):
        return pa.array([None if value is None else Decimal(value) for value in values])


def held_of(bars: Iterable[StockBar]) -> pa.Table:
    """The bars as the warehouse holds them."""
    bars = list(bars)
    moments = pa.array([bar.fetched_at.replace(tzinfo=None) for bar in bars], pa.timestamp("us"))
    return rows_of(bars).append_column("fetched_at", moments)


def table_of(bars: Sequence[StockBar]) -> pa.Table:
    """The bars as they are accepted."""
    moments = pa.array([bar.fetched_at for bar in bars], pa.timestamp("us", "UTC"))
    rows = rows_of(bars)
    return rows.append_column("of_subject", rows["symbol"]).append_column("fetched_at", moments)


def batches_of(bars: Iterable[StockBar], path: str = "path") -> list[Batch]:
    """A batch for each symbol."""
    by_symbol: dict[str, list[StockBar]] = {}
    for bar in bars:
        by_symbol.setdefault(bar.symbol, []).append(bar)
    return [
        read_batch(DAILY_BARS, _request(symbol, path, own[0].fetched_at), Rows(rows_of(own), None))
        for symbol, own in by_symbol.items()
    ]


def _request(symbol: str, path: str, fetched_at: datetime) -> Request:
    return Request(symbol, DAILY_BARS.function, "fetched", path=path, origin="sandbox", fetched_at=fetched_at)


def refusing(batch: Batch, *days: date) -> Verdict:
    """A verdict that refuses the bars of these days."""
    rule = Rule("broken", "Broken.", "x")
    rows = [n for n, day in enumerate(batch.rows["data_date"].to_pylist()) if day in days]
    return Verdict(batch, tuple(Finding(row_of(batch, number), rule) for number in rows))


def let_in(warehouse, run: Run, folder: Path, datasets: Sequence[Dataset] = DATASETS) -> list[Loaded]:
    """Judge and load what a run has brought, as its tasks do."""
    store = ObjectStoragePath(f"file://{folder}")
    found = validate(warehouse, run, store=store, reports=folder / "reports", datasets=datasets)
    return load_run(warehouse, run, ObjectStoragePath(found.accepted), datasets=datasets)


def judge(
    bars: Iterable[StockBar],
    *,
    now: datetime,
    reports: Path,
    known: Known = NOTHING_KNOWN,
    rules: Sequence[Rule] = DAILY_BAR_RULES,
) -> list[Verdict]:
    """Judge bars beside what is known."""
    batches = [replace(batch, dataset=replace(DAILY_BARS, rules=tuple(rules))) for batch in batches_of(bars)]
    return evaluate.judge(batches, bar_frame(batches, known, now), reports=reports) if batches else []


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
        batches = batches_of(bars)
        run = started(*sorted(batch.name for batch in batches), run_id=run_id)
        record_verdicts(warehouse, run, [Verdict(batch) for batch in batches])
        warehouse.commit()
        return run

    return accept


@pytest.fixture
def loading(warehouse, validated) -> Callable[..., list[Loaded]]:
    """Load bars in a run of their own, as validated."""

    def load_them(bars: list[StockBar], run_id: str = "manual", now: datetime | None = None) -> list[Loaded]:
        run = validated(bars, run_id)
        counts = load_bars(warehouse, table_of(bars), run, now=now or run.now())
        warehouse.commit()
        return counts

    return load_them
