"""What the gate says of one symbol's batch: every rule that a bar broke, and whether it may enter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from include.datasets.bars import StockBar
from include.datasets.rule import PRICES, SEVERITIES, Rule, Severity


@dataclass(frozen=True)
class Finding:
    """A bar that broke a rule.

    :param row: which row of the run it is: a session may come twice.
    :param told: what is wrong, with its values.
    :param let_in: who released the bar and why, if someone did.
    """

    row: int
    bar: StockBar
    rule: Rule
    told: str = ""
    let_in: str | None = None

    @property
    def severity(self) -> Severity:
        """That of the rule; a critical one that a person overruled is a warning."""
        if self.rule.severity == "critical" and self.let_in and self.rule.releasable:
            return "warning"
        return self.rule.severity

    @property
    def sentence(self) -> str:
        """The finding in a line: symbol, session, rule, values."""
        if self.rule.about == "symbol":
            return f"{self.bar.symbol}: {self.told}."
        about = f"{self.bar.symbol} {self.bar.data_date}: {self.rule.name}"
        if self.severity != self.rule.severity:
            return f"{about}, {self.let_in}."
        return f"{about} ({self.told or values_of(self.bar)})."


@dataclass(frozen=True)
class BrokenRule:
    """A rule that was broken, by how many rows, from when to when, and the newest of them in a sentence."""

    rule: str
    severity: Severity
    bars: int
    first_session: date | None
    last_session: date | None
    told: str


@dataclass(frozen=True)
class BrokenBar:
    """A bar that is refused, and the critical rules it breaks."""

    bar: StockBar
    rules: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The bar in a line: symbol, session, rules, values."""
        return f"{self.bar.symbol} {self.bar.data_date}: {', '.join(self.rules)} ({values_of(self.bar)})."


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one symbol's batch: all of it may enter, or none of it.

    ``bars`` are the rows in; ``discarded`` of them a person left out, and they were not judged.
    """

    symbol: str
    bars: int
    findings: tuple[Finding, ...] = ()
    discarded: int = 0

    @cached_property
    def broken(self) -> tuple[BrokenBar, ...]:
        """The bars that keep the batch out."""
        by_row: dict[int, list[Finding]] = {}
        for finding in self.findings:
            if finding.severity == "critical":
                by_row.setdefault(finding.row, []).append(finding)
        return tuple(
            BrokenBar(found[0].bar, tuple(finding.rule.name for finding in found))
            for found in by_row.values()
        )

    @property
    def accepted(self) -> bool:
        """Whether the symbol's bars may be loaded."""
        return not self.broken

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unusual, in a sentence each."""
        return tuple(finding.sentence for finding in self.findings if finding.severity == "warning")

    @property
    def reasons(self) -> list[str]:
        """Why not, or what is unusual, in a sentence each."""
        return [*(broken.sentence for broken in self.broken), *self.warnings]

    @property
    def broken_rules(self) -> list[BrokenRule]:
        """Every rule that was broken, with the gravest severity of its findings."""
        by_rule: dict[str, list[Finding]] = {}
        for finding in sorted(self.findings, key=lambda finding: finding.bar.data_date):
            by_rule.setdefault(finding.rule.name, []).append(finding)
        return [
            BrokenRule(
                name,
                min((one.severity for one in found), key=SEVERITIES.index),
                len(found),
                found[0].bar.data_date,
                found[-1].bar.data_date,
                found[-1].sentence,
            )
            for name, found in by_rule.items()
        ]


def values_of(bar: StockBar) -> str:
    """Return the prices and the volume of a bar in words."""
    return ", ".join(f"{name} {getattr(bar, name)}" for name in (*PRICES, "volume"))
