"""Accepted bars into ``stock_data``, what they replace into its history."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Connection

from include.load.copying import copy_rows
from include.load.merge import Loaded, alone, by_subject, count, stage
from include.warehouse.runs import Run
from include.warehouse.statements import statement

log = logging.getLogger(__name__)


def load_bars(connection: Connection[Any], bars: pa.Table, run: Run, *, now: datetime) -> list[Loaded]:
    """Merge accepted bars into ``stock_data`` and tell for each symbol what was new.

    One transaction, and one load at a time: all of it enters or nothing. Loading the same bars
    again changes nothing and writes no row of ``stock_data``; what is told then is still what the
    run has loaded since it was judged. A value that is replaced goes into ``stock_data_history``
    with the time it stood, from one load's ``now`` to the next one's.

    :param bars: as :func:`include.gate.accepted.accepted_of` makes them.
    """
    with connection.transaction():
        alone(connection)
        symbols = _with_held(connection, by_subject(bars, "data_date"))
        # In this order the unique index grows at its ends and stays small.
        rows = _with_plain_volume(bars).sort_by([("symbol", "ascending"), ("data_date", "ascending")])
        held = pc.is_in(rows["symbol"], symbols.filter(symbols["held"])["of_subject"])
        _merge(connection, rows.filter(held), run, now)
        # Of a symbol that holds no row every bar is new: there is nothing to compare it with.
        copy_rows(connection, "stock_data", _as_new(rows.filter(pc.invert(held)), now))
        return count(connection, symbols, run)


def _with_plain_volume(bars: pa.Table) -> pa.Table:
    """The bars with each volume as it is written: a fraction in one gives the others no places."""
    place, volume = bars.column_names.index("volume"), bars["volume"]
    if pa.types.is_decimal(volume.type) and volume.type.scale > 0:
        texts = volume.cast(pa.decimal128(38, 6)).cast(pa.string())
        volume = pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".")
    return bars.set_column(place, "volume", volume)


def take_out(connection: Connection[Any], run: Run, which: Literal["discarded", "undone"]) -> int:
    """Move bars of the run's symbols out of ``stock_data`` into its history; return how many they were.

    :param which: those that are discarded; or those whose release was undone, before what the run may load.
    """
    about = {"run": run.id, "symbols": run.symbols, "now": run.now(), "which": which}
    taken_out = connection.execute(statement("load/take_out_bars"), about).fetchall()
    for symbol, session in taken_out:
        log.warning("%s %s: %s, so taken out of stock_data; its history keeps it.", symbol, session, which)
    return len(taken_out)


def _with_held(connection: Connection[Any], symbols: pa.Table) -> pa.Table:
    """The symbols, and whether each holds any row."""
    asked = {"symbols": symbols["of_subject"].to_pylist()}
    held = [row[0] for row in connection.execute(statement("load/held_symbols"), asked)]
    return symbols.append_column("held", pc.is_in(symbols["of_subject"], pa.array(held, pa.string())))


def _as_new(rows: pa.Table, now: datetime) -> pa.Table:
    """Rows of ``stock_data`` that nobody held before."""
    moment = now.isoformat()
    final_from = pc.if_else(rows["is_final"], moment, pa.scalar(None, pa.string()))
    valid_from = pa.repeat(moment, rows.num_rows)
    new = rows.drop_columns(["of_subject"]).append_column("valid_from", valid_from)
    return new.append_column("final_from", final_from)


def _merge(connection: Connection[Any], rows: pa.Table, run: Run, now: datetime) -> None:
    """Compare rows with those held, and write what differs."""
    stage(connection, "stock_data", rows)
    sessions = pc.min_max(rows["data_date"])
    first_and_last = {"first": sessions["min"].as_py(), "last": sessions["max"].as_py()}
    connection.execute(statement("load/compare_bars"), first_and_last)
    for step in ("keep_replaced_bars", "change_bars", "finish_bars", "add_bars"):
        connection.execute(statement(f"load/{step}"), {"run": run.id, "now": now})
