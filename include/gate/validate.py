"""From the raw bodies of a run to accepted rows and verdicts; what is refused is kept with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.datasets.base import Batch, Dataset
from include.datasets.registry import DATASETS
from include.datasets.rows import frame_of
from include.exceptions import GateError
from include.gate.accepted import write_accepted
from include.gate.batches import fail, read_batches
from include.gate.decisions import Decision, Values, decisions_on
from include.gate.evaluate import judge
from include.gate.records import record_verdicts
from include.gate.verdicts import Verdict
from include.warehouse.origins import origin_of
from include.warehouse.runs import Run

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

UNCLAIMED = "unclaimed"
"""In place of the origin, before a first load has claimed the warehouse."""


@dataclass(frozen=True)
class Validation:
    """What the gate found in a run.

    :param accepted: the folder of the accepted rows.
    :param verdicts: on each batch that has rules.
    """

    accepted: str
    verdicts: Sequence[Verdict]

    @property
    def is_of_datasets(self) -> bool:
        """Whether the run is about datasets with tables of their own."""
        return bool(self.verdicts) and not self.verdicts[0].batch.dataset.subjects


def validate(
    connection: Connection[Any],
    run: Run,
    *,
    store: ObjectStoragePath,
    reports: Path,
    datasets: Sequence[Dataset] = DATASETS,
) -> Validation:
    """Validate all bodies of a run; write the accepted rows, and return what was found.

    A body that cannot be read or judged fails its request and no other. Rows in are rows accepted, plus those
    that were discarded, plus those of batches refused. A row that a person discarded is left out before the
    judgement; one that is held already with the same values, or was released, enters without it.

    :param reports: where Great Expectations keeps its Data Docs.
    :param datasets: those that are declared beside those of the watchlist.
    :raises GateError: the checkpoint of symbols could not be run; nothing may load then.
    """
    decisions = decisions_on(connection, run.symbols)
    brought = list(read_batches(connection, run, decisions, datasets))
    folder = store / "accepted" / f"{origin_of(connection) or UNCLAIMED}-{run.id}"
    gate = _Gate(connection, run, reports, folder, brought, _released(decisions))
    by_dataset: dict[str, list[Batch]] = {}
    for batch in brought:
        by_dataset.setdefault(batch.dataset.name, []).append(batch)
    verdicts = [verdict for batches in by_dataset.values() for verdict in gate.let_in(batches)]
    return Validation(str(folder), verdicts)


@dataclass(frozen=True)
class _Gate:
    """What is the same for all batches of a run."""

    connection: Connection[Any]
    run: Run
    reports: Path
    folder: ObjectStoragePath
    brought: Sequence[Batch]
    released: Mapping[Values, str]

    def let_in(self, batches: Sequence[Batch]) -> list[Verdict]:
        """Judge the batches of one dataset; record the verdicts, and write what may enter.

        :raises GateError: an expectation on symbols could not be computed.
        """
        dataset = batches[0].dataset
        if not dataset.is_judged:
            write_accepted(batches, self.folder)
            return []
        try:
            verdicts = self._judge(dataset, batches)
        except GateError as error:
            if dataset.subjects:
                raise
            fail(self.connection, self.run, batches[0].request, error)
            return []
        record_verdicts(self.connection, self.run, verdicts)
        if accepted := [verdict.entering for verdict in verdicts if verdict.accepted]:
            write_accepted(accepted, self.folder)
        return verdicts

    def _judge(self, dataset: Dataset, batches: Sequence[Batch]) -> list[Verdict]:
        if not any(batch.rows.num_rows for batch in batches):
            return [Verdict(batch) for batch in batches]
        if dataset.frame:
            frame = dataset.frame(self.connection, batches, self.brought, self.run.now())
        else:
            frame = frame_of(batches)
        run, released = str(self.run.id), self.released
        return judge(batches, frame, reports=self.reports, run=run, released=released)


def _released(decisions: Mapping[Values, Decision]) -> dict[Values, str]:
    return {values: taken.sentence for values, taken in decisions.items() if taken.decision == "released"}
