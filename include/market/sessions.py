"""Sessions of an exchange (ISO 10383 code): trading days, as its calendar has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

COMPACT = 100
"""Sessions in a ``compact`` body: what leaves this window is out of a free key's reach."""

FIRST_DAY = "1990-01-01"
"""Calendars open here; the library's own default is the last twenty years."""

_KNOWN_SINCE = {"XBOM": "1997-01-01", "XSHG": "1990-12-03"}
"""Where the library knows the holidays only from a later day on."""


@dataclass(frozen=True)
class Window:
    """The last 100 sessions that have closed, oldest first, and when the newest of them closed."""

    sessions: Sequence[date]
    closed_at: datetime


@lru_cache
def calendar(exchange: str) -> Any:
    """Return the calendar of an exchange. It ends a year from today, or where its holidays are not known."""
    import exchange_calendars

    return exchange_calendars.get_calendar(exchange, start=_KNOWN_SINCE.get(exchange, FIRST_DAY))


def last_day(exchange: str) -> date:
    """Return the last session its calendar has; what is due after it cannot be told."""
    session: date = calendar(exchange).last_session.date()
    return session


def last_closed_session(exchange: str, now: datetime) -> date:
    """Return the newest session whose close is not after ``now`` (an aware datetime)."""
    return _last_not_after(exchange, calendar(exchange).closes_nanos, now)


def last_session_begun(exchange: str, now: datetime) -> date:
    """Return the newest session whose open is not after ``now`` (an aware datetime)."""
    return _last_not_after(exchange, calendar(exchange).opens_nanos, now)


def next_to_close(exchange: str, now: datetime) -> date:
    """Return the first session that has not closed by ``now`` (an aware datetime)."""
    import pandas as pd

    closed = pd.Timestamp(last_closed_session(exchange, now))
    session: date = calendar(exchange).next_session(closed).date()
    return session


def session_before(exchange: str, day: date) -> date:
    """Return the newest session before a day, which need not be one itself.

    Before the calendar begins, where no bar can be held, it is the day before.
    """
    (before,) = sessions_before(exchange, [day])
    return before


def sessions_before(exchange: str, days: Sequence[date]) -> list[date]:
    """Return of each day what :func:`session_before` does, by one search; of the first day, itself."""
    import numpy as np

    sessions = calendar(exchange).sessions.to_numpy().astype("datetime64[D]")
    wanted = np.array(days, dtype="datetime64[D]")
    positions = sessions.searchsorted(wanted) - 1
    day_before = np.maximum(wanted - 1, np.datetime64(date.min))
    before: list[date] = np.where(positions >= 0, sessions[positions], day_before).tolist()
    return before


def sessions_between(exchange: str, first: date, last: date) -> frozenset[date]:
    """Return the sessions from ``first`` to ``last``, both included."""
    import pandas as pd

    sessions = calendar(exchange).sessions
    held = sessions[(sessions >= pd.Timestamp(first)) & (sessions <= pd.Timestamp(last))]
    return frozenset(session.date() for session in held)


def sessions_until(exchange: str, last: date, count: int) -> list[date]:
    """Return the ``count`` sessions that end with ``last``, oldest first."""
    import pandas as pd

    window = calendar(exchange).sessions_window(pd.Timestamp(last), -count)
    return [session.date() for session in window]


def window_of(exchange: str, now: datetime) -> list[date]:
    """Return the last 100 sessions that have closed, oldest first, which ``compact`` answers."""
    return sessions_until(exchange, last_closed_session(exchange, now), COMPACT)


def close_of(exchange: str, session: date) -> datetime:
    """Return when a session closes (UTC)."""
    import pandas as pd

    closes: datetime = calendar(exchange).session_close(pd.Timestamp(session)).to_pydatetime()
    return closes


def opens_and_closes(exchange: str) -> list[tuple[date, datetime, datetime]]:
    """Return every session of the calendar with its open and its close (UTC), oldest first."""
    import pandas as pd

    held = calendar(exchange)
    opens = pd.to_datetime(held.opens_nanos, utc=True).to_pydatetime()
    closes = pd.to_datetime(held.closes_nanos, utc=True).to_pydatetime()
    days = [session.date() for session in held.sessions]
    return list(zip(days, opens, closes, strict=True))


def _last_not_after(exchange: str, moments: Any, now: datetime) -> date:
    """``moments``: an array of nanoseconds since 1970 (UTC), one for each session."""
    import pandas as pd

    position = int(moments.searchsorted(pd.Timestamp(now).as_unit("ns").value, side="right")) - 1
    session: date = calendar(exchange).sessions[position].date()
    return session


def window_at(exchange: str, now: datetime) -> Window:
    """Return the last 100 sessions that have closed at a moment."""
    sessions = window_of(exchange, now)
    return Window(sessions, close_of(exchange, sessions[-1]))
