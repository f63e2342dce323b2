"""A file of symbols: a spreadsheet's or broker's export, or one symbol a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from include.local.settings import SettingsError
from include.local.spreadsheet import DELIMITERS, EXPORT, Row, delimiter_of, read_text, rows_of
from include.market.symbols import printable
from include.market.watchlist import read_symbols

HEADINGS = (
    *("symbol", "symbols", "ticker", "tickers", "tickersymbol", "stocksymbol", "securitysymbol"),
    *("tradingsymbol", "instrumentsymbol", "symbolcusip", "symbole", "símbolo", "simbolo", "símbolos"),
    *("symbool", "kürzel", "epic", "instrument"),
)
"""Headings of a column of symbols, letters only; where a table has several, the first of these counts."""

HEADING_WITHIN = 30
"""Lines in which a heading is looked for: some exports begin with the account and the date."""

TOTALS = frozenset({"total", "totals", "subtotal", "grandtotal", "summe", "gesamt", "insgesamt", "totale"})

MOST_NAMED = 10
"""Things left out that are named; the rest is counted."""


@dataclass(frozen=True)
class SymbolFile:
    """The words a file has where symbols belong, and a sentence on what was left out, if anything was."""

    names: Sequence[str]
    left_out: str | None = None


def read_symbol_file(file: Path) -> SymbolFile:
    """Read the column under a heading such as Symbol; without one, the first cell of each line.

    Without a heading, what follows a ``#`` is a remark. A file may be a JSON list, too.

    :raises SettingsError: it is no text, or no table.
    """
    text = re.sub(r"\Asep=.(?=\n)", "", read_text(file))  # how Excel learns the delimiter
    if text.lstrip().startswith("["):
        return SymbolFile(read_symbols(text).names)
    try:
        return _under_heading(text) or _first_cells(re.sub(r"#.*", "", text))
    except csv.Error as error:
        raise SettingsError(f"FILE: {file} cannot be read as CSV ({error}). {EXPORT}") from error


def _under_heading(text: str) -> SymbolFile | None:
    tables = [rows_of(text, delimiter) for delimiter in DELIMITERS]
    found = [(rows, place) for rows in tables if (place := _place(rows))]
    if not found:
        return None
    rows, (heading, column) = max(found, key=lambda table: len(table[0][table[1][0]][1]))
    headings = rows[heading][1]
    names, left_out = _sorted(rows[heading + 1 :], column, headings[column])
    others = [name for position, name in enumerate(headings) if name and position != column]
    before = [_line_of(line, cells) for line, cells in rows[:heading] if any(cells)]
    columns = [f"the columns {', '.join(map(printable, others))}"] if others else []
    return SymbolFile(names, _sentence([*columns, *before, *left_out]))


def _place(rows: Sequence[Row]) -> tuple[int, int] | None:
    """Return where the heading is: its row and its column, both counted from 0."""
    for position, (_, cells) in enumerate(rows[:HEADING_WITHIN]):
        known = [(HEADINGS.index(_letters(cell)), at) for at, cell in enumerate(cells) if _is_heading(cell)]
        if known:
            return position, min(known)[1]
    return None


def _first_cells(text: str) -> SymbolFile:
    rows = rows_of(text, delimiter_of(text))
    names, left_out = _sorted([(line, cells[:1]) for line, cells in rows], 0, "")
    rest = [_line_of(line, cells[1:]) for line, cells in rows if cells[:1] != [""] and any(cells[1:])]
    sentence = _sentence([*left_out, *rest])
    why = "No column is headed Symbol or Ticker, so the first cell of each line is read."
    return SymbolFile(names, f"{why} {sentence}" if sentence else None)


def _sorted(rows: Iterable[Row], column: int, heading: str) -> tuple[list[str], list[str]]:
    """Return the words of a column, and what was left out: totals, remarks, and rows without a word there."""
    names, left_out = [], []
    for line, cells in rows:
        cell = cells[column] if column < len(cells) else ""
        if cell and not re.search(r"[\s,;]", cell) and _letters(cell) not in TOTALS:
            names += [cell] if cell != heading else []
        elif any(cells):
            left_out.append(_line_of(line, cells))
    return names, left_out


def _is_heading(cell: str) -> bool:
    return _letters(cell) in HEADINGS


def _letters(cell: str) -> str:
    return "".join(sign for sign in cell.casefold() if sign.isalpha())


def _line_of(line: int, cells: Iterable[str]) -> str:
    return f"line {line} ({printable(', '.join(filter(None, cells)))})"


def _sentence(parts: Sequence[str]) -> str | None:
    more = f" and {len(parts) - MOST_NAMED} more" if len(parts) > MOST_NAMED else ""
    return f"Left out: {', '.join(parts[:MOST_NAMED])}{more}." if parts else None
