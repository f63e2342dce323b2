"""What to ask for: from the watchlist and what is held to an ordered list of requests. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby

from include.settings import DAILY, DIVIDENDS, SPLITS

COMPACT = 100
"""Sessions in a ``compact`` body."""

ASK_AGAIN_AFTER = 3
"""Sessions after an unexplained step when its splits are asked for once more: vendors list some late."""

MOST_INSTANCES = 100
"""Mapped task instances in one run: more than about a thousand slow the scheduler and the UI."""


@dataclass(frozen=True)
class PlannedRequest:
    """One call to make, and why."""

    symbol: str
    outputsize: str = "compact"
    function: str = DAILY
    reason: str = "its bars are due"


@dataclass(frozen=True)
class Held:
    """What the warehouse holds of a symbol, as far as a plan has to know; None: nothing.

    :param newest: the newest session.
    :param splits_through: the newest session that had closed when its splits were last asked for.
    :param dividends_through: the same for its dividends.
    :param step: the newest session of the last hundred that opened far from the close before, as after a
        split, where no split is known.
    """

    symbol: str
    newest: date | None = None
    splits_through: date | None = None
    dividends_through: date | None = None
    step: date | None = None


def plan_requests(symbols: Iterable[Held], *, window: Sequence[date], premium: bool) -> list[PlannedRequest]:
    """Return what to ask of each symbol: first the splits of those that seem to have split.

    Splits and dividends are asked for once in a hundred sessions.

    :param window: the last 100 sessions, oldest first, which ``compact`` answers.
    :param premium: the key may ask for ``full``; it does where ``compact`` would leave a hole.
    """
    urgent, usual = [], []
    for held in symbols:
        split_like = _after_a_step(held, window)
        splits = split_like or _due(held.splits_through, "splits", window)
        dividends = _due(held.dividends_through, "dividends", window)
        bars = PlannedRequest(held.symbol, _outputsize(held, window, premium))
        asked = [bars]
        asked += [PlannedRequest(held.symbol, "", SPLITS, splits)] if splits else []
        asked += [PlannedRequest(held.symbol, "", DIVIDENDS, dividends)] if dividends else []
        if split_like:
            urgent += sorted(asked, key=lambda request: request.function != SPLITS)
        else:
            usual += asked
    return urgent + usual


def in_groups(requests: Sequence[PlannedRequest], most: int = MOST_INSTANCES) -> list[list[PlannedRequest]]:
    """Spread the requests over at most ``most`` mapped instances: a symbol each, until there are more.

    The requests of a symbol stay together.
    """
    symbols = [list(asked) for _, asked in groupby(requests, key=lambda request: request.symbol)]
    size = -(-len(symbols) // most) or 1
    return [list(chain(*symbols[start : start + size])) for start in range(0, len(symbols), size)]


def _outputsize(held: Held, window: Sequence[date], premium: bool) -> str:
    return "compact" if not premium or (held.newest and held.newest >= window[0]) else "full"


def _due(asked_through: date | None, what: str, window: Sequence[date]) -> str | None:
    if asked_through is None:
        return f"its {what} were not asked for yet"
    if asked_through < window[0]:
        return f"its {what} were last asked for more than {COMPACT} sessions ago, by {asked_through}"
    return None


def _after_a_step(held: Held, window: Sequence[date]) -> str | None:
    if held.step is None or held.step not in window:
        return None
    later = window.index(held.step) + ASK_AGAIN_AFTER
    due = window[later] if later < len(window) else held.step
    if held.splits_through is not None and held.splits_through >= due:
        return None
    return f"its open on {held.step} looks like a split that is not known"
