"""How the tasks are retried that bring data or run on a schedule, and how long one may take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow_provider_alphavantage.retry import AlphaVantageRetryPolicy
from include.exceptions import PipelineError

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "data-engineering-team",
    "retries": 3,
    "retry_delay": timedelta(minutes=5),
    "retry_exponential_backoff": True,
    "retry_policy": AlphaVantageRetryPolicy(fail_at_once=(PipelineError,), delay_param="retry_delay"),
    "execution_timeout": timedelta(minutes=30),
}
"""What asking again may mend is asked again, after the DAG's parameter ``retry_delay`` at first."""
