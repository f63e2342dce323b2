"""Errors say what, on what and what next, and survive a trip between processes."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from airflow_provider_alphavantage import exceptions as e


@pytest.mark.parametrize(
    "error",
    [
        e.TransportError("HTTP 503 with an HTML page.", function="SPLITS", symbol="IBM"),
        e.Throttled("Slow down.", wait=1.5, function="SPLITS"),
        e.DailyQuotaSpent("Spent.", symbol="IBM", body=b"{}"),
        e.UnknownMessage("New."),
        e.BudgetSpent(datetime(2026, 5, 15, tzinfo=UTC), function="SPLITS", symbol="IBM"),
        e.InvalidConnection("The connection's timeout is 'abc'."),
    ],
)
def test_errors_can_be_pickled(error):
    error.path = "file:///kept/here.json"
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert copy.__dict__ == error.__dict__


def test_a_message_names_function_symbol_cause_and_next_step():
    error = e.InvalidRequest("Invalid API call.", function="TIME_SERIES_DAILY", symbol="APPL")
    assert str(error) == (
        "TIME_SERIES_DAILY APPL: Invalid API call. Check the symbol with SYMBOL_SEARCH: delisted, renamed "
        "and misspelt symbols get this."
    )


def test_every_refusal_is_told_from_transport_and_from_unreadable():
    refusals = {kind for kind in vars(e).values() if isinstance(kind, type) and issubclass(kind, e.Refusal)}
    assert len(refusals) == 8
    assert not any(issubclass(kind, e.TransportError | e.UnreadableBody) for kind in refusals)
