"""What to do about each error, for ``retry_policy=`` of a task (Airflow 3.3)."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from airflow.sdk import RetryDecision, RetryPolicy

from airflow_provider_alphavantage.exceptions import RETRIED, AlphaVantageError


class AlphaVantageRetryPolicy(RetryPolicy):
    """Retry what passes by itself, fail at once what does not.

    Network failures, throttling, a response that cannot be read, a ledger out of reach and a connection that
    Airflow does not find (as where its database is too busy) are retried, each time after twice as long, with
    a tenth of jitter; every other :class:`AlphaVantageError` fails at once, because asking again costs a call
    and brings the same answer. Errors of other kinds keep the task's own retries.

    :param delay: the first delay.
    :param longest: no delay is longer than this.
    :param fail_at_once: further exceptions that asking again does not mend.
    :param delay_param: name of a DAG parameter that, where it is set, gives the first delay in seconds.
    """

    def __init__(
        self,
        delay: timedelta = timedelta(minutes=5),
        longest: timedelta = timedelta(hours=1),
        fail_at_once: tuple[type[BaseException], ...] = (),
        delay_param: str | None = None,
    ) -> None:
        self.delay = delay
        self.longest = longest
        self.fail_at_once = fail_at_once
        self.delay_param = delay_param

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """Decide on one failure."""
        if isinstance(exception, RETRIED):
            return RetryDecision.retry(self._delay(try_number, context), type(exception).__name__)
        if isinstance(exception, (AlphaVantageError, *self.fail_at_once)):
            return RetryDecision.fail(type(exception).__name__)
        if self.delay_param:
            return RetryDecision.retry(self._delay(try_number, context))
        return RetryDecision.default()

    def _delay(self, try_number: int, context: Any) -> timedelta:
        params = (context or {}).get("params") or {}
        seconds = params.get(self.delay_param) if self.delay_param else None
        first = self.delay if seconds is None else timedelta(seconds=float(seconds))
        jitter = random.uniform(1.0, 1.1)  # spreads the retries of many tasks
        doubled = float(2 ** min(try_number - 1, 30))  # as far as a timedelta goes
        return min(first * doubled * jitter, self.longest)
