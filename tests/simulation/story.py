"""What happens in the world: each event is a generator that goes on every morning, before the day's run.

An event knows the world and ``today``, what the coming run is to meet besides. What it leaves for the
checks to find is in :class:`Story`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import exchange_calendars

from include.load.renaming import rename
from include.warehouse.connections import connect_to

from . import responses
from .responses import DAILY
from .scheduler import Kill
from .world import World

OTHER_KEY = "FREE8KEY8OF8A8PERSON"
KILLS = (
    Kill("pipeline_start", 12),
    Kill("fetch_stock_data", 9),
    Kill("validate_data", 4),
    Kill("load_stock_data", 14),
    Kill("log_completion", 3),
    Kill("pipeline_end", 2),
)


@dataclass
class Today:
    """What a day's run meets besides the market."""

    kill: Kill | None = None
    is_repeated: bool = False
    visit: str | None = None  # a symbol that a person asks for at noon in New York


Event = Generator[None, None, None]


@dataclass
class Story:
    """The events of a simulation, from its first session to its last.

    :param first: the day of the first run.
    :param sessions: how many sessions it lasts.
    :param symbols: the watchlist it begins with; those the events are about come from its front.
    """

    world: World
    first: date
    sessions: int
    symbols: Sequence[str]
    today: Today = field(default_factory=Today)
    corrected: dict[str, Any] = field(default_factory=dict)
    _going_on: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        after = self._calendar.sessions[self._calendar.sessions >= str(self.first)]
        self.days = [session.date() for session in after[: self.sessions]]
        self._due: dict[date, list[Callable[[Story], Event]]] = {}
        for part, event in EVENTS:
            self._due.setdefault(self.day(part), []).append(event)
        self.world.admit(*self._invented())
        self.world.watchlist += ["SPLITCO", "GONECO", "OLDNAME", "XYZZY"]

    @cached_property
    def _calendar(self) -> exchange_calendars.ExchangeCalendar:
        return exchange_calendars.get_calendar("XNYS", start="2024-01-01")

    def day(self, part: float) -> date:
        """The session at this part of the story, from 0 to 1."""
        return self.days[round(part * (self.sessions - 1))]

    def dawn(self, now: datetime) -> Today:
        """Let happen what happens before the run of a day."""
        self.today = Today()
        self._going_on += [event(self) for event in self._due.pop(now.date(), [])]
        self._going_on = [event for event in self._going_on if next(event, self) is None]
        return self.today

    @property
    def is_quiet(self) -> bool:
        """Nothing but the market, and what the vendor corrects, happens to the coming run."""
        faults = self.world.sandbox.admin("GET", "faults")["faults"]
        return self.today == Today() and {fault["kind"] for fault in faults} <= {"correction"}

    @property
    def is_over(self) -> bool:
        return not self._due and not self._going_on

    def _session_before(self, days: int) -> str:
        """The last session by so many days before the story."""
        return str(self._calendar.date_to_session(self.days[0] - timedelta(days=days), "previous").date())

    def _invented(self) -> list[dict[str, Any]]:
        listed, before = (self._session_before(days) for days in (400, 60))
        ends, split, paid = (str(self.day(part)) for part in (0.6, 0.3, 0.4))
        return [
            {
                "symbol": "SPLITCO",
                "listed": listed,
                "splits": [
                    {"effective": before, "factor": "2"},
                    {"effective": split, "factor": "3"},
                ],
                "dividends": [{"ex_date": paid, "amount": "0.25"}],
            },
            {"symbol": "GONECO", "listed": listed, "delisted": str(self.day(0.5))},
            {"symbol": "OLDNAME", "listed": listed, "delisted": ends},
            {"symbol": "NEWNAME", "listed": ends, "continues": "OLDNAME"},
            {"symbol": "NEWCO", "listed": str(self.day(0.2))},
        ]


def a_misspelt_symbol_is_taken_off_the_list(story: Story) -> Event:
    yield
    yield
    story.world.watchlist.remove("XYZZY")


def a_session_comes_late(story: Story) -> Event:
    story.world.sandbox.add_fault("late", symbol=story.symbols[0], function=DAILY, times=1)
    yield


def a_bar_is_seen_at_noon(story: Story) -> Event:
    """On a Monday, when the calls of a long list are not spent yet."""
    while story.world.time.now().date().weekday() or story.world.time.now().date() not in story.days:
        yield
    story.world.sandbox.add_fault("provisional", symbol=story.symbols[1], function=DAILY, times=1)
    story.today.visit = story.symbols[1]
    yield


def a_close_is_corrected_after_two_days(story: Story) -> Event:
    symbol, now = story.symbols[2], story.world.time.now()
    bar = story.world.sandbox.truth(symbol)["bars"][-1]
    wrong = Decimal(bar["close"]) + Decimal("0.0100")
    story.corrected = {
        "symbol": symbol,
        "session": bar["session"],
        "before": wrong,
        "after": Decimal(bar["close"]),
    }
    until = now + timedelta(days=2, hours=-1)
    story.world.sandbox.add_fault(
        "correction", symbol=symbol, session=bar["session"], close=str(wrong), until=until.isoformat()
    )
    yield


def a_bar_cannot_be(story: Story) -> Event:
    fault = {"symbol": story.symbols[3], "function": DAILY, "rule": "high_below_low"}
    story.world.sandbox.add_fault("bad_bar", **fault, times=1)
    yield


def the_api_throttles(story: Story) -> Event:
    story.world.sandbox.add_fault("throttle", symbol=story.symbols[4], times=2)
    yield


def the_api_says_something_new(story: Story) -> Event:
    story.world.sandbox.add_fault("unknown_text", symbol=story.symbols[5], function=DAILY, times=1)
    yield


def the_api_is_out_for_two_days(story: Story) -> Event:
    story.world.sandbox.add_fault("html_503")
    yield
    yield
    story.world.lift("html_503")


def the_quota_is_spent_elsewhere(story: Story) -> Event:
    story.world.sandbox.add_fault("quota")
    yield
    story.world.lift("quota")


def the_key_is_replaced(story: Story) -> Event:
    story.world.key = OTHER_KEY
    yield


def a_run_is_killed_in_each_task(story: Story) -> Event:
    for kill in KILLS:
        story.today.kill = kill
        yield


def a_run_is_started_twice(story: Story) -> Event:
    """On a quiet day after all that: while an outage is made up for, there is something to ask."""
    while not story.is_quiet:
        yield
    story.today.is_repeated = True
    yield


def a_company_goes_public(story: Story) -> Event:
    yield  # after its first session
    story.world.watchlist.append("NEWCO")


def a_company_changes_its_ticker(story: Story) -> Event:
    """The person hears of it once the listing knows the new ticker, and moves the history."""
    while not story.world.rows("select from listing where symbol = 'NEWNAME' and status = 'Active'"):
        yield
    with connect_to(story.world.url) as connection:
        rename(connection, "OLDNAME", "NEWNAME")
    watchlist = story.world.watchlist
    watchlist[watchlist.index("OLDNAME")] = "NEWNAME"


EVENTS: tuple[tuple[float, Callable[[Story], Event]], ...] = (
    (0.0, a_misspelt_symbol_is_taken_off_the_list),
    (0.05, responses.a_row_comes_twice),
    (0.1, a_session_comes_late),
    (0.1, a_close_is_corrected_after_two_days),
    (0.15, a_bar_is_seen_at_noon),
    (0.15, responses.a_volume_has_a_fraction),
    (0.15, responses.a_stale_node_answers),
    (0.15, responses.the_listing_is_cut),
    (0.2, a_company_goes_public),
    (0.25, the_api_throttles),
    (0.25, a_bar_cannot_be),
    (0.3, the_api_says_something_new),
    (0.3, responses.a_list_of_splits_comes_empty),
    (0.35, responses.two_rows_of_a_session_come),
    (0.4, a_run_is_killed_in_each_task),
    (0.6, a_company_changes_its_ticker),
    (0.65, the_quota_is_spent_elsewhere),
    (0.7, responses.a_list_of_dividends_comes_short),
    (0.75, the_api_is_out_for_two_days),
    (0.85, responses.a_volume_is_grouped),
    (0.9, the_key_is_replaced),
    (1.0, a_run_is_started_twice),
)
"""Each at a part of the story; the market has a split, a dividend and a delisting of its own in between."""
