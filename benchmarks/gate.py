"""How often each rule of the gate fires on the recorded bodies, and how long the gate takes.

``python -m benchmarks.gate [folder of recordings]``
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from include.datasets.base import Batch, Body
from include.datasets.corporate_actions import KnownActions, read_actions
from include.datasets.daily_bars import DAILY_BAR_RULES, DAILY_BARS
from include.datasets.daily_bars.frame import bar_frame
from include.datasets.daily_bars.known import Known, bar_schema
from include.datasets.daily_bars.reading import read_bars
from include.gate.evaluate import judge
from include.market.sessions import sessions_until
from include.warehouse.runs import Request

if TYPE_CHECKING:
    import pyarrow as pa

RECORDINGS = Path(__file__).parents[2] / "shared" / "alphavantage" / "recordings"
FETCHED = datetime(2026, 5, 16, 6, tzinfo=UTC)

BODIES = [
    ("TIME_SERIES_DAILY__IBM__cg1.json", "IBM", "TIME_SERIES_DAILY", datetime(2020, 5, 8, 19, tzinfo=UTC)),
    ("TIME_SERIES_DAILY__AMJ_lf__ptc2.csv", "AMJ", "TIME_SERIES_DAILY", datetime(2020, 8, 22, 6, tzinfo=UTC)),
    (
        "TIME_SERIES_DAILY_ADJUSTED__IBM__fc1.json",
        "IBM",
        "TIME_SERIES_DAILY_ADJUSTED",
        datetime(2024, 6, 8, 6, tzinfo=UTC),
    ),
    ("TIME_SERIES_DAILY__IBM__pt2.csv", "IBM", "TIME_SERIES_DAILY", datetime(2025, 11, 8, 6, tzinfo=UTC)),
    ("TIME_SERIES_DAILY__IBM__pt1.csv", "IBM", "TIME_SERIES_DAILY", datetime(2026, 5, 16, 6, tzinfo=UTC)),
]
"""Every recorded body of daily bars (one of those that are the same), and when it was fetched."""


@dataclass(frozen=True)
class Recorded:
    """What the rules found on the recorded bodies.

    :param judged: bars with a score of their own, as enough sessions lie before them.
    :param scores: the returns' and the volumes', without a sign, the greatest first.
    """

    bars: int
    judged: int
    fired: Counter[str]
    scores: dict[str, list[float]]


def recorded_bodies(recordings: Path) -> Iterator[tuple[pa.Table, datetime]]:
    """Return the bars of each body, and when it was fetched."""
    for name, symbol, function, fetched_at in BODIES:
        content = (recordings / name).read_bytes()
        yield read_bars(Body(content, symbol, function, fetched_at)).table, fetched_at


def batch_of(rows: pa.Table, now: datetime) -> Batch:
    """Return bars of one symbol as a run has them."""
    request = Request(rows["symbol"][0].as_py(), DAILY_BARS.function, "fetched", fetched_at=now)
    return Batch(DAILY_BARS, request, rows, [1] * rows.num_rows, rows.slice(0, 0))


def known_to_be(recordings: Path) -> Known:
    """Return the recorded splits and dividends of IBM, as a first run has them."""
    splits, dividends = (
        _by_day(Body((recordings / f"{name}__IBM__pt1.csv").read_bytes(), "IBM", name, FETCHED))
        for name in ("SPLITS", "DIVIDENDS")
    )
    return Known(actions={"IBM": KnownActions(date(2026, 5, 15), splits, dividends)})


def _by_day(body: Body) -> dict[date, Decimal]:
    rows = read_actions(body).table
    return dict(zip(rows["effective_date"].to_pylist(), rows["value"].to_pylist(), strict=True))


def count(recordings: Path, reports: Path) -> Recorded:
    """Judge every recorded body as a first run would."""
    bars, judged = 0, 0
    fired: Counter[str] = Counter()
    scores: dict[str, list[float]] = {"return_score": [], "volume_score": []}
    known = known_to_be(recordings)
    for rows, now in recorded_bodies(recordings):
        bars += rows.num_rows
        batch = batch_of(rows, now)
        frame = bar_frame([batch], known, now)
        judged += int(frame["return_score"].notna().sum())
        for column, found in scores.items():
            found += frame[column].dropna().abs().tolist()
        (verdict,) = judge([batch], frame, reports=reports)
        fired.update(finding.rule.name for finding in verdict.findings)
    return Recorded(
        bars, judged, fired, {name: sorted(found, reverse=True) for name, found in scores.items()}
    )


def seconds(symbols: int = 100, sessions: int = 100, times: int = 5) -> list[float]:
    """Return how long the gate takes for a run of so many symbols, once Great Expectations is imported."""
    days = sessions_until("XNYS", date(2026, 5, 15), sessions)
    batches = [batch_of(_walk(f"S{number}", days), FETCHED) for number in range(symbols)]
    took = []
    with tempfile.TemporaryDirectory() as folder:
        judge(batches[:1], bar_frame(batches[:1], Known(), FETCHED), reports=Path(folder))
        for _ in range(times):
            start = time.perf_counter()
            judge(batches, bar_frame(batches, Known(), FETCHED), reports=Path(folder))
            took.append(time.perf_counter() - start)
    return took


def _walk(symbol: str, days: list[date]) -> pa.Table:
    import pyarrow as pa

    chance = random.Random(symbol)
    close = 100.0
    rows = []
    for day in days:
        opened = close * (1 + chance.gauss(0, 0.004))
        close = opened * (1 + chance.gauss(0, 0.01))
        prices = (opened, max(opened, close) * 1.005, min(opened, close) * 0.995, close)
        volume = int(5e6 * (1 + chance.random()))
        rows.append((symbol, day, *(Decimal(f"{price:.4f}") for price in prices), volume, True))
    schema = bar_schema()
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def main() -> None:
    """Print both."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDINGS
    with tempfile.TemporaryDirectory() as reports:
        found = count(folder, Path(reports))
    print(f"{found.bars} bars, {found.judged} of them with enough sessions before them")
    for rule in DAILY_BAR_RULES:
        print(f"{rule.severity:9} {rule.name:24} {found.fired[rule.name]}")
    for name, scores in found.scores.items():
        above = {limit: sum(score > limit for score in scores) for limit in range(4, 11)}
        print(f"{name}: beyond {above}, the greatest {scores[0]:.1f}")
    took = seconds()
    print(f"100 symbols of 100 sessions: {min(took):.2f} to {max(took):.2f} s")


if __name__ == "__main__":
    main()
