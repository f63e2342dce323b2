"""A rule of the gate: what it demands, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

PRICES = ("open", "high", "low", "close")

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")


@dataclass(frozen=True)
class Rule:
    """One rule: a Great Expectations expectation, and what it means in a sentence.

    A broken ``critical`` rule refuses the symbol's batch; a ``warning`` is told and loads; an ``info`` is
    kept in the table ``broken_rule`` and the report, and told nowhere else. A person may release a row that
    breaks a critical rule, unless the table could not hold it: then not ``releasable``.

    :param expectation: one of Great Expectations by its name, or one of ours as ``module:class``.
    :param arguments: what it is called with.
    :param tells: what is told of a row that breaks it; columns of the frame stand in braces. Where it is
        empty, the values of the row are told.
    :param about: whether it is about each bar, or, on its newest bar, about the whole symbol. A bar that
        comes again as it is held breaks no rule about bars.
    :param keeps_out: what it keeps out if it is critical, where that is not what the dataset says.
    :param one_of: rows that break it are rows of one key: a person may choose one of them.
    """

    name: str
    says: str
    expectation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "critical"
    releasable: bool = True
    tells: str = ""
    about: Literal["bar", "symbol"] = "bar"
    keeps_out: Literal["row", "batch"] | None = None
    one_of: bool = False


def present(column: str) -> Rule:
    """The column has a value in every row."""
    return Rule(
        f"{column}_present",
        f"{column} is not null.",
        "ExpectColumnValuesToNotBeNull",
        {"column": column},
        releasable=False,
    )


def positive(column: str) -> Rule:
    """No value of the column is zero or less."""
    return Rule(
        f"{column}_positive",
        f"{column} is more than zero.",
        "ExpectColumnValuesToBeBetween",
        {"column": column, "min_value": 0, "strict_min": True},
    )


def not_negative(column: str) -> Rule:
    """No value of the column is below zero."""
    return Rule(
        f"{column}_not_negative",
        f"{column} is zero or more.",
        "ExpectColumnValuesToBeBetween",
        {"column": column, "min_value": 0},
    )


def ordered(lower: str, upper: str) -> Rule:
    """Where a row has both values, the one is not above the other."""
    return Rule(
        f"{lower}_not_above_{upper}",
        f"{lower} is not above {upper}.",
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {
            "column_A": upper,
            "column_B": lower,
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    )


def between(column: str, least: float, most: float) -> Rule:
    """The column is within bounds, where it has a value."""
    return Rule(
        f"{column}_within_bounds",
        f"{column} is between {least} and {most}, where there is one.",
        "ExpectColumnValuesToBeBetween",
        {"column": column, "min_value": least, "max_value": most},
    )


def counted_once(tells: str) -> Rule:
    """No row comes more than once; one that does counts once."""
    return Rule(
        "counted_once",
        "A row comes once.",
        "ExpectColumnValuesToBeBetween",
        {"column": "times", "max_value": 1},
        severity="warning",
        tells=tells,
    )


READABLE = Rule(
    "readable",
    "Each cell has the form of its column.",
    "",
    releasable=False,
)
"""Checked where a body is read and not by an expectation: a row that breaks it has no values to look at."""

PRICE_RULES = (
    *(present(column) for column in PRICES),
    *(positive(column) for column in PRICES),
    *(ordered("low", column) for column in ("open", "close")),
    *(ordered(column, "high") for column in ("open", "close")),
)
"""What open, high, low and close have to keep, whatever is traded."""
