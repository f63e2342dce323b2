"""The load: accepted bars into ``stock_data``, what they replace into its history; whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Connection
from psycopg.rows import class_row

from include.load.copying import copy_rows
from include.load.corporate_actions import load_actions
from include.load.datasets import load_datasets
from include.load.listing import load_listing
from include.load.loaded import LOAD_LOCK, Loaded
from include.load.views import refresh_views
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Run
from include.warehouse.statements import statement

log = logging.getLogger(__name__)


def load_run(connection: Connection[Any], bars: pa.Table, run: Run) -> list[Loaded]:
    """Load all that a run fetched: bars, actions and the listing, then datasets with tables of their own.

    What was discarded after the run was validated, or had entered before, leaves the table again. The bars
    and the views are one transaction: whatever happens, the views never say anything else than the table.
    """
    with connection.transaction():
        load_listing(connection, run)
        actions = load_actions(connection, run, now=run.now())
        loaded = load(connection, bars, run, now=run.now())
        taken_out = take_out_discarded(connection, run)
        if actions or loaded or taken_out:
            refresh_views(connection)
    return [*loaded, *load_datasets(connection, run, now=run.now())]


def load(connection: Connection[Any], bars: pa.Table, run: Run, *, now: datetime) -> list[Loaded]:
    """Merge accepted bars into ``stock_data`` and tell for each symbol what was new.

    One transaction, and one load at a time: all of it enters or nothing. Loading the same bars
    again changes nothing and writes no row of ``stock_data``; what is told then is still what the
    run has loaded since it was judged. A value that is replaced goes into ``stock_data_history``
    with the time it stood, from one load's ``now`` to the next one's.

    :param bars: as :func:`include.gate.accepted.table_of` makes them.
    :raises OriginMismatch: the bars are of another origin than the warehouse.
    """
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (LOAD_LOCK,))
        for origin in sorted(bars["origin"].unique().to_pylist()):
            claim_origin(connection, origin)
        symbols = _by_symbol(connection, bars)
        # In this order the unique index grows at its ends and stays small.
        rows = _rows(bars.sort_by([("symbol", "ascending"), ("data_date", "ascending")]))
        held = pc.is_in(rows["symbol"], symbols.filter(symbols["held"])["symbol"])
        _merge(connection, rows.filter(held), run, now)
        # Of a symbol that holds no row every bar is new: there is nothing to compare it with.
        copy_rows(connection, "stock_data", _as_new(rows.filter(pc.invert(held)), now))
        return _count(connection, symbols, run)


def take_out_discarded(connection: Connection[Any], run: Run) -> int:
    """Move bars of the run's symbols that stand in ``stock_data`` although they are discarded to its history.

    So a release can be taken back. Return how many they were.
    """
    about = {"run": run.id, "symbols": run.symbols, "now": run.now()}
    taken_out = connection.execute(statement("load/take_out_discarded"), about).fetchall()
    for symbol, session in taken_out:
        log.warning("%s %s: discarded, so taken out of stock_data; its history keeps it.", symbol, session)
    return len(taken_out)


def _by_symbol(connection: Connection[Any], bars: pa.Table) -> pa.Table:
    """Each symbol of the load: its bars, their first and last session, and whether it holds any row."""
    counted = bars.group_by("symbol").aggregate([
        ("data_date", "count"),
        ("data_date", "min"),
        ("data_date", "max"),
    ])
    symbols = counted.rename_columns(["symbol", "bars", "first_session", "last_session"])
    asked = {"symbols": symbols["symbol"].to_pylist()}
    held = [row[0] for row in connection.execute(statement("load/held_symbols"), asked)]
    return symbols.append_column("held", pc.is_in(symbols["symbol"], pa.array(held, pa.string())))


def _rows(bars: pa.Table) -> pa.Table:
    """The columns that both tables have."""
    # Without its zone, and marked as UTC: with it, Arrow looks the zone up on the machine for every row.
    moments = bars["fetched_at"].cast(pa.timestamp("us")).cast(pa.string())
    fetched_at = pc.binary_join_element_wise(moments, "Z", "")
    return bars.drop_columns(["origin", "fetched_at"]).append_column("fetched_at", fetched_at)


def _as_new(rows: pa.Table, now: datetime) -> pa.Table:
    """Rows of ``stock_data`` that nobody held before."""
    moment = now.isoformat()
    final_from = pc.if_else(rows["is_final"], moment, pa.scalar(None, pa.string()))
    valid_from = pa.repeat(moment, rows.num_rows)
    return rows.append_column("valid_from", valid_from).append_column("final_from", final_from)


def _merge(connection: Connection[Any], rows: pa.Table, run: Run, now: datetime) -> None:
    """Compare rows with those held, and write what differs."""
    connection.execute(statement("load/stage_bars"))
    copy_rows(connection, "staged_bar", rows)
    connection.execute("analyze staged_bar (symbol, data_date)")
    sessions = pc.min_max(rows["data_date"])
    first_and_last = {"first": sessions["min"].as_py(), "last": sessions["max"].as_py()}
    connection.execute(statement("load/compare_bars"), first_and_last)
    for step in ("keep_replaced_bars", "change_bars", "finish_bars", "add_bars"):
        connection.execute(statement(f"load/{step}"), {"run": run.id, "now": now})


def _count(connection: Connection[Any], symbols: pa.Table, run: Run) -> list[Loaded]:
    """Write what the load did into the verdicts, and return it."""
    about: Mapping[str, Any] = symbols.to_pydict() | {"run": run.id}
    with connection.cursor(row_factory=class_row(Loaded)) as cursor:
        counts = cursor.execute(statement("load/count_bars"), about).fetchall()
    return sorted(counts, key=lambda loaded: loaded.symbol)
