"""Triggers that wait for Alpha Vantage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_alphavantage.exceptions import (
    PASSING,
    AlphaVantageError,
    BudgetSpent,
    DailyQuotaSpent,
    NoSuchSession,
)
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.parsing.bars import Series

LATER = (*PASSING, BudgetSpent, DailyQuotaSpent)
"""What a later look may not meet again."""


class SessionTrigger(BaseTrigger):
    """Fires once the bar of a session is published and final.

    Each look costs one call. A look that fails in passing, or because the vendor says that the day's calls
    are spent, is made again at the next interval; without budget by our own count it waits for it; any
    other error fires at once, as ``{"error": text}``.

    :param symbol: the symbol.
    :param session: the session, ISO 8601.
    :param poll_interval: seconds between two looks.
    :param alphavantage_conn_id: the connection; the key is in no event and in no serialized trigger.
    """

    def __init__(self, *, symbol: str, session: str, poll_interval: float, alphavantage_conn_id: str) -> None:
        super().__init__()
        self.symbol = symbol
        self.session = session
        self.poll_interval = poll_interval
        self.alphavantage_conn_id = alphavantage_conn_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what makes this trigger again."""
        about = {
            "symbol": self.symbol,
            "session": self.session,
            "poll_interval": self.poll_interval,
            "alphavantage_conn_id": self.alphavantage_conn_id,
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", about

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look until it is there."""
        hook = AlphaVantageHook(self.alphavantage_conn_id)
        session = date.fromisoformat(self.session)
        while True:
            wait = self.poll_interval
            try:
                if is_final(await hook.aget_bars(self.symbol), session):
                    yield TriggerEvent({"symbol": self.symbol, "session": self.session})
                    return
            except LATER as error:
                self.log.warning("%s", error)
                if isinstance(error, BudgetSpent):
                    wait = max(wait, (error.possible_at - datetime.now(UTC)).total_seconds())
            except AlphaVantageError as error:
                yield TriggerEvent({"error": str(error)})
                return
            await asyncio.sleep(wait)


def is_final(series: Series, session: date) -> bool:
    """Tell whether a series holds the bar of a session, and the vendor has finished it.

    While the newest bar still moves, ``Last Refreshed`` carries a time; a series without that field
    (CSV) holds finished bars only as far as anybody can tell.

    :raises NoSuchSession: it goes on after that session without it.
    """
    sessions = {bar.session for bar in series.bars}
    if session not in sessions:
        _refuse_if_past(sessions, session, series.symbol)
        return False
    refreshed = series.last_refreshed or ""
    moving = len(refreshed) > len("2026-05-15")
    return not moving or date.fromisoformat(refreshed[:10]) > session


def _refuse_if_past(sessions: set[date], session: date, symbol: str | None) -> None:
    oldest, newest = min(sessions, default=session), max(sessions, default=session)
    if session < oldest:
        why = f"the oldest of the {len(sessions)} that are served is {oldest}"
    elif session < newest:
        why = f"there are bars up to {newest}: it is no trading day, or the vendor lacks it"
    else:
        return
    raise NoSuchSession(f"The session {session} cannot come: {why}.", symbol=symbol)
