"""The load of a run: what it may bring in, symbols first, then each dataset with a table of its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Connection

from include.datasets.base import Dataset
from include.datasets.daily_bars import DAILY_BARS
from include.datasets.registry import DATASETS
from include.gate.accepted import one_type, read_accepted
from include.gate.batches import brought_by, fail
from include.load.daily_bars import load_bars, take_out
from include.load.lists import load_actions, load_listing
from include.load.merge import Loaded, all_held, alone, by_subject, count, merge, stage
from include.load.older import warn_of_older_rows
from include.load.tables import Misfit, prepare
from include.load.views import refresh_views
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Request, Run
from include.warehouse.statements import statement

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

log = logging.getLogger(__name__)

_NOT_STORABLE = (
    Misfit,
    FileNotFoundError,
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.ProgrammingError,
    psycopg.errors.ProgramLimitExceeded,
    psycopg.errors.TooManyColumns,
)

_Found = list[tuple[Dataset, Request]]


def load_run(
    connection: Connection[Any],
    run: Run,
    accepted: ObjectStoragePath,
    *,
    datasets: Sequence[Dataset] = DATASETS,
) -> list[Loaded]:
    """Load all that a run may: the listing, splits, dividends and bars, then the other datasets.

    What was discarded after the run was validated, or had entered before, leaves the table again. What is of
    symbols and the views are one transaction: whatever happens, the views never say anything else than the
    tables. A list that cannot be loaded fails alone; each other dataset enters whole or not at all, and keeps
    no other out.

    :param accepted: the folder of the accepted rows.
    :param datasets: those that are declared beside those of the watchlist.
    :raises OriginMismatch: a body is of another origin than the warehouse.
    """
    asked = "select symbol from verdict where pipeline_run_id = %s and accepted"
    names = {name for (name,) in connection.execute(asked, (run.id,))}
    brought = brought_by(connection, run, datasets)
    found = [(dataset, one) for dataset, one in brought if dataset.name_of(one.symbol) in names]
    symbols = _load_symbols(connection, run, accepted, [pair for pair in found if pair[0].subjects])
    groups: dict[str, _Found] = {}
    for dataset, request in found:
        if not dataset.subjects:
            groups.setdefault(dataset.group, []).append((dataset, request))
    others = [one for group in groups.values() for one in _load_group(connection, run, accepted, group)]
    if others:
        connection.execute(statement("warehouse/grant_readers"))
    return [*symbols, *others]


def _load_symbols(
    connection: Connection[Any], run: Run, accepted: ObjectStoragePath, found: _Found
) -> list[Loaded]:
    with connection.transaction():
        for origin in sorted({str(request.origin) for _, request in found}):
            claim_origin(connection, origin)
        _load_lists(connection, run, accepted, _of_table(found, "listing"))
        loaded: list[Loaded] = []
        actions = _load_lists(connection, run, accepted, _of_table(found, "corporate_action"))
        taken_out = take_out(connection, run, "undone")
        if bars := _of_table(found, DAILY_BARS.table):
            loaded = load_bars(connection, _rows(accepted, bars), run, now=run.now())
            _analyze_grown(connection, sum(one.new for one in loaded))
        taken_out += take_out(connection, run, "discarded")
        if actions or loaded or taken_out:
            refresh_views(connection)
    return loaded


def _analyze_grown(connection: Connection[Any], new: int) -> None:
    """Tell PostgreSQL's planner of tables that have grown by a tenth: autovacuum would after the run."""
    ((known,),) = connection.execute(statement("load/rows_known_to_planner")).fetchall()
    if new > known / 10:
        connection.execute("analyze stock_data, instrument, exchange_session, request, verdict")


def _load_lists(connection: Connection[Any], run: Run, accepted: ObjectStoragePath, lists: _Found) -> int:
    """Load lists of one table; where they cannot be, each by itself; return how many actions changed."""
    if not lists:
        return 0
    requests = [request for _, request in lists]
    try:
        with connection.transaction():
            rows = _rows(accepted, lists)
            if lists[0][0].table == "listing":
                load_listing(connection, requests, rows, run)
                return 0
            return load_actions(connection, requests, rows, run, now=run.now())
    except _NOT_STORABLE as error:
        if len(lists) == 1:
            fail(connection, run, requests[0], _explained(lists[0][0], error))
            return 0
    return sum(_load_lists(connection, run, accepted, [one]) for one in lists)


def _of_table(found: _Found, table: str) -> _Found:
    return [(dataset, request) for dataset, request in found if dataset.table == table]


def _rows(accepted: ObjectStoragePath, found: _Found) -> pa.Table:
    entering = [dataset.name_of(request.symbol) for dataset, request in found]
    tables = [read_accepted(accepted, name) for name in dict.fromkeys(dataset.group for dataset, _ in found)]
    rows = pa.concat_tables(one_type(tables))
    return rows.filter(pc.is_in(rows["of_subject"], pa.array(entering, pa.string())))


def _load_group(
    connection: Connection[Any], run: Run, accepted: ObjectStoragePath, group: _Found
) -> list[Loaded]:
    """Load datasets of one table and family; where they cannot be loaded together, each by itself."""
    try:
        with connection.transaction():
            loaded = _load_together(connection, run, accepted, group)
    except _NOT_STORABLE as error:
        if len(group) > 1:
            return [one for each in group for one in _load_group(connection, run, accepted, [each])]
        ((dataset, request),) = group
        fail(connection, run, request, _explained(dataset, error))
        return []
    log.info("%s", loaded)
    return loaded


def _load_together(
    connection: Connection[Any], run: Run, accepted: ObjectStoragePath, group: _Found
) -> list[Loaded]:
    dataset = group[0][0]
    alone(connection)
    for origin in sorted({str(request.origin) for _, request in group}):
        claim_origin(connection, origin)
    entering = _rows(accepted, group)
    if not entering.num_rows:
        return []
    rows = prepare(connection, dataset, entering)
    stage(connection, dataset.table, rows)
    merge(connection, dataset.table, dataset.key, rows, run, now=run.now(), day=dataset.day)
    warn_of_older_rows(connection, dataset, rows.column_names, run)
    return count(connection, all_held(by_subject(rows, dataset.day)), run)


def _explained(dataset: Dataset, error: Exception) -> Exception:
    if isinstance(error, FileNotFoundError):
        return FileNotFoundError(
            f"What the gate accepted of {dataset.name} is no longer in the store, so nothing of it was "
            "loaded. Nothing to do: the next run asks again."
        )
    if not isinstance(error, psycopg.Error):
        return error
    what = " ".join([error.diag.message_primary or str(error), *(error.diag.context or "").splitlines()[:1]])
    return Misfit(
        f"The table {dataset.table} cannot hold it: {what}. Compare the stored body with the table; if the "
        "body is right, alter the table."
    )
