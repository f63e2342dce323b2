"""Answers out of a folder of recordings, or out of a raw store, byte for byte.

A question is matched by function, symbol (or currencies), interval and format; other parameters, such as an
indicator's time period, are not looked at, so the response names its recording (``X-Market-Data-Recording``).
Where JSON is asked for and only the CSV was recorded whole, the JSON of an equity series, a quote, splits or
dividends is rebuilt from the CSV's figures, and the response says so (``X-Market-Data-Rebuilt: csv``).
Out of a raw store comes the newest body that had been fetched by the sandbox's clock.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from include.sandbox import catalogue, refusals
from include.sandbox.answers import Answer, data, json_body, nothing_known
from include.sandbox.faults import Fault
from include.sandbox.query import Query
from include.sandbox.recordings import Recording, answers_to, read_recordings
from include.sandbox.refusals import Refusal
from include.sandbox.series import Family, Row, family_of, series_json
from include.sandbox.simulated import COMPACT, numbered
from include.sandbox.stored import read_store

RECORDING_HEADER = "X-Market-Data-Recording"
REBUILT_HEADER = "X-Market-Data-Rebuilt"
LISTS = frozenset({"SPLITS", "DIVIDENDS"})


class ReplaySource:
    """Whatever was recorded, and nothing else."""

    origin = "replay"
    notice = "replayed recordings, not live data"
    mode = "replayed"

    def __init__(self, folder: Path) -> None:
        self._recordings = read_recordings(folder) or read_store(folder)
        if not self._recordings:
            raise ValueError(
                f"no recordings in {folder}: names are FUNCTION__SYMBOL__sourceN.csv or .json, "
                "or those of a raw store, raw/origin=.../function=.../symbol=.../"
            )

    def __len__(self) -> int:
        return len(self._recordings)

    def refusal(self, query: Query, now: datetime) -> Refusal | None:
        """E13 for a symbol that was not recorded, the sandbox's own words where no symbol is to blame."""
        if self._found(query, now):
            if self._choice(query, now):
                return None
            other = "JSON" if query.wants_csv else "CSV"
            return refusals.not_served(query.function, f"recorded as {other} only")
        if query.function in catalogue.ENVELOPED:
            return None
        if query.subject == "none" and query.function not in catalogue.EQUITY_SERIES:
            return refusals.not_served(query.function, "nothing was recorded")
        return refusals.invalid_call(query.function)

    def answer(self, query: Query, now: datetime, events: Iterable[Fault] = ()) -> Answer:
        chosen = self._choice(query, now)
        if chosen is None:
            return nothing_known(query)
        headers = {RECORDING_HEADER: chosen.path.name}
        wants_csv = catalogue.answers_csv(query.function, query.wants_csv)
        if chosen.is_csv and not wants_csv:
            return Answer(rebuilt(query, chosen), headers={**headers, REBUILT_HEADER: "csv"})
        family = family_of(chosen.function, chosen.interval)
        name = family.file if family else query.function.lower()
        answer = data(query, chosen.body, name=name, csv=chosen.is_csv)
        return replace(answer, headers={**answer.headers, **headers})

    def _found(self, query: Query, now: datetime) -> tuple[Recording, ...]:
        return answers_to(self._recordings, query, now)

    def _choice(self, query: Query, now: datetime) -> Recording | None:
        """A whole body in the format asked for, else one to rebuild it from, else one cut down."""
        found = self._found(query, now)
        wants_csv = catalogue.answers_csv(query.function, query.wants_csv)
        fitting = [one for one in found if one.is_csv == wants_csv]
        whole = [one for one in fitting if one.is_whole]
        if whole:
            return whole[0]
        others = [one for one in found if one.is_whole and one.is_csv != wants_csv]
        if others:
            return others[0] if not wants_csv and is_rebuildable(others[0]) else None
        return fitting[0] if fitting else None


def is_rebuildable(recording: Recording) -> bool:
    function = recording.function
    return function in LISTS | {"GLOBAL_QUOTE"} or family_of(function, recording.interval) is not None


def rebuilt(query: Query, recording: Recording) -> bytes:
    """The JSON body with the figures of a recorded CSV."""
    rows = list(csv.DictReader(io.StringIO(recording.body.decode())))
    if recording.function == "GLOBAL_QUOTE":
        return json_body({"Global Quote": numbered(rows[0], width=2)})
    if recording.function in LISTS:
        return json_body({"symbol": query.symbol, "data": rows})
    family = family_of(recording.function, recording.interval)
    assert family, "is_rebuildable holds"
    return _series(family, query.symbol, rows)


def _series(family: Family, symbol: str, rows: list[dict[str, str]]) -> bytes:
    table: list[Row] = [(row["timestamp"], tuple(row[column] for column in family.columns)) for row in rows]
    size = "Compact" if len(table) <= COMPACT else "Full size"
    return series_json(family, table, symbol=symbol, refreshed=table[0][0], size=size)
