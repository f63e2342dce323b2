"""From the raw bodies of a run to accepted rows and verdicts; what is refused is kept with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from include.datasets.base import Batch, Dataset
from include.datasets.registry import DATASETS
from include.datasets.rows import frame_of
from include.exceptions import GateError
from include.gate.accepted import forget_accepted, write_accepted
from include.gate.batches import Brought, brought_by, fail, read_batches
from include.gate.decisions import Decision, Values, decisions_on, values_of
from include.gate.evaluate import judge
from include.gate.records import record_verdicts
from include.gate.shrinking import Loss, losses_of, withdrawal_of
from include.gate.verdicts import Verdict
from include.warehouse.origins import origin_of
from include.warehouse.runs import Request, Run

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

UNCLAIMED = "unclaimed"
"""In place of the origin, before a first load has claimed the warehouse."""

SLICE = 1000
"""So many symbols are judged at a time: a checkpoint costs most of a second by itself."""


@dataclass(frozen=True)
class Validation:
    """What the gate found in a run.

    :param accepted: the folder of the accepted rows.
    :param verdicts: on each batch.
    """

    accepted: str
    verdicts: Sequence[Verdict]

    @property
    def is_of_datasets(self) -> bool:
        """Whether the run is about datasets with tables of their own."""
        return bool(self.verdicts) and not self.verdicts[0].batch.dataset.subjects

    @property
    def of_bars(self) -> Sequence[Verdict]:
        """The verdicts on daily bars."""
        return [verdict for verdict in self.verdicts if verdict.batch.dataset.vouches]


def validate(
    connection: Connection[Any],
    run: Run,
    *,
    store: ObjectStoragePath,
    reports: Path,
    datasets: Sequence[Dataset] = DATASETS,
) -> Validation:
    """Validate all bodies of a run; write the accepted rows, and return what was found.

    All that came of :data:`SLICE` symbols is judged together, then that of the next ones, so that memory does
    not grow with the list. A body that cannot be read or judged fails its request and no other. Rows in are
    rows accepted, plus those that were discarded, plus those of batches refused. A row that was discarded is
    left out before the judgement; one that is held already with the same values, or was released, enters
    without it.

    :param reports: where Great Expectations keeps its Data Docs.
    :param datasets: those that are declared beside those of the watchlist.
    :raises GateError: the checkpoint of symbols could not be run; nothing may load then.
    """
    brought = brought_by(connection, run, datasets)
    names = [dataset.name_of(request.symbol) for dataset, request in brought]
    decisions = decisions_on(connection, names)
    discarded = {values for values, taken in decisions.items() if taken.decision == "discarded"}
    folder = store / "accepted" / f"{origin_of(connection) or UNCLAIMED}-{run.id}"
    forget_accepted(folder)
    verdicts: list[Verdict] = []
    for part, some in enumerate(_slices(brought)):
        # Nothing here holds the rows of a slice once it is judged: two of them would be in memory else.
        gate = _Gate(connection, run, reports, folder, decisions, part)
        verdicts += gate.judge_all(list(read_batches(connection, run, some, discarded)))
    return Validation(str(folder), verdicts)


def _slices(brought: Brought) -> list[Brought]:
    """The requests of so many symbols at a time, those of one symbol together."""
    order = {name: at for at, name in enumerate(dict.fromkeys(request.symbol for _, request in brought))}
    found: dict[int, list[tuple[Dataset, Request]]] = {}
    for dataset, request in brought:
        found.setdefault(order[request.symbol] // SLICE, []).append((dataset, request))
    return list(found.values())


@dataclass(frozen=True)
class _Gate:
    """What is the same for all batches that are judged at a time.

    :param part: which slice of the run they are.
    """

    connection: Connection[Any]
    run: Run
    reports: Path
    folder: ObjectStoragePath
    decisions: Mapping[Values, Decision]
    part: int

    def judge_all(self, brought: Sequence[Batch]) -> list[Verdict]:
        """Let in what may enter of all batches of a slice, dataset by dataset."""
        by_dataset: dict[str, list[Batch]] = {}
        for batch in brought:
            by_dataset.setdefault(batch.dataset.group, []).append(batch)
        return [verdict.slim for own in by_dataset.values() for verdict in self.let_in(own, brought)]

    def let_in(self, batches: Sequence[Batch], brought: Sequence[Batch]) -> list[Verdict]:
        """Judge the batches of one dataset or family; record the verdicts, and write what may enter.

        :raises GateError: an expectation on symbols could not be computed.
        """
        dataset = batches[0].dataset
        try:
            verdicts = self._judge(dataset, batches, brought)
        except GateError as error:
            if dataset.subjects:
                raise
            if len(batches) > 1:
                return [verdict for batch in batches for verdict in self.let_in([batch], brought)]
            fail(self.connection, self.run, batches[0].request, error)
            return []
        record_verdicts(self.connection, self.run, verdicts)
        if entering := [verdict.entering for verdict in verdicts if verdict.accepted]:
            write_accepted(entering, self.folder, self.part)
        return verdicts

    def _judge(self, dataset: Dataset, batches: Sequence[Batch], brought: Sequence[Batch]) -> list[Verdict]:
        losses = losses_of(self.connection, batches)
        kept = [self._unless_set_aside(batch, losses) for batch in batches]
        frame = None
        if any(batch.rows.num_rows for batch in kept):
            make = dataset.frame
            frame = make(self.connection, kept, brought, self.run.now()) if make else frame_of(kept)
        taken = self.decisions.items()
        released = {values: one.sentence for values, one in taken if one.decision == "released"}
        run = str(self.run.id)
        return judge(kept, frame, reports=self.reports, run=run, released=released, losses=losses)

    def _unless_set_aside(self, batch: Batch, losses: Mapping[str, Loss]) -> Batch:
        """The batch, or nothing of it, where a person discarded what it would withdraw."""
        loss = losses.get(batch.name)
        taken = loss and self.decisions.get(values_of(batch.name, withdrawal_of(loss)))
        if not taken or taken.decision != "discarded":
            return batch
        nothing: Any = {"rows": batch.rows.slice(0, 0), "times": [], "unreadable": ()}
        out: Any = {"discarded": batch.rows, "unreadable_discarded": batch.unreadable}
        return replace(batch, **nothing, **out, is_set_aside=True)
