"""What a symbol needs to be whole, and by when. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from include.market.listing import ACTIVE_LIST, DELISTED_LIST, LISTING_LASTS
from include.market.sessions import COMPACT, Window
from include.settings import DAILY, DIVIDENDS, LISTING, SPLITS
from include.warehouse.runs import Outcome, Request

NEW_WITHIN = 5
"""Sessions within which a new symbol should have its first bars, and its splits and dividends."""

SPLITS_ASKED_AGAIN_AFTER = 3
"""Sessions after an unexplained step when its splits are asked for once more: vendors list some late."""

LATE = timedelta(hours=2)
"""A session that was not there when it was asked for is not asked for again sooner."""


Kind = Literal["step", "bars", "new", "actions", "listing"]


@dataclass(frozen=True)
class PlannedRequest:
    """One call to make, and why."""

    symbol: str
    outputsize: str = "compact"
    function: str = DAILY
    reason: str = "its bars are due"

    @property
    def key(self) -> tuple[str, str]:
        """Which request it is: no plan has two of a symbol and a function."""
        return self.symbol, self.function

    def ended(self, outcome: Outcome, **facts: Any) -> Request:
        """Return how it ended.

        :param facts: the other fields of :class:`include.warehouse.runs.Request`.
        """
        return Request(self.symbol, self.function, outcome, self.outputsize, **facts)


@dataclass(frozen=True)
class Held:
    """What the warehouse holds of a symbol, as far as a plan has to know; None: nothing.

    :param newest: the newest session whose bar is final.
    :param has_provisional: a later bar is held that is not final.
    :param body_through: the newest final session of the body that was fetched last, loaded or not.
    :param asked_at: when that was.
    :param splits_through: the newest session that had closed when its splits were last asked for.
    :param dividends_through: the same for its dividends.
    :param step: the newest session of the last hundred that opened far from the close before, as after a
        split, where no split is known.
    """

    symbol: str
    newest: date | None = None
    has_provisional: bool = False
    body_through: date | None = None
    asked_at: datetime | None = None
    splits_through: date | None = None
    dividends_through: date | None = None
    step: date | None = None


@dataclass(frozen=True)
class Need:
    """A request that would bring news.

    :param slack: sessions left until something is lost (bars, new) or late (the others).
    :param finishes: a bar that is held is not final yet.
    :param is_free: the raw store holds the body, so it costs no call.
    """

    kind: Kind
    request: PlannedRequest
    slack: int
    finishes: bool = False
    is_free: bool = False


def needs_of(held: Held, window: Window, *, now: datetime, premium: bool, force: bool = False) -> list[Need]:
    """Return what a symbol needs; a symbol that is complete needs nothing.

    :param premium: the key may ask for ``full``; it does where ``compact`` would leave a hole.
    :param force: ask for the bars although they are held.
    """
    return [
        need
        for need in (
            _forced(held, window, premium) if force else _bars(held, window, now, premium),
            _splits(held, window.sessions),
            _actions(held, DIVIDENDS, held.dividends_through, window.sessions),
        )
        if need
    ]


def listing_needs(asked_at: Mapping[str, datetime], now: datetime, missing: Sequence[str] = ()) -> list[Need]:
    """Return the need of the listing, if it has one.

    :param asked_at: when each of the lists that are held was asked for.
    :param missing: symbols that are held and not on the active list; were they delisted?
    """
    active, delisted = asked_at.get(ACTIVE_LIST), asked_at.get(DELISTED_LIST)
    if active is None:
        return [_list(ACTIVE_LIST, "the listing was not asked for yet", NEW_WITHIN)]
    if now - active >= LISTING_LASTS:
        return [_list(ACTIVE_LIST, f"the listing is of {active:%Y-%m-%d}", 0)]
    if missing and (delisted is None or delisted < active):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return [_list(DELISTED_LIST, f"{missing[0]}{more} left the listing; it tells since when", 0)]
    return []


def _list(which: str, reason: str, slack: int) -> Need:
    return Need("listing", PlannedRequest(which, "", LISTING, reason), slack)


def is_late(held: Held, window: Window, now: datetime) -> bool:
    """Whether the newest session was not there when it was asked for, too short a while ago to ask again.

    One session may come any hour. A symbol that lacked several, as one that is halted or gone does, is asked
    for again after half as many sessions.
    """
    if held.asked_at is None or held.body_through is None or held.body_through >= window.sessions[-1]:
        return False
    later = [session for session in window.sessions if session > held.body_through]
    newest_was_closed = held.asked_at >= window.closed_at
    since = 0 if newest_was_closed else sum(session >= held.asked_at.date() for session in later)
    lacked = len(later) - since
    return since < lacked // 2 or (newest_was_closed and now - held.asked_at < LATE)


def _bars(held: Held, window: Window, now: datetime, premium: bool) -> Need | None:
    slack = bisect_right(window.sessions, held.newest) if held.newest else 0
    lacking = window.sessions[slack:]
    if not lacking or is_late(held, window, now):
        return None
    if held.body_through is not None and held.body_through >= lacking[-1]:
        return Need("bars", _daily(held, window, premium, "its stored body is not loaded"), 0, is_free=True)
    if held.newest is None:
        return Need("new", _daily(held, window, premium, "no bar of it is held"), NEW_WITHIN)
    due = f"{len(lacking)} sessions are due" if len(lacking) > 1 else f"{lacking[0]} is due"
    return Need("bars", _daily(held, window, premium, due), slack, finishes=held.has_provisional)


def _forced(held: Held, window: Window, premium: bool) -> Need:
    return Need("bars", _daily(held, window, premium, "a person asked for it"), 0)


def _daily(held: Held, window: Window, premium: bool, reason: str) -> PlannedRequest:
    leaves_a_hole = held.newest is None or held.newest < window.sessions[0]
    return PlannedRequest(held.symbol, "full" if premium and leaves_a_hole else "compact", DAILY, reason)


def _splits(held: Held, window: Sequence[date]) -> Need | None:
    if held.step is not None and held.step in window:
        later = window.index(held.step) + SPLITS_ASKED_AGAIN_AFTER
        due = window[later] if later < len(window) else held.step
        if held.splits_through is None or held.splits_through < due:
            reason = f"its open on {held.step} looks like a split that is not known"
            return Need("step", PlannedRequest(held.symbol, "", SPLITS, reason), 0)
    return _actions(held, SPLITS, held.splits_through, window)


def _actions(held: Held, function: str, asked_through: date | None, window: Sequence[date]) -> Need | None:
    what = function.lower()
    if asked_through is None:
        reason = f"its {what} were not asked for yet"
        return Need("actions", PlannedRequest(held.symbol, "", function, reason), NEW_WITHIN)
    if asked_through < window[0]:
        reason = f"its {what} were last asked for more than {COMPACT} sessions ago, by {asked_through}"
        return Need("actions", PlannedRequest(held.symbol, "", function, reason), 0)
    return None
