"""Whose response it is: one that says it is of another symbol than the one asked for is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from airflow_provider_alphavantage.parsing.columns import NULLS
from airflow_provider_alphavantage.parsing.labels import column_name
from airflow_provider_alphavantage.parsing.tables import Table

_SAYS = ("symbol", "digital_currency_code")
_OTHER_NAMES = frozenset({"INDEX_DATA", "GOLD_SILVER_SPOT", "GOLD_SILVER_HISTORY"})
"""These may call what was asked for by another of its names: gold is ``GOLD`` and ``XAU``."""


def other_symbol(table: Table, function: str, family: str, asked: str) -> str | None:
    """Return the symbol that a body is of, if that is plainly none of those asked for.

    Case and punctuation tell no symbols apart. A column counts where it holds one symbol; if several were
    asked for, where it holds none of them. The holdings of a fund are no symbols of the body.

    :param asked: a symbol, or several with commas.
    """
    wanted = set(map(_letters, asked.split(","))) - {""}
    if not wanted or function in _OTHER_NAMES or family == "profile":
        return None
    for said in _said(table):
        plain = {_letters(symbol) for symbol in said} - {""}
        if plain and plain.isdisjoint(wanted) and (len(plain) == 1 or len(wanted) > 1):
            return min(said)
    return None


def _said(table: Table) -> Iterator[set[str]]:
    """The symbols in each place that says one."""
    for name in _SAYS:
        if name in table.meta:
            yield _texts([table.meta[name]])
    for label, cells in zip(table.header, table.columns, strict=True):
        if column_name(label) == "symbol":
            yield _texts(cells)


def _texts(cells: Any) -> set[str]:
    distinct = cells.unique().to_pylist() if hasattr(cells, "unique") else set(cells)
    return {str(cell).strip() for cell in distinct if cell not in NULLS}


def _letters(symbol: str) -> str:
    return re.sub(r"[\W_]", "", symbol).upper()
