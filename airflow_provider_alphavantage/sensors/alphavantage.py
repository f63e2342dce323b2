"""Sensors that wait for Alpha Vantage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator

from airflow_provider_alphavantage.exceptions import AlphaVantageError
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.links.documentation import DocumentationLink
from airflow_provider_alphavantage.triggers.alphavantage import LATER, SessionTrigger, is_final

if TYPE_CHECKING:
    from airflow.sdk import Context


class SessionNotPublished(AlphaVantageError):
    """A sensor's trigger met an error that waiting does not mend; :attr:`what` is its text."""

    next_step = "The triggerer met this while it waited for a session."


class AlphaVantageSessionSensor(BaseSensorOperator):
    """Wait until the daily bar of a session is published and final.

    **Cost**: one call for each look. With the default interval of 30 minutes, a session that comes six
    hours late costs 13 of a free key's 25 calls; have one sensor for one symbol, not for each.

    It waits through outages, throttling and a spent budget, also where it is the vendor who says that the
    day's calls are spent: they return within 24 hours. A key that is not valid gets that same text, so
    look at the log of a sensor that waits for long. It fails at once where waiting is in vain: the series
    goes on after the session without it (no trading day), or no longer reaches back to it.

    :param symbol: the symbol (templated).
    :param session: the session, ISO 8601 (templated).
    :param alphavantage_conn_id: the connection.
    :param deferrable: wait in the triggerer, holding no worker.
    """

    template_fields: Sequence[str] = ("symbol", "session")
    operator_extra_links = (DocumentationLink(),)
    function = "TIME_SERIES_DAILY"
    ui_color = "#e8f0fe"

    def __init__(
        self,
        *,
        symbol: str,
        session: str,
        alphavantage_conn_id: str = AlphaVantageHook.default_conn_name,
        deferrable: bool = False,
        poke_interval: float = 1800,
        mode: str = "reschedule",
        **kwargs: Any,
    ) -> None:
        super().__init__(poke_interval=poke_interval, mode=mode, **kwargs)
        self.symbol = symbol
        self.session = session
        self.alphavantage_conn_id = alphavantage_conn_id
        self.deferrable = deferrable

    def poke(self, context: Context) -> bool:
        """Look once.

        :raises NoSuchSession: the session can no longer come.
        """
        session = date.fromisoformat(self.session)
        try:
            series = AlphaVantageHook(self.alphavantage_conn_id).get_bars(self.symbol)
        except LATER as error:
            self.log.warning("%s", error)
            return False
        return is_final(series, session)

    def execute(self, context: Context) -> Any:
        """Wait here, or in the triggerer."""
        if not self.deferrable:
            return super().execute(context)
        if not self.poke(context):
            trigger = SessionTrigger(
                symbol=self.symbol,
                session=self.session,
                poll_interval=self.poke_interval,
                alphavantage_conn_id=self.alphavantage_conn_id,
            )
            self.defer(
                trigger=trigger, method_name="execute_complete", timeout=timedelta(seconds=self.timeout)
            )
        return None

    def execute_complete(self, context: Context, event: dict[str, str]) -> None:
        """End as the trigger did.

        :raises SessionNotPublished: it met an error that waiting does not mend.
        """
        if "error" in event:
            raise SessionNotPublished(event["error"])
