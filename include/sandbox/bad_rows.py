"""What is wrong with rows on request: one of a series breaks a rule, or a list lacks its last ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from include.sandbox import periods
from include.sandbox.faults import Fault, Rule
from include.sandbox.series import Row


def break_rule(rows: list[Row], rule: Rule, columns: Sequence[str]) -> list[Row]:
    """The same rows, one of them wrong in the way asked for; the newest, save for the weekend.

    :param columns: what the values of a row are.
    """
    if not rows:
        return rows
    (stamp, values), rest = rows[0], rows[1:]
    opens, _, low, close, *others = values
    match rule:
        case "negative_price":
            return [(stamp, (opens, values[1], "-1.0000", close, *others)), *rest]
        case "high_below_low":
            below = str(Decimal(str(low)) - Decimal("0.0100"))
            return [(stamp, (opens, below, low, close, *others)), *rest]
        case "null":
            return [(stamp, (opens, values[1], low, None, *others)), *rest]
        case "duplicate_session":
            return [rows[0], (stamp, (opens, values[1], low, opens, *others)), *rest]
        case "repeated_row":
            return [rows[0], *rows]
        case "fractional_volume" | "grouped_volume":
            return [(stamp, _with_odd_volume(values, rule, columns)), *rest]
        case "future_date":
            return [((date.fromisoformat(stamp) + timedelta(days=7)).isoformat(), values), *rest]
        case "weekend_date":
            return _move_to_sunday(rows)


def cut_short(rows: list[dict[str, str]], events: Iterable[Fault]) -> list[dict[str, str]]:
    """The rows of a list that are left, its first ones: the last are the oldest actions, or symbols."""
    kept = [event.keep for event in events if event.keep is not None]
    return rows[: min(kept)] if kept else rows


def _with_odd_volume(
    values: tuple[str | None, ...], rule: Rule, columns: Sequence[str]
) -> tuple[str | None, ...]:
    """The values with a volume such as ``6154450.5``, or ``6,154,450``."""
    place = columns.index("volume")
    volume = f"{values[place]}.5" if rule == "fractional_volume" else f"{int(str(values[place])):,}"
    return (*values[:place], volume, *values[place + 1 :])


def _move_to_sunday(rows: list[Row]) -> list[Row]:
    """The newest first session of a week is dated one Sunday too early; the order still holds."""
    days = [date.fromisoformat(stamp) for stamp, _ in rows]
    index = next(
        (i for i, (day, older) in enumerate(pairwise(days)) if _weeks_differ(day, older)),
        0,
    )
    sunday = days[index] - timedelta(days=days[index].weekday() + 1)
    return [*rows[:index], (sunday.isoformat(), rows[index][1]), *rows[index + 1 :]]


def _weeks_differ(day: date, older: date) -> bool:
    return periods.week(day) != periods.week(older)
