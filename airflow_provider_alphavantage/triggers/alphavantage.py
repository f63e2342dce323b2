"""Triggers that wait for Alpha Vantage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_alphavantage.exceptions import PASSING, AlphaVantageError, BudgetSpent
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.parsing.bars import Series


class SessionTrigger(BaseTrigger):
    """Fires once the bar of a session is published and final.

    Each look costs one call. A look that fails in passing is made again at the next interval; without
    budget it waits for it; any other error fires at once, as ``{"error": text}``.

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
        while True:
            wait = self.poll_interval
            try:
                if is_final(await hook.aget_bars(self.symbol), date.fromisoformat(self.session)):
                    yield TriggerEvent({"symbol": self.symbol, "session": self.session})
                    return
            except BudgetSpent as error:
                wait = max(wait, (error.possible_at - datetime.now(UTC)).total_seconds())
            except PASSING as error:
                self.log.warning("%s", error)
            except AlphaVantageError as error:
                yield TriggerEvent({"error": str(error)})
                return
            await asyncio.sleep(wait)


def is_final(series: Series, session: date) -> bool:
    """Tell whether a series holds the bar of a session, and the vendor has finished it.

    While the newest bar still moves, ``Last Refreshed`` carries a time; a series without that field
    (CSV) holds finished bars only as far as anybody can tell.
    """
    if session not in {bar.session for bar in series.bars}:
        return False
    refreshed = series.last_refreshed or ""
    moving = len(refreshed) > len("2026-05-15")
    return not moving or date.fromisoformat(refreshed[:10]) > session
