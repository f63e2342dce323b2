"""How tasks are retried, and how long one may take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Param

from airflow_provider_alphavantage.retry import AlphaVantageRetryPolicy
from include.exceptions import PipelineError

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "data-engineering-team",
    "retries": 3,
    "retry_exponential_backoff": True,
    "retry_policy": AlphaVantageRetryPolicy(fail_at_once=(PipelineError,), delay_param="retry_delay"),
    "execution_timeout": timedelta(minutes=30),
}
"""What a retry may fix is retried, first after the DAG's parameter ``retry_delay``.

A killed task does not ask the policy: it is retried after Airflow's ``[core] default_task_retry_delay``, 5
minutes unless it is set; where somebody waits, `make run` sets 10 seconds.
"""

ATTENDED_ARGS: dict[str, Any] = DEFAULT_ARGS | {
    "retries": 2,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": False,
    "retry_policy": AlphaVantageRetryPolicy(fail_at_once=(PipelineError,)),
}
"""The same where somebody waits for the answer: retried soon."""


def symbols_param() -> Param:
    """Return the parameter that names symbols: see :func:`include.market.watchlist.read_symbols`."""
    return Param(
        None,
        type=["null", "array", "string"],
        items={"type": "string"},
        title="Symbols",
        description="One a line or between commas, such as AAPL, BRK-B, TSCO.LON. What cannot be asked for "
        "is refused, and the others go on.",
    )
