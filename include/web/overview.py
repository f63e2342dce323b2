"""What the page *Overview* shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from psycopg import Connection

from include.web.access import DAG_ID, form_token, may_trigger
from include.web.sources import rows

SYMBOLS = 100
SESSIONS = 100
COMMANDS = {
    "quarantine": "make quarantine",
    "failed": "make run",
    "run": "make logs",
    "late": "make status",
    "suspect": "make plan",
    "premium": "make plan",
}
"""What a person runs to see to each kind of thing."""


@dataclass(frozen=True)
class Stretch:
    """Sessions of a symbol that follow each other and are alike."""

    state: str
    start: int
    length: int
    first: date
    last: date

    @property
    def css(self) -> str:
        return self.state.replace(" ", "-")


@dataclass(frozen=True)
class Strip:
    """What is held of a symbol's last sessions."""

    symbol: str
    stretches: Sequence[Stretch]
    counts: Mapping[str, int]

    @property
    def told(self) -> str:
        """In words, such as ``98 held, 2 vendor hole``."""
        return ", ".join(f"{count} {state}" for state, count in self.counts.items()) or "nothing"


@dataclass(frozen=True)
class Overview:
    """The page.

    :param waiting: requests that the last daily run put off.
    :param after: the last symbol of the page before; None on the first page.
    :param before: after which symbol the page before begins; None for the first page.
    :param more: after which symbol the next page begins; None on the last.
    :param token: what a form that asks again carries; None for a user who may not trigger the daily run.
    """

    strips: Sequence[Strip]
    sessions: Sequence[date]
    states: Sequence[str]
    freshness: Mapping[str, Any]
    runs: Sequence[Mapping[str, Any]]
    attention: Sequence[Mapping[str, Any]]
    calls: Mapping[str, Any]
    waiting: int
    per_day: int | None
    after: str | None
    before: str | None
    more: str | None
    commands: Mapping[str, str]
    token: str | None


def overview(
    connection: Connection[Any],
    user: BaseUser,
    *,
    now: datetime,
    per_day: int | None,
    after: str | None = None,
) -> Overview:
    """Read the page that follows a symbol, for a user."""
    found = rows(connection, "page_of_symbols", after=after, limit=SYMBOLS + 1)
    shown = found[:SYMBOLS]
    sessions = _sessions(connection, {row["exchange"] for row in shown}, now)
    strips = _strips(connection, [row["symbol"] for row in shown], sessions)
    present = Counter(state for strip in strips for state in strip.counts)
    before = rows(connection, "page_before", after=after, limit=SYMBOLS) if after else []
    return Overview(
        strips=strips,
        sessions=sessions,
        states=[state for state in LEGEND if present[state]],
        freshness=rows(connection, "freshness", now=now)[0],
        runs=rows(connection, "runs"),
        attention=rows(connection, "attention", now=now),
        calls=rows(connection, "calls_used", now=now)[0],
        waiting=waiting_in(rows(connection, "deferred")),
        per_day=per_day,
        after=after,
        before=before[0]["symbol"] if before else None,
        more=shown[-1]["symbol"] if len(found) > SYMBOLS else None,
        commands=COMMANDS,
        token=form_token(user) if may_trigger(DAG_ID, user) else None,
    )


LEGEND = (
    "held", "provisional", "revised", "quarantined", "vendor hole", "never fetched", "not yet published",
    "discarded", "closed", "dead symbol", "not expected", "no session",
)  # fmt: skip


def waiting_in(deferred: Sequence[Mapping[str, Any]]) -> int:
    """Return how many requests the last daily run put off; of many, ``deferred`` shows the first."""
    return deferred[0]["of_all"] if deferred else 0


def _sessions(connection: Connection[Any], exchanges: set[str], now: datetime) -> list[date]:
    found = rows(connection, "last_sessions", exchanges=list(exchanges), now=now, sessions=SESSIONS)
    return [row["session"] for row in found]


def _strips(connection: Connection[Any], symbols: list[str], sessions: list[date]) -> list[Strip]:
    place = {session: position for position, session in enumerate(sessions)}
    states = {symbol: ["no session"] * len(sessions) for symbol in symbols}
    for row in rows(connection, "heatmap", symbols=symbols, sessions=sessions):
        of_symbol, state = states[row["symbol"]], row["state"]
        for session in row["sessions"]:
            of_symbol[place[session]] = state
    return [_strip(symbol, states[symbol], sessions) for symbol in symbols]


def _strip(symbol: str, states: Sequence[str], sessions: Sequence[date]) -> Strip:
    stretches = []
    for state, days in groupby(range(len(states)), key=lambda day: states[day]):
        start, *rest = days
        end = rest[-1] if rest else start
        stretches.append(Stretch(state, start, end - start + 1, sessions[start], sessions[end]))
    return Strip(symbol, stretches, Counter(states))
