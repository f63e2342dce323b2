"""Whole lists into the tables of what is known of symbols: splits, dividends, and the listing of all."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Connection

from include.datasets.corporate_actions import KINDS
from include.datasets.registry import dataset_of
from include.load.merge import all_held, by_subject, count, merge, stage
from include.load.older import warn_of_older_list
from include.market.listing import STATUSES
from include.warehouse.runs import Request, Run
from include.warehouse.statements import statement

log = logging.getLogger(__name__)

_Keys = Sequence[tuple[str, ...]]

ACTION_KEY = ("symbol", "kind", "effective_date")
ORIGIN_OF_ACTION = ("fetched_at", "path", "session_before")


def load_actions(
    connection: Connection[Any], requests: Sequence[Request], rows: pa.Table, run: Run, *, now: datetime
) -> int:
    """Load splits and dividends into ``corporate_action``; return how many changed.

    What the vendor lists otherwise now, or no longer, goes to ``corporate_action_history``; what is held of
    the day of a row that came and was refused stays. A response older than the one that was loaded last
    changes nothing. One set of statements for all lists.

    :param requests: whose lists these are: one without a row is a list, too.
    """
    # In the same order in each run: of two at once, one waits for the other, and never both.
    ordered = sorted(requests, key=lambda one: (one.symbol, one.function))
    kinds = [KINDS[one.function] for one in ordered]
    through = {"asked_through": [one.final_through for one in ordered]}
    checked = _check(connection, "corporate_action", ordered, kinds, through)
    about: dict[str, Any] = {"subjects": [one for one, _ in checked], "kinds": [kind for _, kind in checked]}
    of_list = {(one.symbol, str(KINDS[one.function])): _name(one) for one in ordered}
    about["names"] = [of_list[one, kind] for one, kind in checked]
    keys = {one: (one.symbol, str(KINDS[one.function])) for one in ordered}
    _warn_of_older(connection, run, "corporate_action", keys, checked)
    newest = _of(rows.drop_columns(["parts"]), [f"{subject} {kind}" for subject, kind in checked], ordered)
    stage(connection, "corporate_action", newest)
    withdrawn = connection.execute(statement("load/withdraw_actions"), about | {"run": run.id, "now": now})
    how: Any = {"history": "load/keep_replaced_actions", "not_compared": ORIGIN_OF_ACTION}
    merge(connection, "corporate_action", ACTION_KEY, newest, run, now=now, **how)
    ((steps,),) = connection.execute("select count(*) from row_step")
    count(connection, _counted(ordered, rows), run)
    return withdrawn.rowcount + int(steps)


def load_listing(connection: Connection[Any], requests: Sequence[Request], rows: pa.Table, run: Run) -> None:
    """Put the lists that a run brought in the place of those before, and mark what was delisted.

    What is held of a symbol whose row came and was refused stays. A body older than the one that was loaded
    last changes nothing.
    """
    checked = _check(connection, "listing", requests, [STATUSES[one.symbol] for one in requests], {})
    kinds = [status for (status,) in checked]
    keys = {one: (str(STATUSES[one.symbol]),) for one in requests}
    _warn_of_older(connection, run, "listing", keys, checked)
    newest = rows.filter(pc.is_in(rows["status"], pa.array(kinds, pa.string())))
    stage(connection, "listing", newest.drop_columns(["fetched_at"]))
    about = {"run": run.id, "names": list(map(_name, requests))}
    connection.execute(statement("load/replace_listing"), about | {"kinds": kinds})
    connection.execute(statement("load/count_listing"), about)
    connection.execute(statement("load/end_delistings"))
    for (symbol,) in connection.execute(statement("load/mark_delisted"), {"run": run.id}).fetchall():
        log.warning("%s: delisted", symbol)


def _check(
    connection: Connection[Any],
    table: str,
    requests: Sequence[Request],
    kinds: Sequence[str],
    more: dict[str, Any],
) -> list[tuple[str, ...]]:
    """Note these lists, and return which are the newest there are."""
    lists = {
        "subjects": [one.symbol for one in requests],
        "kinds": kinds,
        "paths": [one.path for one in requests],
        "fetched_at": [one.fetched_at for one in requests],
    }
    return connection.execute(statement(f"load/check_{table}"), lists | more).fetchall()


def _warn_of_older(
    connection: Connection[Any], run: Run, table: str, keys: Mapping[Request, tuple[str, ...]], newest: _Keys
) -> None:
    """Leave a warning on each list that is not among the newest."""
    for one, key in keys.items():
        if key not in newest:
            about = {"kind": key[-1], "of": one.symbol}
            ((fetched_at,),) = connection.execute(statement(f"load/newest_{table}"), about)
            warn_of_older_list(connection, run, _name(one), one, fetched_at)


def _counted(requests: Sequence[Request], rows: pa.Table) -> pa.Table:
    """What :func:`include.load.merge.count` counts; a list without a row has none."""
    counted = all_held(by_subject(rows, "effective_date"))
    with_rows = set(counted["of_subject"].to_pylist())
    empty = [name for name in map(_name, requests) if name not in with_rows]
    nothing = [{"of_subject": name, "rows": 0, "held": True} for name in empty]
    return pa.concat_tables([counted, pa.Table.from_pylist(nothing, counted.schema)])


def _name(request: Request) -> str:
    """What the verdict on a list stands under."""
    return dataset_of(request.symbol, request.function).name_of(request.symbol)


def _of(rows: pa.Table, newest: Sequence[str], requests: Sequence[Request]) -> pa.Table:
    """The rows of the newest lists, each with the path of its body."""
    paths = {f"{one.symbol} {KINDS[one.function]}": one.path for one in requests}
    names = pc.binary_join_element_wise(rows["symbol"], rows["kind"], " ")
    listed = rows.append_column("path", pa.array(map(paths.get, names.to_pylist()), pa.string()))
    return listed.filter(pc.is_in(names, pa.array(newest, pa.string())))
