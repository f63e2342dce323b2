"""The sessions of the New York Stock Exchange, with the instants they open and close."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime

FIRST_SESSION = date(1999, 11, 1)
LAST_DAY = date(2035, 12, 31)


@dataclass(frozen=True)
class Sessions:
    """Sessions in order; the three tuples run side by side."""

    dates: tuple[date, ...]
    opens: tuple[datetime, ...]
    closes: tuple[datetime, ...]

    def closed_by(self, now: datetime) -> int:
        """How many sessions have closed."""
        return bisect_right(self.closes, now)

    def running(self, now: datetime) -> int | None:
        """The index of the session that is open, if one is."""
        index = self.closed_by(now)
        return index if index < len(self.opens) and self.opens[index] <= now else None

    def on_or_after(self, day: date) -> int:
        return bisect_left(self.dates, day)


def nyse_sessions() -> Sessions:
    """From the first session of the simulated market to the last day the clock can be set to."""
    import exchange_calendars  # pandas with it: 1.4 s that a replay need not wait for

    # An explicit start: by default the calendar begins twenty years before today, whatever day that is.
    calendar = exchange_calendars.get_calendar("XNYS", start="1990-01-01", end=LAST_DAY.isoformat())
    schedule = calendar.schedule.loc[FIRST_SESSION.isoformat() :]
    return Sessions(
        dates=tuple(stamp.date() for stamp in schedule.index),
        opens=tuple(stamp.to_pydatetime() for stamp in schedule["open"]),
        closes=tuple(stamp.to_pydatetime() for stamp in schedule["close"]),
    )
