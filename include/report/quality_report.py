"""The quality report of a run: by rule and by symbol, with the bars around what is wrong.

It is kept in the warehouse, so it is shown wherever it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection

from include.datasets.bars import StockBar
from include.datasets.rule import SEVERITIES, Rule, Severity
from include.gate.context import HeldBar
from include.gate.verdicts import Finding, Verdict
from include.report.rendering import render
from include.settings import REPORTS_KEPT
from include.warehouse.runs import Run
from include.warehouse.statements import statement

TEMPLATES = Path(__file__).parent / "templates"

SHOWN_AROUND = 2
"""So many sessions are shown before and after a bar that broke a rule."""

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
    """A bar of a symbol's section, and what it broke.

    :param is_held: it did not come with this run; the warehouse has it.
    :param after_a_break: sessions between the line before and this one are not shown.
    """

    bar: StockBar | HeldBar
    findings: tuple[Finding, ...]
    is_held: bool
    after_a_break: bool


@dataclass(frozen=True)
class Section:
    """A symbol that broke rules: its bars newest first, and how many more broke some."""

    verdict: Verdict
    lines: Sequence[BarLine]
    not_shown: int


def write_report(
    connection: Connection[Any],
    run: Run,
    verdicts: Sequence[Verdict],
    bars: Mapping[str, Sequence[StockBar]],
    held: Sequence[HeldBar],
    *,
    kept: int = REPORTS_KEPT,
) -> None:
    """Write the report of a run, in place of the one before; the oldest ones are removed.

    :param bars: by symbol, the bars that were judged.
    :param held: what was held of these symbols, around them.
    :param kept: so many runs keep their report.
    """
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    broken = [verdict for verdict in verdicts if verdict.findings]
    html = render(
        TEMPLATES,
        "quality_report.html",
        run=run,
        verdicts=verdicts,
        counts={severity: _count(findings, severity) for severity in SEVERITIES},
        rules=_rules(findings),
        sections=[_section(verdict, bars[verdict.symbol], held) for verdict in _gravest_first(broken)],
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


def _rules(findings: Sequence[Finding]) -> list[RuleLine]:
    by_rule: dict[tuple[int, str], list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault((SEVERITIES.index(finding.severity), finding.rule.name), []).append(finding)
    return [
        RuleLine(found[0].rule, SEVERITIES[rank], len({one.bar.symbol for one in found}), len(found))
        for (rank, _), found in sorted(by_rule.items(), key=lambda pair: (pair[0][0], -len(pair[1])))
    ]


def _gravest_first(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return sorted(verdicts, key=lambda one: (one.accepted, -len(one.warnings), one.symbol))


def _section(verdict: Verdict, bars: Sequence[StockBar], held: Sequence[HeldBar]) -> Section:
    came = {bar.data_date for bar in bars}
    own = [bar for bar in held if bar.symbol == verdict.symbol and bar.data_date not in came]
    series: list[StockBar | HeldBar] = [*bars, *own]
    series.sort(key=lambda bar: bar.data_date, reverse=True)
    broken: dict[int, list[Finding]] = {}
    for finding in verdict.findings:
        broken.setdefault(id(finding.bar), []).append(finding)
    positions = [position for position, bar in enumerate(series) if id(bar) in broken]
    shown = positions[:MOST_BARS]
    around = sorted({
        near
        for position in shown
        for near in range(max(0, position - SHOWN_AROUND), min(len(series), position + SHOWN_AROUND + 1))
    })
    lines = [
        BarLine(
            series[position],
            tuple(broken.get(id(series[position]), ())),
            isinstance(series[position], HeldBar),
            number > 0 and around[number - 1] != position - 1,
        )
        for number, position in enumerate(around)
    ]
    return Section(verdict, lines, len(positions) - len(shown))
