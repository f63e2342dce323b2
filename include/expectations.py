"""The rules a daily bar has to keep, as data: add one here and the gate, the report and the quarantine
know it.

The frame they are checked on has one row for each bar: ``symbol``, ``data_date`` (text, ISO 8601),
``open``, ``high``, ``low``, ``close``, ``volume`` as floats (exact enough to compare, never stored),
``is_session`` (the exchange traded that day), ``has_begun`` (by the run's clock),
``is_storable`` (the exact values fit their columns),
``volume_ratio`` (volume against the median of the symbol's 20 sessions before; null where there
are fewer) and
``step`` (the open against the close of the bar before; null where a split is known in between, or where
the splits were asked for since and there is none).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

PRICES = ("open", "high", "low", "close")

USUAL_STEP = (0.76, 1.32)
"""The least and the most a session usually opens at, as a multiple of the close before. Beyond lie splits
from four for three on, and the rarest of days."""


@dataclass(frozen=True)
class Rule:
    """One rule: a Great Expectations expectation by name, and what it means in a sentence.

    A broken ``critical`` rule refuses the symbol's batch; a ``warning`` is told and loads. A person may
    release a row that breaks a rule, unless the table could not hold it: then not ``releasable``.
    """

    name: str
    says: str
    expectation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    severity: Literal["critical", "warning", "info"] = "critical"
    releasable: bool = True


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


DAILY_BAR_RULES: tuple[Rule, ...] = (
    *(present(column) for column in (*PRICES, "volume")),
    *(positive(column) for column in PRICES),
    Rule(
        "volume_not_negative",
        "Volume is zero or more.",
        "ExpectColumnValuesToBeBetween",
        {"column": "volume", "min_value": 0},
    ),
    ordered("low", "open"),
    ordered("low", "close"),
    ordered("open", "high"),
    ordered("close", "high"),
    Rule(
        "is_a_session",
        "The exchange was open on that day.",
        "ExpectColumnValuesToBeInSet",
        {"column": "is_session", "value_set": [True]},
    ),
    Rule(
        "not_in_the_future",
        "The session has begun by the run's clock.",
        "ExpectColumnValuesToBeInSet",
        {"column": "has_begun", "value_set": [True]},
    ),
    Rule(
        "storable",
        "Prices have at most 12 digits before the point and 6 after it, volume at most 18.",
        "ExpectColumnValuesToBeInSet",
        {"column": "is_storable", "value_set": [True]},
        releasable=False,
    ),
    Rule(
        "one_bar_a_session",
        "A symbol has one bar for each session.",
        "ExpectCompoundColumnsToBeUnique",
        {"column_list": ["symbol", "data_date"]},
        releasable=False,
    ),
    Rule(
        "usual_volume",
        "Volume is between a tenth of the median of the 20 sessions before and ten times it.",
        "ExpectColumnValuesToBeBetween",
        {"column": "volume_ratio", "min_value": 0.1, "max_value": 10},
        severity="warning",
    ),
    Rule(
        "unlike_a_split",
        "It opens at three quarters to four thirds of the close before, unless a split is known.",
        "ExpectColumnValuesToBeBetween",
        {"column": "step", "min_value": USUAL_STEP[0], "max_value": USUAL_STEP[1]},
        severity="warning",
    ),
)
