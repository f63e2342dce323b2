"""A column of a dataset whose meaning and kind are declared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "text", "date", "time"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    :param kind: ``number`` is exact (``numeric``), ``date`` a day, ``time`` a moment (``timestamptz``).
    :param says: what it means and in which unit: the comment of the column in the warehouse.
    """

    name: str
    kind: Kind
    says: str


def numbers(names: str, unit: str) -> tuple[Column, ...]:
    """Return columns of numbers in one unit; each means what its name says.

    :param names: separated by blanks.
    """
    return tuple(Column(name, "number", f"{_words(name)}, {unit}.") for name in names.split())


def texts(names: str) -> tuple[Column, ...]:
    """Return columns of texts, each of which means what its name says."""
    return tuple(Column(name, "text", f"{_words(name)}.") for name in names.split())


def dates(names: str) -> tuple[Column, ...]:
    """Return columns of days, each of which means what its name says."""
    return tuple(Column(name, "date", f"{_words(name)}.") for name in names.split())


def named(columns: Iterable[Column]) -> dict[str, Column]:
    """Return columns by name."""
    return {column.name: column for column in columns}


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
