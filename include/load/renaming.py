"""A symbol's history under another name: for a ticker that is used again, or that the exchange changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from include.datasets.periods import SERIES, series_of
from include.exceptions import BadParameter
from include.load.views import refresh_views
from include.market.watchlist import read_symbols
from include.warehouse.statements import statement


@dataclass(frozen=True)
class Renamed:
    """How many rows moved, of those a person counts; ``periods`` are weekly and monthly bars."""

    bars: int
    replaced_bars: int
    actions: int
    quarantined: int
    periods: int = 0

    def __str__(self) -> str:
        """In words."""
        return (
            f"{self.bars} bars, {self.replaced_bars} replaced values, {self.actions} splits and dividends, "
            f"{self.quarantined} quarantined rows, {self.periods} weekly and monthly bars"
        )


def rename(connection: Connection[Any], old: str, new: str) -> Renamed:
    """Move all that is held of a symbol to another, which holds nothing: all of it, or nothing.

    Bars of days, weeks and months, their history, splits and dividends, quarantine and decisions, gaps and
    the audit of its requests move. Where the new name is no active ticker the symbol is an archive, never
    asked for and without gaps after its last bar; where it is one, its history goes on. Stored bodies keep
    the name they came under.

    :raises BadParameter: nothing is known of the one, something is of the other, a run of it is under way, or
        it cannot be a symbol.
    """
    from_, to = _symbol(old), _symbol(new)
    with connection.transaction():
        connection.execute("lock table stock_data, request, instrument, dataset in share row exclusive mode")
        if from_ == to or not _is_held(connection, from_):
            raise BadParameter(f"Nothing is held of {from_} that could move to {to}. Check OLD and NEW.")
        if _is_held(connection, to):
            raise BadParameter(
                f"{to} is known already, and two histories are never merged. Choose another name, "
                f"such as {from_}-OLD."
            )
        _refuse_under_way(connection, from_)
        with connection.cursor(row_factory=class_row(Renamed)) as cursor:
            moved = cursor.execute(statement("load/rename_symbol"), {"old": from_, "new": to}).fetchall()[0]
        connection.execute(statement("load/rename_audit"), {"old": from_, "new": to})
        periods = sum(_move_series(connection, name, from_, to) for name in SERIES)
        refresh_views(connection)
    return replace(moved, periods=periods)


def _refuse_under_way(connection: Connection[Any], symbol: str) -> None:
    """A run that loads later would bring the bars back under the old name."""
    series = {name: series_of(symbol, name).name for name in SERIES}
    found = connection.execute(statement("load/run_under_way"), {"symbol": symbol} | series).fetchone()
    if found:
        raise BadParameter(f"A run of {symbol} is under way: {found[1]} of {found[0]}. Wait for its end.")


def _move_series(connection: Connection[Any], name: str, old: str, new: str) -> int:
    """Move the weekly or the monthly bars; return how many there were."""
    before, after = series_of(old, name), series_of(new, name)
    names = {"old": before.name, "new": after.name, "symbol": new}
    connection.execute(statement("load/rename_dataset"), names)
    connection.execute(statement("load/rename_audit"), names)
    ((is_there,),) = connection.execute("select to_regclass(%s) is not null", [after.table]).fetchall()
    if not is_there:
        return 0
    move = sql.SQL("update {} set symbol = %s where symbol = %s").format(sql.Identifier(after.table))
    return connection.execute(move, [new, old]).rowcount


def _symbol(text: str) -> str:
    names = read_symbols([text])
    if len(names.symbols) != 1 or names.refused:
        why = "".join(f" {each.reason}" for each in names.refused[:1])
        raise BadParameter(f"{text!r} is not one symbol.{why} Write it like OLD=META NEW=META-2021.")
    return names.symbols[0]


def _is_held(connection: Connection[Any], symbol: str) -> bool:
    row = connection.execute(statement("load/symbol_is_held"), {"symbol": symbol}).fetchone()
    return bool(row and row[0])
