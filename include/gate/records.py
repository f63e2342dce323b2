"""Verdicts of a run into the warehouse: one set of statements, however many symbols or datasets there are."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from include.gate.verdicts import BrokenRule, Verdict
from include.warehouse.runs import Request, Run
from include.warehouse.statements import statement

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RefusedRow:
    """A row for the quarantine: its day, its values by column, and the critical rules it breaks."""

    day: date | None
    values: Mapping[str, Any]
    rules: Sequence[str]


@dataclass(frozen=True)
class Record:
    """What is kept of the verdict on a symbol or a dataset; with a refused row none of it may enter.

    :param rows: the rows in; ``discarded`` of them a person left out.
    :param path: the body they are from; None where none is refused.
    """

    symbol: str
    rows: int
    warnings: int
    reasons: Sequence[str]
    broken_rules: Sequence[BrokenRule]
    refused: Sequence[RefusedRow]
    path: str | None
    discarded: int = 0


def record_verdicts(
    connection: Connection[Any], run: Run, requests: Mapping[str, Request], verdicts: Sequence[Verdict]
) -> None:
    """Keep the verdicts on symbols: see :func:`keep_records`.

    :param requests: by symbol, what was validated.
    """
    keep_records(connection, run, [_record(verdict, requests) for verdict in verdicts])
    for verdict in verdicts:
        outcome = "accepted" if verdict.accepted else "refused"
        log.info("%s: %d bars %s", verdict.symbol, verdict.bars, outcome)
        for reason in verdict.reasons:
            log.warning("%s", reason)


def keep_records(connection: Connection[Any], run: Run, records: Sequence[Record]) -> None:
    """Keep verdicts and, in quarantine, the rows they refuse; a retry replaces what the try before kept."""
    symbols = [record.symbol for record in records]
    found = Jsonb([_verdict(record) for record in records])
    connection.execute(statement("gate/record_verdicts"), {"run": run.id, "verdicts": found})
    connection.execute(
        "delete from quarantine where pipeline_run_id = %s and symbol = any(%s)", (run.id, symbols)
    )
    broken = Jsonb([row for record in records for row in _broken_rules(record)])
    about = {"run": run.id, "symbols": symbols, "broken": broken}
    connection.execute(statement("gate/replace_broken_rules"), about)
    refused = Jsonb([row for record in records for row in _refused(record)])
    connection.execute(statement("gate/quarantine_bars"), {"run": run.id, "rows": refused})


def _record(verdict: Verdict, requests: Mapping[str, Request]) -> Record:
    refused = [
        RefusedRow(broken.bar.data_date, asdict(broken.bar), broken.rules) for broken in verdict.broken
    ]
    return Record(
        verdict.symbol,
        verdict.bars,
        len(verdict.warnings),
        verdict.reasons,
        verdict.broken_rules,
        refused,
        requests[verdict.symbol].path if refused else None,
        verdict.discarded,
    )


def _verdict(record: Record) -> dict[str, Any]:
    return {
        "symbol": record.symbol,
        "accepted": not record.refused,
        "bars": record.rows,
        "refused_bars": len(record.refused),
        "discarded_bars": record.discarded,
        "warnings": record.warnings,
        "reasons": list(record.reasons),
    }


def _broken_rules(record: Record) -> list[dict[str, Any]]:
    return [_texts({"symbol": record.symbol} | asdict(broken)) for broken in record.broken_rules]


def _refused(record: Record) -> list[dict[str, Any]]:
    return [
        _texts({"symbol": record.symbol, "data_date": row.day, "path": record.path})
        | {"bar": _texts(row.values), "rules": list(row.rules)}
        for row in record.refused
    ]


def _texts(values: Mapping[str, Any]) -> dict[str, str | None]:
    """How values are written in JSON: exact, whatever their type."""
    return {name: None if value is None else str(value) for name, value in values.items()}
