"""Verdicts of a run into the warehouse: one set of statements, however many symbols or datasets there are."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from include.gate.verdicts import Verdict
from include.warehouse.runs import Run
from include.warehouse.statements import statement

log = logging.getLogger(__name__)


def record_verdicts(connection: Connection[Any], run: Run, verdicts: Sequence[Verdict]) -> None:
    """Keep verdicts and, in quarantine, the rows they refuse; a retry replaces what the try before kept."""
    symbols = [verdict.symbol for verdict in verdicts]
    found = Jsonb([_verdict(verdict) for verdict in verdicts])
    connection.execute(statement("gate/record_verdicts"), {"run": run.id, "verdicts": found})
    connection.execute(
        "delete from quarantine where pipeline_run_id = %s and symbol = any(%s)", (run.id, symbols)
    )
    broken = Jsonb([row for verdict in verdicts for row in _broken_rules(verdict)])
    about = {"run": run.id, "symbols": symbols, "broken": broken}
    connection.execute(statement("gate/replace_broken_rules"), about)
    refused = Jsonb([row for verdict in verdicts for row in _refused(verdict)])
    connection.execute(statement("gate/quarantine_rows"), {"run": run.id, "rows": refused})
    for verdict in verdicts:
        _log(verdict)


def _log(verdict: Verdict) -> None:
    outcome = "accepted" if verdict.accepted else "refused"
    log.info("%s: %d rows %s", verdict.symbol, verdict.batch.brought, outcome)
    for reason in verdict.reasons:
        log.warning("%s", reason)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "symbol": verdict.symbol,
        "accepted": verdict.accepted,
        "entering": verdict.entering.rows.num_rows,
        "bars": verdict.batch.brought,
        "refused_bars": len(verdict.broken),
        "discarded_bars": verdict.batch.left_out,
        "warnings": len(verdict.warnings),
        "reasons": verdict.reasons,
    }


def _broken_rules(verdict: Verdict) -> list[dict[str, Any]]:
    return [_texts({"symbol": verdict.symbol} | asdict(broken)) for broken in verdict.broken_rules]


def _refused(verdict: Verdict) -> list[dict[str, Any]]:
    about = {"symbol": verdict.symbol, "path": verdict.batch.request.path}
    return [
        about
        | {"data_date": broken.row.day and broken.row.day.isoformat()}
        | {"bar": broken.row.texts, "rules": list(broken.rules)}
        for broken in verdict.broken
    ]


def _texts(values: Mapping[str, Any]) -> dict[str, str | None]:
    """How values are written in JSON: exact, whatever their type."""
    return {name: None if value is None else str(value) for name, value in values.items()}
