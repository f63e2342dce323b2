"""From the raw bodies of a run to accepted bars and verdicts; what is refused is kept with its reasons."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import AlphaVantageError
from include.datasets.bars import StockBar
from include.datasets.corporate_actions import KINDS, KnownActions
from include.datasets.daily_bars import DAILY_BAR_RULES
from include.datasets.rule import Rule
from include.fetch.bodies import actions_of, bars_of
from include.fetch.raw_store import read_body
from include.gate.accepted import write_accepted
from include.gate.context import HeldBar, known_actions, known_of
from include.gate.datasets import validate_datasets
from include.gate.evaluate import judge
from include.gate.records import record_verdicts
from include.gate.verdicts import Verdict
from include.settings import DAILY, SPLITS
from include.warehouse.origins import origin_of
from include.warehouse.runs import Request, Run, record_request, requests_of

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

log = logging.getLogger(__name__)

UNCLAIMED = "unclaimed"
"""In place of the origin, before a first load has claimed the warehouse."""


@dataclass(frozen=True)
class Validation:
    """What the gate found in a run.

    :param accepted: the path of the accepted bars (Parquet).
    :param bars: by symbol, the bars that were validated.
    :param held: the bars of ``stock_data`` around them.
    :param datasets: the names of those with a table of their own.
    :param reports: where Great Expectations keeps their Data Docs.
    """

    accepted: str
    verdicts: Sequence[Verdict]
    bars: Mapping[str, Sequence[StockBar]]
    held: Sequence[HeldBar]
    datasets: Sequence[str]
    reports: Path


def validate(
    connection: Connection[Any],
    run: Run,
    *,
    store: ObjectStoragePath,
    reports: Path,
    rules: Sequence[Rule] = DAILY_BAR_RULES,
) -> Validation:
    """Validate all bodies of a run; write the accepted bars (Parquet), and return what was found.

    A body that cannot be read fails its symbol and no other. Rows in are rows accepted, plus those that
    were discarded, plus those of symbols refused. A bar that a person discarded is left out before the
    judgement; one that is held already with the same values, or was released, enters without it.

    :raises GateError: the checkpoint could not be run; nothing may load then.
    """
    brought = [request for request in requests_of(connection, run) if request.has_body]
    requests = {request.symbol: request for request in brought if request.function == DAILY}
    actions = known_actions(connection, list(requests))
    for request in brought:
        if request.function in KINDS:
            actions |= _read_actions(connection, run, request, actions)
    read = {symbol: _read(connection, run, request) for symbol, request in requests.items()}
    known = known_of(connection, read, actions)
    bars = {
        symbol: [bar for bar in came if bar.values not in known.discarded] for symbol, came in read.items()
    }
    verdicts = _counting_discarded(
        judge(
            [bar for kept in bars.values() for bar in kept],
            now=run.now(),
            reports=reports,
            rules=rules,
            known=known,
            run=str(run.id),
        ),
        read,
        bars,
    )
    record_verdicts(connection, run, requests, verdicts)
    accepted = [bar for verdict in verdicts if verdict.accepted for bar in bars[verdict.symbol]]
    path = store / "accepted" / f"{origin_of(connection) or UNCLAIMED}-{run.id}.parquet"
    write_accepted(accepted, path)
    of_datasets = reports / "datasets"
    datasets = validate_datasets(connection, run, reports=of_datasets)
    docs = of_datasets if datasets else reports
    return Validation(str(path), verdicts, bars, known.held, datasets, docs)


def _read(connection: Connection[Any], run: Run, request: Request) -> list[StockBar]:
    try:
        return bars_of(request, read_body(str(request.path)))
    except (AlphaVantageError, FileNotFoundError) as error:
        _fail(connection, run, request, error)
        return []


def _read_actions(
    connection: Connection[Any], run: Run, request: Request, known: Mapping[str, KnownActions]
) -> dict[str, KnownActions]:
    """Read a body of actions, so that one that cannot be read fails now; return what is known with it."""
    try:
        listed = {action.effective_date: action.value for action in actions_of(request)}
    except (AlphaVantageError, FileNotFoundError) as error:
        _fail(connection, run, request, error)
        return {}
    before = known.get(request.symbol, KnownActions())
    if request.function != SPLITS:
        return {request.symbol: replace(before, dividends=listed)}
    through = request.final_through or before.splits_through
    return {request.symbol: replace(before, splits=listed, splits_through=through)}


def _fail(connection: Connection[Any], run: Run, request: Request, error: Exception) -> None:
    failed = replace(request, outcome="failed", kind=type(error).__name__, reason=str(error))
    record_request(connection, run, failed)


def _counting_discarded(
    verdicts: Sequence[Verdict], read: Mapping[str, list[StockBar]], bars: Mapping[str, list[StockBar]]
) -> list[Verdict]:
    """The verdicts with what was left out; a symbol of which nothing is left has one too."""
    nothing_left = [Verdict(symbol, 0) for symbol, came in read.items() if came and not bars[symbol]]
    counts = {symbol: (len(came), len(came) - len(bars[symbol])) for symbol, came in read.items()}
    return [
        replace(verdict, bars=counts[verdict.symbol][0], discarded=counts[verdict.symbol][1])
        for verdict in (*verdicts, *nothing_left)
    ]
