"""The gate: one Great Expectations checkpoint over all bars of a run, one verdict for each symbol."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.datasets.bars import StockBar
from include.datasets.daily_bars import DAILY_BAR_RULES
from include.datasets.rule import Rule
from include.gate.checkpoint import run_checkpoint
from include.gate.context import Known
from include.gate.frame import frame_of
from include.gate.verdicts import Finding, Verdict

if TYPE_CHECKING:
    import pandas as pd

NOTHING_KNOWN = Known()


def judge(
    bars: Sequence[StockBar],
    *,
    now: datetime,
    reports: Path,
    rules: Sequence[Rule] = DAILY_BAR_RULES,
    known: Known = NOTHING_KNOWN,
    run: str | None = None,
) -> list[Verdict]:
    """Return the verdict of each symbol that has a bar, and write Data Docs under ``reports``.

    :param now: the run's time, by which a session has begun at its exchange or not.
    :param run: what Data Docs call the run.
    :raises GateError: an expectation could not be computed.
    """
    if not bars:
        return []
    frame = frame_of(bars, known, now)
    found = run_checkpoint(
        frame, rules, reports, suite="daily_bars", index=("row", "symbol", "data_date"), run=run
    )
    again = _held_again(bars, known)
    findings: dict[str, list[Finding]] = {}
    counts: dict[str, int] = {}
    for bar in bars:
        counts[bar.symbol] = counts.get(bar.symbol, 0) + 1
    for rule, rows in sorted(found, key=lambda pair: rules.index(pair[0])):
        for row in rows:
            if rule.about == "symbol" or row not in again:
                finding = _finding(row, bars[row], rule, frame, known)
                findings.setdefault(finding.bar.symbol, []).append(finding)
    return [
        Verdict(symbol, count, tuple(sorted(findings.get(symbol, ()), key=lambda finding: finding.row)))
        for symbol, count in counts.items()
    ]


def _held_again(bars: Sequence[StockBar], known: Known) -> set[int]:
    """The rows that come as they are held: judged when they entered. A second one for the session was not."""
    left = {bar.values for bar in known.held}
    again = set()
    for row, bar in enumerate(bars):
        if bar.values in left:
            left.remove(bar.values)
            again.add(row)
    return again


def _finding(row: int, bar: StockBar, rule: Rule, frame: pd.DataFrame, known: Known) -> Finding:
    told = rule.tells.format_map(_cells(row, bar, frame))
    return Finding(row, bar, rule, told, known.released.get(bar.values))


def _cells(row: int, bar: StockBar, frame: pd.DataFrame) -> dict[str, Any]:
    """What a rule may tell: the columns of the frame, and the bar's own values exactly."""
    return {**{str(name): cell for name, cell in frame.loc[row].items()}, **vars(bar)}
