"""What passes by itself is retried, what does not is failed at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from airflow.sdk import RetryDecision
from airflow.sdk.definitions.retry_policy import RetryAction

from airflow_provider_alphavantage import exceptions as e
from airflow_provider_alphavantage.retry import AlphaVantageRetryPolicy


def decide(error: Exception, try_number: int = 1, policy=None, **params: object) -> RetryDecision:
    policy = policy or AlphaVantageRetryPolicy()
    return policy.evaluate(error, try_number, 3, {"params": params})


@pytest.mark.parametrize(
    "error",
    [
        e.TransportError("x"),
        e.Throttled("x"),
        e.UnreadableBody("x"),
        e.LedgerUnavailable("x"),
        e.ConnectionNotFound("x"),
    ],
)
@pytest.mark.parametrize(("try_number", "minutes"), [(1, 5), (2, 10), (3, 20), (9, 60), (2000, 60)])
def test_passing_failures_are_retried_later_each_time(error, try_number, minutes):
    decision = decide(error, try_number)
    assert decision.action is RetryAction.RETRY
    longest = min(1.1 * timedelta(minutes=minutes), timedelta(hours=1))
    assert timedelta(minutes=minutes) <= decision.retry_delay <= longest


@pytest.mark.parametrize(
    "kind",
    [
        e.DailyQuotaSpent,
        e.PremiumRequired,
        e.ApiKeyRefused,
        e.UnknownFunction,
        e.InvalidRequest,
        e.UnknownMessage,
        e.NotTheApi,
        e.NoSuchSession,
        e.InvalidConnection,
    ],
)
def test_lasting_failures_fail_at_once(kind):
    decision = decide(kind("x"))
    assert (decision.action, decision.reason) == (RetryAction.FAIL, kind.__name__)


def test_other_failures_keep_the_tasks_own_retries():
    assert decide(OSError("disk")) == RetryDecision.default()


def test_a_project_names_its_own_lasting_failures():
    policy = AlphaVantageRetryPolicy(fail_at_once=(LookupError,))
    assert decide(KeyError("x"), policy=policy).action is RetryAction.FAIL


def test_a_parameter_of_the_run_shortens_every_delay():
    policy = AlphaVantageRetryPolicy(delay_param="retry_delay")
    assert decide(e.TransportError("x"), 2, policy, retry_delay=0).retry_delay == timedelta(0)
    assert decide(OSError("disk"), 1, policy, retry_delay=0).retry_delay == timedelta(0)
    assert decide(OSError("disk"), 1, policy).retry_delay >= timedelta(minutes=5)
