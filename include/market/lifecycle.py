"""The life of a symbol: new, refused, suspect, delisted, its ticker used again; and who is not asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from include.market.exchanges import exchange_of
from include.market.listing import LISTING_LASTS, active, is_confirmed, near
from include.market.sessions import Window, last_closed_session, session_before
from include.settings import DAILY
from include.warehouse.runs import Request, Run
from include.warehouse.statements import statement

REFUSALS = 3
"""In so many runs a symbol has to be refused before it is suspect."""

PROBE_AFTER = 20
"""Sessions after which a suspect symbol is asked for once more."""


@dataclass(frozen=True)
class Life:
    """Where a symbol stands.

    :param refused_at: when the vendor last refused it, if it has brought no bars since.
    :param delisted_on: the first day it was no longer traded.
    :param last_bar: the newest session held.
    :param fetched_at: when its bars last came, loaded or not.
    :param is_listed: it is on the active list; None where the listing cannot tell.
    :param listed_since: when the company that has the ticker today went public.
    """

    symbol: str
    state: Literal["active", "suspect", "delisted"] = "active"
    refused_at: datetime | None = None
    delisted_on: date | None = None
    last_bar: date | None = None
    fetched_at: datetime | None = None
    is_listed: bool | None = None
    listed_since: date | None = None

    @property
    def is_new(self) -> bool:
        """Nothing of it is held, and nothing ever came."""
        return self.last_bar is None and self.fetched_at is None

    @property
    def is_unlisted(self) -> bool:
        """Nothing of it is held or ever came, and the active list does not have it."""
        return self.is_new and self.is_listed is False and self.state == "active"

    @property
    def left_the_listing(self) -> bool:
        """It is held, and not on the active list; nobody has said yet that it was delisted."""
        return self.last_bar is not None and self.is_listed is False and self.state != "delisted"

    @property
    def is_over(self) -> bool:
        """It was delisted, and asking brings nothing more: its last session came, or will not come."""
        if self.state != "delisted" or self.delisted_on is None:
            return self.state == "delisted"
        asked = [moment.date() for moment in (self.fetched_at, self.refused_at) if moment]
        has_last = self.last_bar is not None and self.last_bar >= session_before(
            exchange_of(self.symbol), self.delisted_on
        )
        return has_last or any(day > self.delisted_on for day in asked)


def lives_of(connection: Connection[Any], symbols: Sequence[str]) -> list[Life]:
    """Return where each of these symbols stands, in their order."""
    with connection.cursor(row_factory=class_row(Life)) as cursor:
        return cursor.execute(statement("market/lives_of_symbols"), {"symbols": list(symbols)}).fetchall()


def not_to_ask(
    connection: Connection[Any],
    lives: Sequence[Life],
    window: Window,
    listing: datetime | None,
    *,
    force: bool = False,
) -> dict[str, Request]:
    """Return the outcome of each symbol that is not to be asked for at all.

    A symbol that is not on the active list is left out only if other symbols confirm the list.

    :param listing: when the active list was asked for.
    :param force: a person wants suspects, and what is not listed, asked for all the same.
    """
    found = {life.symbol: _outcome(life, window, force) for life in lives}
    is_doubted = not force and any(life.is_unlisted for life in lives)
    if listing and is_doubted and is_confirmed(connection):
        known = active(connection)
        for life in lives:
            if life.is_unlisted:
                meant = " or ".join(map(str, near(life.symbol, known)))
                found[life.symbol] = _not_listed(life.symbol, listing, meant)
    return {symbol: outcome for symbol, outcome in found.items() if outcome}


def notes_of(connection: Connection[Any], run: Run) -> list[str]:
    """Return what a run learnt of its symbols that a person should hear once."""
    return [
        note for (note,) in connection.execute(statement("market/notes_of_run"), {"run": run.id}).fetchall()
    ]


def judge_refusal(connection: Connection[Any], run: Run, request: Request) -> tuple[bool, str]:
    """Count that a symbol was refused in a run; tell whether it is left out for that, and say so.

    A symbol nobody has registered is not counted.
    """
    about = {"run": run.id, "now": run.now(), "symbol": request.symbol, "most": REFUSALS}
    row = connection.execute(statement("market/count_refusal"), about).fetchone()
    if row is None:
        return False, str(request.reason)
    times, state = row
    if state == "delisted":
        return True, f"{request.reason} It was delisted, and is asked for no more."
    if times > REFUSALS:
        again = _when_asked(request.symbol, run.now())
        return True, f"{request.reason} It is suspect, refused in {times} runs: {again}"
    left = REFUSALS - times
    after = f"after {left} more" if left else "from now on"
    what = f"{after} it is left out, and asked for once in {PROBE_AFTER} sessions"
    return False, f"{request.reason} Refused in {times} run{'s' if times > 1 else ''}; {what}."


def forget_refusals(connection: Connection[Any], symbol: str) -> None:
    """Take a symbol that brought bars for an active one again."""
    connection.execute(statement("market/forget_refusals"), {"symbol": symbol})


def _outcome(life: Life, window: Window, force: bool) -> Request | None:
    if life.last_bar and life.listed_since and life.listed_since > life.last_bar:
        return _reused(life, life.last_bar, life.listed_since)
    if life.is_over:
        return _over(life)
    if life.state == "suspect" and not force and life.refused_at:
        since = window.sessions[-PROBE_AFTER - 1]
        refused = last_closed_session(exchange_of(life.symbol), life.refused_at)
        return None if refused <= since else _suspect(life, life.refused_at)
    return None


def _not_listed(symbol: str, listing: datetime, meant: str) -> Request:
    reason = (
        f"It is not among the US symbols listed on {listing:%Y-%m-%d}, and was not asked for. "
        f"{f'Did you mean {meant}? ' if meant else ''}Mend the watchlist; if it is right, run once with "
        f"`force` (FORCE=1), or wait for the next listing, {(listing + LISTING_LASTS):%Y-%m-%d}."
    )
    return Request(symbol, DAILY, "failed", kind="NotListed", reason=reason)


def _reused(life: Life, last_bar: date, since: date) -> Request:
    reason = (
        f"The ticker {life.symbol} was used again: the bars held end on {last_bar}, and the company listed "
        f"under it went public on {since}. It was not asked for, so that the two are not mixed. Give the old "
        f"bars another name, `make rename OLD={life.symbol} NEW={life.symbol}-{last_bar.year}`; the next run "
        "brings the new ones."
    )
    return Request(life.symbol, DAILY, "failed", kind="TickerReused", final_through=last_bar, reason=reason)


def _over(life: Life) -> Request:
    since = f" on {life.delisted_on}" if life.delisted_on else ""
    reason = f"It was delisted{since}: its history stays, and nothing more is asked of it."
    return Request(
        life.symbol, DAILY, "left out", kind="Delisted", final_through=life.last_bar, reason=reason
    )


def _suspect(life: Life, refused_at: datetime) -> Request:
    reason = (
        f"It is suspect: refused by the vendor in {REFUSALS} runs or more, last on {refused_at:%Y-%m-%d}. "
        f"{_when_asked(life.symbol, refused_at)} Take it off the watchlist if it is dead or misspelt."
    )
    return Request(life.symbol, DAILY, "left out", kind="Suspect", final_through=life.last_bar, reason=reason)


def _when_asked(symbol: str, refused_at: datetime) -> str:
    closed = last_closed_session(exchange_of(symbol), refused_at)
    return f"It is asked for again {PROBE_AFTER} sessions after {closed}."
