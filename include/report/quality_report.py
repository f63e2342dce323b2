"""The quality report of a run: by rule and by symbol, with the bars around what is wrong.

It is kept in the warehouse, so it is shown wherever it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.datasets.base import Batch
from include.datasets.daily_bars.known import held_before
from include.datasets.rule import SEVERITIES, Rule, Severity
from include.gate.verdicts import Finding, Verdict
from include.report.rendering import render
from include.settings import REPORTS_KEPT
from include.warehouse.runs import Run
from include.warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa

TEMPLATES = Path(__file__).parent / "templates"

SHOWN_AROUND = 2
"""So many sessions are shown before and after a bar that broke a rule."""

HELD = -1
"""In place of the row of a bar that did not come with the run."""

MOST_BARS = 30
"""Of a symbol with more bars than this that broke rules, the newest are shown."""


@dataclass(frozen=True)
class RuleLine:
    """A rule that was broken in a run: by how many symbols and bars."""

    rule: Rule
    severity: Severity
    symbols: int
    bars: int


@dataclass(frozen=True)
class BarLine:
    """A bar of a symbol's section, by column, and what it broke.

    :param is_held: it did not come with this run; the warehouse has it.
    :param after_a_break: sessions between the line before and this one are not shown.
    """

    bar: Mapping[str, Any]
    findings: tuple[Finding, ...]
    is_held: bool
    after_a_break: bool


@dataclass(frozen=True)
class Section:
    """A symbol that broke rules: its bars newest first, and how many more broke some.

    :param unreadable: what is wrong with rows that are no bars, as a cell of them cannot be read.
    """

    verdict: Verdict
    unreadable: Sequence[Finding]
    lines: Sequence[BarLine]
    not_shown: int


@dataclass(frozen=True)
class _Place:
    """Where a bar stands: ``number`` is its row in the batch, or ``HELD``."""

    day: date
    number: int
    rows: pa.Table
    row: int

    def bar(self) -> Mapping[str, Any]:
        (values,) = self.rows.slice(self.row, 1).to_pylist()
        return values  # type: ignore[no-any-return]


def write_report(
    connection: Connection[Any], run: Run, verdicts: Sequence[Verdict], *, kept: int = REPORTS_KEPT
) -> None:
    """Write the report of a run about daily bars, in place of the one before; the oldest ones are removed.

    :param kept: so many runs keep their report.
    """
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    broken = [verdict for verdict in verdicts if verdict.findings]
    held = held_before(connection, [verdict.batch for verdict in broken])
    html = render(
        TEMPLATES,
        "quality_report.html",
        run=run,
        verdicts=verdicts,
        counts={severity: _count(findings, severity) for severity in SEVERITIES},
        rules=_rules(broken),
        sections=[_section(verdict, held) for verdict in _gravest_first(broken)],
    )
    connection.execute(statement("report/write_report"), {"run": run.id, "html": html})
    connection.execute(statement("report/forget_reports"), {"kept": kept})


def has_report(connection: Connection[Any], run: Run) -> bool:
    """Tell whether a run has its report (still)."""
    asked = "select exists (select from quality_report where pipeline_run_id = %s)"
    ((found,),) = connection.execute(asked, [run.id])
    return bool(found)


def _count(findings: Sequence[Finding], severity: Severity) -> int:
    return sum(finding.severity == severity for finding in findings)


def _rules(verdicts: Sequence[Verdict]) -> list[RuleLine]:
    by_rule: dict[tuple[int, str], list[tuple[str, Rule]]] = {}
    for verdict in verdicts:
        for finding in verdict.findings:
            key = (SEVERITIES.index(finding.severity), finding.rule.name)
            by_rule.setdefault(key, []).append((verdict.symbol, finding.rule))
    return [
        RuleLine(found[0][1], SEVERITIES[rank], len({symbol for symbol, _ in found}), len(found))
        for (rank, _), found in sorted(by_rule.items(), key=lambda pair: (pair[0][0], -len(pair[1])))
    ]


def _gravest_first(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return sorted(verdicts, key=lambda one: (one.accepted, -len(one.warnings), one.symbol))


def _section(verdict: Verdict, held: pa.Table) -> Section:
    import pyarrow.compute as pc

    series = _series(verdict.batch, held.filter(pc.equal(held["symbol"], verdict.symbol)))
    broken: dict[int, list[Finding]] = {}
    for finding in verdict.findings:
        broken.setdefault(finding.row.number, []).append(finding)
    positions = [position for position, place in enumerate(series) if place.number in broken]
    shown = positions[:MOST_BARS]
    around = sorted({
        near
        for position in shown
        for near in range(max(0, position - SHOWN_AROUND), min(len(series), position + SHOWN_AROUND + 1))
    })
    lines = [
        BarLine(
            series[position].bar(),
            tuple(broken.get(series[position].number, ())),
            series[position].number == HELD,
            number > 0 and around[number - 1] != position - 1,
        )
        for number, position in enumerate(around)
    ]
    unreadable = [one for one in verdict.findings if one.row.number >= verdict.batch.rows.num_rows]
    return Section(verdict, unreadable[:MOST_BARS], lines, len(positions) - len(shown))


def _series(batch: Batch, held: pa.Table) -> list[_Place]:
    """The bars of a batch and those held that did not come, newest first."""
    came = batch.rows["data_date"].to_pylist()
    own = [_Place(day, number, batch.rows, number) for number, day in enumerate(came)]
    days, there = set(came), enumerate(held["data_date"].to_pylist())
    others = [_Place(day, HELD, held, row) for row, day in there if day not in days]
    return sorted([*own, *others], key=lambda place: place.day, reverse=True)
