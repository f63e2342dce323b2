"""Verdicts of all symbols of a run into the warehouse: one set of statements, however many there are."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from include.gate.verdicts import BrokenRule, Verdict
from include.warehouse.runs import Request, Run
from include.warehouse.statements import statement

log = logging.getLogger(__name__)


def record_verdicts(
    connection: Connection[Any], run: Run, requests: Mapping[str, Request], verdicts: Sequence[Verdict]
) -> None:
    """Keep verdicts and, in quarantine, the rows they refuse; a retry replaces what the try before kept.

    :param requests: by symbol, what was validated.
    """
    symbols = [verdict.symbol for verdict in verdicts]
    connection.execute(
        statement("gate/record_verdicts"), {"run": run.id, "verdicts": Jsonb(list(map(_verdict, verdicts)))}
    )
    connection.execute(
        "delete from quarantine where pipeline_run_id = %s and symbol = any(%s)", (run.id, symbols)
    )
    broken = [row for verdict in verdicts for row in _broken_rules(verdict)]
    connection.execute(
        statement("gate/replace_broken_rules"), {"run": run.id, "symbols": symbols, "broken": Jsonb(broken)}
    )
    rows = [row for verdict in verdicts for row in _refused(verdict, requests)]
    connection.execute(statement("gate/quarantine_bars"), {"run": run.id, "rows": Jsonb(rows)})
    for verdict in verdicts:
        _log(verdict)


def record_broken_rules(
    connection: Connection[Any], run: Run, symbol: str, broken: Sequence[BrokenRule]
) -> None:
    """Keep every rule that a symbol, or a dataset, broke; a retry replaces what the try before kept."""
    about = {
        "run": run.id,
        "symbol": symbol,
        "rules": [one.rule for one in broken],
        "severities": [one.severity for one in broken],
        "bars": [one.bars for one in broken],
        "first": [one.first_session for one in broken],
        "last": [one.last_session for one in broken],
        "told": [one.told for one in broken],
    }
    connection.execute(statement("gate/record_broken_rules"), about)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "symbol": verdict.symbol,
        "accepted": verdict.accepted,
        "bars": verdict.bars,
        "refused_bars": len(verdict.broken),
        "discarded_bars": verdict.discarded,
        "warnings": len(verdict.warnings),
        "reasons": verdict.reasons,
    }


def _broken_rules(verdict: Verdict) -> list[dict[str, Any]]:
    found = [{"symbol": verdict.symbol} | asdict(broken) for broken in verdict.broken_rules]
    return [{name: _text(value) for name, value in row.items()} for row in found]


def _refused(verdict: Verdict, requests: Mapping[str, Request]) -> list[dict[str, Any]]:
    return [
        {
            "symbol": verdict.symbol,
            "data_date": _text(broken.bar.data_date),
            "bar": {name: _text(value) for name, value in asdict(broken.bar).items()},
            "rules": broken.rules,
            "path": requests[verdict.symbol].path,
        }
        for broken in verdict.broken
    ]


def _text(value: Any) -> str | None:
    """How a value is written in JSON: exact, whatever its type."""
    return None if value is None else str(value)


def _log(verdict: Verdict) -> None:
    log.info("%s: %d bars %s", verdict.symbol, verdict.bars, "accepted" if verdict.accepted else "refused")
    for reason in verdict.reasons:
        log.warning("%s", reason)
