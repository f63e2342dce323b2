"""Sessions of the exchange: trading days, as its calendar has them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

EXCHANGE = "XNYS"
FIRST_DAY = "1990-01-01"
"""Calendars open here; the library's own default is the last twenty years."""


@lru_cache
def calendar(exchange: str = EXCHANGE) -> Any:
    """Return the calendar of an exchange (ISO 10383 code)."""
    import exchange_calendars

    return exchange_calendars.get_calendar(exchange, start=FIRST_DAY)


def last_closed_session(now: datetime) -> date:
    """Return the newest session whose close is not after ``now`` (an aware datetime)."""
    return _last_not_after(calendar().closes_nanos, now)


def last_session_begun(now: datetime) -> date:
    """Return the newest session whose open is not after ``now`` (an aware datetime)."""
    return _last_not_after(calendar().opens_nanos, now)


def session_before(day: date) -> date:
    """Return the newest session before a day, which need not be one itself.

    Before the calendar begins, where no bar can be held, it is the day before.
    """
    import pandas as pd

    sessions = calendar().sessions
    position = int(sessions.searchsorted(pd.Timestamp(day))) - 1
    before: date = sessions[position].date() if position >= 0 else day - timedelta(days=1)
    return before


def sessions_between(first: date, last: date) -> frozenset[date]:
    """Return the sessions from ``first`` to ``last``, both included."""
    import pandas as pd

    sessions = calendar().sessions
    held = sessions[(sessions >= pd.Timestamp(first)) & (sessions <= pd.Timestamp(last))]
    return frozenset(session.date() for session in held)


def sessions_until(last: date, count: int) -> list[date]:
    """Return the ``count`` sessions that end with ``last``, oldest first."""
    import pandas as pd

    window = calendar().sessions_window(pd.Timestamp(last), -count)
    return [session.date() for session in window]


def close_of(session: date, exchange: str = EXCHANGE) -> datetime:
    """Return when a session closes (UTC)."""
    import pandas as pd

    closes: datetime = calendar(exchange).session_close(pd.Timestamp(session)).to_pydatetime()
    return closes


def opens_and_closes(exchange: str = EXCHANGE) -> list[tuple[date, datetime, datetime]]:
    """Return every session of the calendar with its open and its close (UTC), oldest first."""
    import pandas as pd

    held = calendar(exchange)
    opens = pd.to_datetime(held.opens_nanos, utc=True).to_pydatetime()
    closes = pd.to_datetime(held.closes_nanos, utc=True).to_pydatetime()
    days = [session.date() for session in held.sessions]
    return list(zip(days, opens, closes, strict=True))


def _last_not_after(moments: Any, now: datetime) -> date:
    """``moments``: an array of nanoseconds since 1970 (UTC), one for each session."""
    import pandas as pd

    position = int(moments.searchsorted(pd.Timestamp(now).as_unit("ns").value, side="right")) - 1
    session: date = calendar().sessions[position].date()
    return session
