"""From the bodies of a run to verdicts: one Great Expectations checkpoint for each dataset."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import AlphaVantageError
from include.datasets.base import Dataset
from include.datasets.registry import DATASETS
from include.datasets.rows import Rows
from include.exceptions import GateError
from include.fetch.bodies import brought, failed, rows_of
from include.gate.checkpoint import run_checkpoint
from include.gate.records import Record, RefusedRow, keep_records
from include.gate.verdicts import BrokenRule
from include.plan.datasets import day_of
from include.warehouse.runs import Request, Run, record_request

if TYPE_CHECKING:
    import pandas as pd

    from include.datasets.rule import Rule

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DatasetVerdict:
    """What the gate says of a dataset's rows: all may enter, or none.

    :param broken: by row, the critical rules it breaks.
    :param warnings: what is unusual, in a sentence each.
    :param broken_rules: every rule that a row broke.
    """

    rows: Rows
    broken: dict[int, list[str]]
    warnings: list[str]
    broken_rules: Sequence[BrokenRule] = ()

    @property
    def reasons(self) -> list[str]:
        """Why not, or what is unusual, in a sentence each."""
        return [*(_sentence(self.rows, row, rules) for row, rules in self.broken.items()), *self.warnings]


def validate_datasets(
    connection: Connection[Any], run: Run, *, reports: Path, datasets: Sequence[Dataset] = DATASETS
) -> list[str]:
    """Validate the bodies of a run's datasets, record a verdict for each and return their names.

    Refused rows go to quarantine. A body that cannot be read or validated fails its dataset and no other.

    :param datasets: those that are declared.
    """
    validated = []
    for dataset, request in brought(connection, run, datasets):
        validated.append(dataset.name)
        try:
            verdict = judge(rows_of(dataset, request), reports=reports)
        except (AlphaVantageError, FileNotFoundError, GateError) as error:
            log.warning("%s: %s", dataset.name, error)
            record_request(connection, run, failed(request, error))
        else:
            _record(connection, run, request, verdict)
    return validated


def judge(rows: Rows, *, reports: Path) -> DatasetVerdict:
    """Check every rule of the dataset on its rows, and write Data Docs under ``reports``.

    :raises GateError: a rule could not be computed.
    """
    if not rows.rows:
        return DatasetVerdict(rows, {}, [])
    dataset = rows.dataset
    broken: dict[int, list[Rule]] = defaultdict(list)
    found = run_checkpoint(
        _frame(rows), dataset.all_rules, reports, suite=dataset.name, index=("row", *dataset.key)
    )
    for rule, numbers in sorted(found, key=lambda pair: dataset.all_rules.index(pair[0])):
        for number in numbers:
            broken[number].append(rule)
    critical = {
        number: names
        for number, rules in sorted(broken.items())
        if (names := [rule.name for rule in rules if rule.severity == "critical"])
    }
    unusual = {
        number: [rule.name for rule in rules if rule.severity == "warning"]
        for number, rules in sorted(broken.items())
    }
    warnings = [_sentence(rows, number, names) for number, names in unusual.items() if names]
    rules = [_broken_rule(rows, rule, numbers) for rule, numbers in found if numbers]
    return DatasetVerdict(rows, critical, warnings, rules)


def _broken_rule(rows: Rows, rule: Rule, numbers: Sequence[int]) -> BrokenRule:
    by_day = sorted(numbers, key=lambda number: (rows.days[number] or date.min, number))
    first, last = rows.days[by_day[0]], rows.days[by_day[-1]]
    return BrokenRule(
        rule.name, rule.severity, len(numbers), first, last, _sentence(rows, by_day[-1], [rule.name])
    )


def _frame(rows: Rows) -> pd.DataFrame:
    import pandas as pd

    cells = list(zip(*rows.rows, strict=True)) or [()] * len(rows.columns)
    frame = pd.DataFrame({"row": range(len(rows.rows))})
    for name, kind, values in zip(rows.columns, rows.kinds, cells, strict=True):
        if kind in {"number", "whole"}:
            floats = [None if value is None else float(value) for value in values]
            frame[name] = pd.Series(floats, dtype="float64")
        else:
            frame[name] = pd.Series([_plain(value) for value in values], dtype=object)
    today = day_of(rows.fetched_at)
    frame["has_begun"] = [day is None or day <= today for day in rows.days]
    return frame


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _sentence(rows: Rows, number: int, rules: Sequence[str]) -> str:
    values = dict(zip(rows.columns, rows.rows[number], strict=True))
    key = ", ".join(f"{name} {values.pop(name)}" for name in rows.dataset.key)
    rest = ", ".join(f"{name} {value}" for name, value in list(values.items())[:5])
    return f"{rows.dataset.name} {key}: {', '.join(rules)} ({rest})."


def _record(connection: Connection[Any], run: Run, request: Request, verdict: DatasetVerdict) -> None:
    rows, name = verdict.rows, verdict.rows.dataset.name
    refused = [
        RefusedRow(rows.days[number], dict(zip(rows.columns, rows.rows[number], strict=True)), rules)
        for number, rules in verdict.broken.items()
    ]
    found = Record(
        name,
        len(rows.rows),
        len(verdict.warnings),
        verdict.reasons,
        verdict.broken_rules,
        refused,
        request.path,
    )
    keep_records(connection, run, [found])
    log.info("%s: %d rows, %d left out until their time is over", name, len(rows.rows), rows.left_out)
    for reason in verdict.reasons:
        log.warning("%s", reason)
