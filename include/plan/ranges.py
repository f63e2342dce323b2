"""What of a range of sessions is not held, and which request would bring it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from include.exceptions import BadParameter
from include.market.sessions import COMPACT, FIRST_DAY, Window
from include.plan.needs import Held, Need, PlannedRequest, needs_of
from include.settings import DAILY
from include.warehouse.statements import statement


@dataclass(frozen=True)
class Range:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Lacking:
    """What a symbol lacks of a range; only sessions that have closed count.

    :param sessions: how many the range has.
    :param missing: how many of them are not held, or not as final bars.
    :param recent: the missing ones among the last 100, which ``compact`` answers.
    :param older: the missing ones before, without those that are missing in the vendor's whole history, too.
    :param first_older: the first of these, and ``last_older`` the last.
    """

    symbol: str
    sessions: int
    missing: int
    recent: int
    older: int
    first_older: date | None
    last_older: date | None


def read_range(first: str | None, last: str | None, now: datetime) -> Range:
    """Return the range that two parameters name (ISO 8601); an end that is empty is as far as there is any.

    :raises BadParameter: one is not a date, or the range has no day that has begun.
    """
    today = now.astimezone(UTC).date()
    asked = Range(_day("from", first) or date.fromisoformat(FIRST_DAY), _day("to", last) or today)
    if asked.first > min(asked.last, today):
        raise BadParameter(
            f"The range from {asked.first} to {asked.last} has no day up to {today}: mend 'from' and 'to'."
        )
    return asked


def lacking_of(
    connection: Connection[Any], exchange: str, symbols: Sequence[str], asked: Range, window: Window
) -> list[Lacking]:
    """Return what each of these symbols of one exchange lacks of a range, in their order."""
    about = {
        "exchange": exchange,
        "symbols": list(symbols),
        "first": asked.first,
        "last": min(asked.last, window.sessions[-1]),
        "since": window.sessions[0],
    }
    with connection.cursor(row_factory=class_row(Lacking)) as cursor:
        return cursor.execute(statement("plan/lacking_of_range"), about).fetchall()


def needs_of_range(
    lacking: Lacking, held: Held, window: Window, *, now: datetime, premium: bool
) -> list[Need]:
    """Return what would bring news of a range, and the splits and dividends that go with its bars.

    :param premium: the key may ask for ``full``, which brings the whole history in one call.
    """
    needs = needs_of(held, window, now=now, premium=premium)
    bars = [need for need in needs if need.request.function == DAILY and lacking.recent]
    if premium and lacking.older:
        reason = f"{lacking.older} sessions from {lacking.first_older} to {lacking.last_older} are not held"
        bars = [Need("bars", PlannedRequest(held.symbol, "full", DAILY, reason), 0)]
    actions = [need for need in needs if need.request.function != DAILY]
    return [*bars, *actions] if bars or held.newest else []


def told(lacking: Lacking, *, premium: bool) -> str:
    """Say how much of a range is held, and of the rest why it is not and what to do."""
    held = f"{lacking.symbol}: {lacking.sessions - lacking.missing} of {lacking.sessions} sessions are held"
    absent = lacking.missing - lacking.recent - lacking.older
    rest = [
        f"{absent} are in no body of the vendor's" if absent else "",
        f"{lacking.recent} of the last {COMPACT} are missing, see the table gap" if lacking.recent else "",
        _older(lacking, premium) if lacking.older else "",
    ]
    return f"{'; '.join([held, *filter(None, rest)])}."


def _older(lacking: Lacking, premium: bool) -> str:
    which = f"{lacking.older} from {lacking.first_older} to {lacking.last_older}"
    if premium:
        return f"{which} are not brought yet, run this again"
    return (
        f"{which} cannot be had as daily bars with this key: what is older than the last {COMPACT} sessions "
        "needs outputsize=full, which is premium; weekly and monthly bars reach back on any key, see the DAG "
        "stock_data_periods"
    )


def _day(name: str, given: str | None) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise BadParameter(f"The parameter {name!r} is {given!r}; give a day such as 2025-12-31.") from None
