"""Sessions of the exchange, against days a person looked up."""

from datetime import UTC, date, datetime

import pytest

from include.market.sessions import (
    last_closed_session,
    last_day,
    last_session_begun,
    sessions_before,
    sessions_between,
    sessions_until,
)


@pytest.mark.parametrize(
    ("now", "closed", "begun"),
    [
        ("2026-05-16T06:00", (2026, 5, 15), (2026, 5, 15)),  # the morning after a Friday
        ("2026-05-15T19:59", (2026, 5, 14), (2026, 5, 15)),  # a minute before the close, in summer time
        ("2026-05-15T20:00", (2026, 5, 15), (2026, 5, 15)),
        ("2026-01-15T20:59", (2026, 1, 14), (2026, 1, 15)),  # in winter the close is an hour later in UTC
        ("2026-04-05T12:00", (2026, 4, 2), (2026, 4, 2)),  # Easter Sunday: Good Friday is closed
        ("2026-11-27T18:00", (2026, 11, 27), (2026, 11, 27)),  # a half day closes at 13:00 in New York
        ("1999-11-02T06:00", (1999, 11, 1), (1999, 11, 1)),
    ],
)
def test_the_last_closed_and_the_last_begun_session(now, closed, begun):
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert last_closed_session("XNYS", instant) == date(*closed)
    assert last_session_begun("XNYS", instant) == date(*begun)


def test_holidays_and_weekends_are_no_sessions():
    week = sessions_between(
        "XNYS", date(2026, 6, 29), date(2026, 7, 5)
    )  # 4 July is a Saturday: Friday is closed
    assert week == {date(2026, 6, 29), date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)}


def test_the_session_before_a_day_whenever_it_is():
    days = [date(2026, 5, 18), date(2026, 5, 16), date(1962, 1, 2), date.min, date.max]
    before = sessions_before("XNYS", days)
    assert before[:4] == [date(2026, 5, 15), date(2026, 5, 15), date(1962, 1, 1), date.min]
    assert before[4] == last_day("XNYS")


def test_a_window_counts_sessions_as_the_vendor_does():
    window = sessions_until("XNYS", date(2026, 5, 15), 100)
    assert (len(window), min(window), max(window)) == (100, date(2025, 12, 22), date(2026, 5, 15))
