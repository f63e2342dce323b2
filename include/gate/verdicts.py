"""What the gate says of one batch: every rule that a row broke, and whether it may enter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from include.datasets.base import Batch
from include.datasets.rows import day_of, written
from include.datasets.rule import READABLE, SEVERITIES, Rule, Severity

if TYPE_CHECKING:
    import pyarrow as pa

_VALUES = 5
"""So many values of a row are told beside its key."""


@dataclass(frozen=True)
class Row:
    """A row of a batch, as messages name it.

    :param number: which of the batch's it is.
    :param values: all it says, by column, exact.
    :param summary: the first of them beside its key, in words.
    """

    number: int
    name: str
    day: date | None
    values: Mapping[str, Any]
    summary: str

    @property
    def texts(self) -> dict[str, str | None]:
        """Its values as they are written."""
        return {name: None if value is None else written(value) for name, value in self.values.items()}


@dataclass(frozen=True)
class Finding:
    """A row that broke a rule.

    :param told: what is wrong, with its values.
    :param let_in: who released the row and why, if someone did.
    """

    row: Row
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
        """The finding in a line: whose row, its key, the rule, values."""
        if self.rule.about == "symbol":
            return f"{self.row.name.partition(' ')[0]}: {self.told}."
        about = f"{self.row.name}: {self.rule.name}"
        if self.severity != self.rule.severity:
            return f"{about}, {self.let_in}."
        return f"{about} ({self.told or self.row.summary})."


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
class BrokenRow:
    """A row that is refused, and the critical rules it breaks.

    :param keeps_batch: whether it keeps its whole batch out.
    """

    row: Row
    rules: tuple[str, ...]
    keeps_batch: bool = True

    @property
    def sentence(self) -> str:
        """The row in a line: whose it is, its key, rules, values."""
        return f"{self.row.name}: {', '.join(self.rules)} ({self.row.summary})."


@dataclass(frozen=True)
class Verdict:
    """What the gate says of a batch: all of it may enter, all but some rows, or none of it.

    :param findings: by row.
    """

    batch: Batch
    findings: tuple[Finding, ...] = ()

    @property
    def slim(self) -> Verdict:
        """The same, without the rows that no report shows: those of lists, and of bars that broke no rule."""
        if self.findings and self.batch.dataset.vouches:
            return self
        return replace(self, batch=replace(self.batch, rows=no_rows(self.batch.rows.schema)))

    @property
    def symbol(self) -> str:
        """The symbol, or the name of the dataset or list."""
        return self.batch.name

    @cached_property
    def broken(self) -> tuple[BrokenRow, ...]:
        """The rows that are refused."""
        by_row: dict[int, list[Finding]] = {}
        for finding in self.findings:
            if finding.severity == "critical":
                by_row.setdefault(finding.row.number, []).append(finding)
        return tuple(
            BrokenRow(
                found[0].row,
                tuple(finding.rule.name for finding in found),
                any(self._keeps_out(finding.rule) == "batch" for finding in found),
            )
            for found in by_row.values()
        )

    def _keeps_out(self, rule: Rule) -> str:
        return rule.keeps_out or self.batch.dataset.keeps_out

    @property
    def accepted(self) -> bool:
        """Whether the batch may be loaded."""
        return not self.batch.is_set_aside and not any(broken.keeps_batch for broken in self.broken)

    @property
    def entering(self) -> Batch:
        """The batch without the rows that are refused."""
        import pyarrow as pa

        refused = {broken.row.number for broken in self.broken}
        if not refused:
            return self.batch
        kept = [number for number in range(self.batch.rows.num_rows) if number not in refused]
        return replace(
            self.batch,
            rows=self.batch.rows.take(pa.array(kept, pa.int64())),
            times=[self.batch.times[number] for number in kept],
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unusual of the rows that are not kept out by themselves, in a sentence each."""
        out = {broken.row.number for broken in self.broken if not broken.keeps_batch}
        unusual = [finding for finding in self.findings if finding.severity == "warning"]
        return tuple(finding.sentence for finding in unusual if finding.row.number not in out)

    @property
    def reasons(self) -> list[str]:
        """Why not, or what is unusual, in a sentence each."""
        return [*(broken.sentence for broken in self.broken), *self.warnings]

    @property
    def broken_rules(self) -> list[BrokenRule]:
        """Every rule that was broken, with the gravest severity of its findings."""
        by_rule: dict[str, list[Finding]] = {}
        for finding in sorted(self.findings, key=lambda finding: finding.row.day or date.min):
            by_rule.setdefault(finding.rule.name, []).append(finding)
        return [
            BrokenRule(
                name,
                min((one.severity for one in found), key=SEVERITIES.index),
                len(found),
                found[0].row.day,
                found[-1].row.day,
                found[-1].sentence,
            )
            for name, found in by_rule.items()
        ]


@cache
def no_rows(schema: pa.Schema) -> pa.Table:
    """Return the table without a row: one for all batches with these columns, as each takes kilobytes."""
    return schema.empty_table()


def row_of(batch: Batch, number: int) -> Row:
    """Return a row of a batch.

    Its name is whose it is and what else identifies it, such as ``IBM 2026-05-15``: what the question said
    already is left out.
    """
    (values,) = batch.rows.slice(number, 1).to_pylist()
    subject, dataset = batch.request.symbol, batch.dataset
    scope = dataset.scope(subject) if dataset.scope else {}
    said = {subject, *dataset.parameters.values(), *scope.values()}
    key = [written(values[name]) for name in batch.dataset.key if str(values[name]) not in said]
    others = [name for name in values if name not in batch.dataset.key and name not in _OURS][:_VALUES]
    summary = ", ".join(f"{name} {written(values[name])}" for name in others)
    day = day_of(values[batch.dataset.day]) if batch.dataset.day else None
    return Row(number, " ".join([batch.name, *key]), day, values, summary)


def unreadable(batch: Batch) -> list[Finding]:
    """Return the finding on each row of a batch that cannot be read; it has the numbers after the others."""
    found = []
    for number, row in enumerate(batch.unreadable, batch.rows.num_rows):
        whose = batch.name if row.day is None else f"{batch.name} {row.day}"
        summary = ", ".join(f"{name} {text}" for name, text in row.values.items())
        found.append(Finding(Row(number, whose, row.day, row.values, summary), READABLE, row.why))
    return found


_OURS = frozenset({"is_final"})
