"""Who is asked: the API as a run reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.fetch.in_flight import InFlight
from include.settings import ALPHAVANTAGE_CONN_ID
from include.warehouse.runs import Run

if TYPE_CHECKING:
    from airflow_provider_alphavantage.client import AlphaVantageClient
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook


def api_of(run: Run) -> AlphaVantageHook:
    """Return the hook through which a run asks; the run's clock stamps what is answered."""
    from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook

    return AlphaVantageHook(ALPHAVANTAGE_CONN_ID, now=run.now)


def in_flight_of(client: AlphaVantageClient) -> InFlight:
    """Return how many calls the key of a client may have under way: one, where its day has a limit."""
    budget = client.budget
    return InFlight(budget.per_second, budget.at_once if budget.per_day is None else 1)
