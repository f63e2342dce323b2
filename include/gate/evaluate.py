"""The gate: one Great Expectations checkpoint over all batches of a dataset, one verdict for each batch."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.datasets.base import Batch, Dataset
from include.datasets.rows import written
from include.datasets.rule import Rule
from include.gate.checkpoint import run_checkpoint
from include.gate.decisions import Values, values_of
from include.gate.shrinking import Loss, shrinking
from include.gate.verdicts import Finding, Row, Verdict, row_of, unreadable

if TYPE_CHECKING:
    import pandas as pd

NOBODY: Mapping[Values, str] = {}
NOTHING: Mapping[str, Loss] = {}


def judge(
    batches: Sequence[Batch],
    frame: pd.DataFrame | None,
    *,
    reports: Path,
    run: str | None = None,
    released: Mapping[Values, str] = NOBODY,
    losses: Mapping[str, Loss] = NOTHING,
) -> list[Verdict]:
    """Return the verdict on each batch of a dataset, and write Data Docs under ``reports``.

    :param frame: what the rules are checked on: the rows of the batches, in their order; None: there is none.
        ``times``, how often each row came, is added here.
    :param run: what Data Docs call the run.
    :param released: by values, who let a row in and why; what it breaks becomes a warning that says so, but
        for rules without which it cannot be stored.
    :param losses: by name, what batches would withdraw that may not do so unasked.
    :raises GateError: an expectation could not be computed.
    """
    findings = {} if frame is None else _check(batches, frame, reports, run, released)
    return [
        Verdict(batch, (*shrinking(batch, losses, released), *findings.get(place, ()), *unreadable(batch)))
        for place, batch in enumerate(batches)
    ]


def _check(
    batches: Sequence[Batch],
    frame: pd.DataFrame,
    reports: Path,
    run: str | None,
    released: Mapping[Values, str],
) -> dict[int, list[Finding]]:
    dataset = batches[0].dataset
    index = ("row", *dataset.key)
    frame = frame.assign(times=[times for batch in batches for times in batch.times])
    found = run_checkpoint(frame, dataset.all_rules, reports, suite=dataset.name, index=index, run=run)
    return _findings(batches, frame, _broken(dataset, frame, found), released)


def _broken(
    dataset: Dataset, frame: pd.DataFrame, found: Sequence[tuple[Rule, list[int]]]
) -> list[tuple[int, Rule]]:
    """The rows that broke rules, in their order; what comes as it is held breaks none about rows."""
    again = set(frame.index[frame["held_again"]]) if "held_again" in frame else set()
    order = {rule.name: place for place, rule in enumerate(dataset.all_rules)}
    broken = [
        (row, rule) for rule, rows in found for row in rows if rule.about == "symbol" or row not in again
    ]
    return sorted(broken, key=lambda pair: (pair[0], order[pair[1].name]))


def _findings(
    batches: Sequence[Batch],
    frame: pd.DataFrame,
    broken: Sequence[tuple[int, Rule]],
    released: Mapping[Values, str],
) -> dict[int, list[Finding]]:
    """The findings of each batch, by its place."""
    ends = list(accumulate(batch.rows.num_rows for batch in batches))
    found: dict[int, list[Finding]] = {}
    rows: dict[int, Row] = {}
    computed = frame.loc[sorted({number for number, _ in broken})].to_dict("index")
    for number, rule in broken:
        place = bisect_right(ends, number)
        if number not in rows:
            begin = ends[place] - batches[place].rows.num_rows
            rows[number] = row_of(batches[place], number - begin)
        row = rows[number]
        message = rule.tells.format_map(_cells(row, computed[number])) if rule.tells else ""
        let_in = released.get(values_of(batches[place].name, row.values))
        found.setdefault(place, []).append(Finding(row, rule, message, let_in))
    return found


def _cells(row: Row, computed: Mapping[Hashable, Any]) -> dict[str, Any]:
    """What a rule may tell: the columns of the frame, and the row's own values exactly."""
    values = {name: written(value) for name, value in row.values.items()}
    return {**{str(name): cell for name, cell in computed.items()}, **values}
