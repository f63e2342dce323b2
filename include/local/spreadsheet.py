"""The text and the rows of a file that a spreadsheet wrote as CSV."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from include.local.settings import SettingsError
from include.market.symbols import unquoted

DELIMITERS = "\t;,"

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""Byte order marks and encodings; without a mark a file is UTF-8, or else Windows-1252."""

EXPORT = "Save it as CSV (UTF-8), and name that file."

Row = tuple[int, list[str]]
"""The number of a line, and its cells."""


def read_text(file: Path) -> str:
    """Return the text of a file, its lines ended by ``\\n``.

    :raises SettingsError: it cannot be opened, or is no text.
    """
    try:
        text = _decoded(file.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"FILE: {file} cannot be read as text ({error}). {EXPORT}") from error
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise SettingsError(f"FILE: {file} cannot be read as text (is it a workbook?). {EXPORT}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def rows_of(text: str, delimiter: str) -> list[Row]:
    """Return the rows of a text, their cells without the blanks and quotes around them.

    :raises csv.Error: it is no table.
    """
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    return [(reader.line_num, [_cell(cell) for cell in cells]) for cells in reader]


def delimiter_of(text: str) -> str:
    """Return what separates the cells of a text: what most of its lines have."""
    lines = text.splitlines()
    return max(DELIMITERS, key=lambda sign: sum(sign in line for line in lines))


def _decoded(content: bytes) -> str:
    encodings: Sequence[str] = [name for mark, name in MARKS.items() if content.startswith(mark)]
    if encodings:
        return content.decode(encodings[0])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _cell(text: str) -> str:
    """A cell such as ``="0700"`` is how an export keeps a text from becoming a number."""
    return unquoted(unquoted(text).removeprefix("="))
