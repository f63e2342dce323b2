"""Waiting for a session: found when it is there and final, at one call a look."""

from __future__ import annotations

import asyncio
import pickle
from datetime import date, timedelta

import pytest
from airflow.sdk.definitions.retry_policy import RetryAction
from airflow.sdk.exceptions import TaskDeferred

from airflow_provider_alphavantage.exceptions import AlphaVantageError, InvalidRequest, NoSuchSession
from airflow_provider_alphavantage.parsing.bars import Bar, Series
from airflow_provider_alphavantage.retry import AlphaVantageRetryPolicy
from airflow_provider_alphavantage.sensors.alphavantage import AlphaVantageSessionSensor, SessionNotPublished
from airflow_provider_alphavantage.triggers.alphavantage import SessionTrigger, is_final

FRIDAY = "2026-05-15"


pytestmark = pytest.mark.usefixtures("unhurried")


def sensor(session: str = FRIDAY, symbol: str = "IBM", **options) -> AlphaVantageSessionSensor:
    return AlphaVantageSessionSensor(task_id="wait", symbol=symbol, session=session, **options)


@pytest.mark.parametrize(
    ("session", "last_refreshed", "expected"),
    [
        ("2026-05-15", "2026-05-15", True),
        ("2026-05-15", "2026-05-15 16:00:01", False),
        ("2026-05-14", "2026-05-15 16:00:01", True),
        ("2026-05-15", None, True),
        ("2026-05-18", "2026-05-15", False),
    ],
)
def test_a_session_is_there_when_its_bar_is_and_moves_no_more(session, last_refreshed, expected):
    bars = tuple(Bar(date(2026, 5, day), None, None, None, None, None) for day in (15, 14))
    assert is_final(Series(bars, last_refreshed=last_refreshed), date.fromisoformat(session)) is expected


@pytest.mark.parametrize(
    ("session", "why"),
    [
        ("2026-05-10", "there are bars up to 2026-05-15: it is no trading day"),
        ("2025-12-12", "the oldest of the 100 that are served is 2025-12-"),
    ],
)
def test_a_session_that_can_no_longer_come_fails_at_once(sandbox, session, why):
    with pytest.raises(NoSuchSession, match=f"IBM: The session {session} cannot come: {why}"):
        sensor(session).poke({})
    event = first_event(trigger(session=session))
    assert event["error"].startswith(f"IBM: The session {session} cannot come")
    assert len(sandbox.calls()) == 2


def test_what_the_triggerer_met_is_an_error_of_this_package_and_fails_at_once():
    with pytest.raises(AlphaVantageError, match=r"^IBM: No\. The triggerer met this") as caught:
        sensor(deferrable=True).execute_complete({}, {"error": "IBM: No."})
    assert pickle.loads(pickle.dumps(caught.value)).what == "IBM: No."
    assert AlphaVantageRetryPolicy().evaluate(caught.value, 1, 3).action is RetryAction.FAIL


def test_a_session_before_the_first_bar_of_all_can_still_come():
    assert is_final(Series(()), date(2026, 5, 15)) is False


def test_a_text_that_is_no_session_costs_no_call(sandbox):
    with pytest.raises(ValueError, match="tomorrow"):
        sensor("tomorrow").poke({})
    assert sandbox.calls() == []


def test_one_look_is_one_call(sandbox):
    assert sensor().poke({}) is True
    assert sensor("2026-05-18").poke({}) is False
    assert len(sandbox.calls()) == 2


def test_an_outage_is_looked_past_and_a_bad_symbol_is_not(sandbox):
    sandbox.add_fault("html_503", times=1)
    assert sensor().poke({}) is False
    sandbox.add_fault("transient_e13", symbol="IBM")
    with pytest.raises(InvalidRequest):
        sensor().poke({})


def test_without_budget_it_looks_again_later(connect, sandbox):
    connect(password="SENSOR9WITHOUT9B", extra={"calls_per_day": 1, "host_group": "sensor"})
    assert sensor("2026-05-18").poke({}) is False
    assert sensor().poke({}) is False
    assert len(sandbox.calls()) == 1


def test_a_quota_spent_elsewhere_is_waited_for_here_and_in_the_triggerer(connect, sandbox, output):
    key = "SENSOR9QUOTA9KEY"
    connect(password=key, extra={"seconds_between_calls": 0.01, "host_group": key})
    sandbox.add_fault("quota", times=2)
    assert sensor().poke({}) is False
    assert first_event(trigger()) == {"symbol": "IBM", "session": FRIDAY}
    told = output()
    assert "check the key" in told
    assert key not in told


def test_the_link_leads_to_the_functions_documentation():
    (link,) = sensor().operator_extra_links
    assert link.get_link(sensor(), ti_key=None) == "https://www.alphavantage.co/documentation/#daily"


def test_by_default_it_looks_every_half_hour_and_gives_its_slot_back():
    waiting = sensor()
    assert (waiting.poke_interval, waiting.mode) == (1800, "reschedule")


def test_deferrable_it_goes_to_the_triggerer_only_if_the_session_is_not_there():
    assert sensor(deferrable=True).execute({}) is None
    waiting = sensor("2026-05-18", deferrable=True, timeout=3600)
    with pytest.raises(TaskDeferred) as deferred:
        waiting.execute({})
    assert deferred.value.timeout == timedelta(hours=1)
    path, about = deferred.value.trigger.serialize()
    assert path == "airflow_provider_alphavantage.triggers.alphavantage.SessionTrigger"
    assert about == {
        "symbol": "IBM",
        "session": "2026-05-18",
        "poll_interval": 1800,
        "alphavantage_conn_id": "alphavantage_default",
    }


def first_event(trigger: SessionTrigger) -> object:
    async def wait() -> object:
        return (await asyncio.wait_for(anext(aiter(trigger.run())), 30)).payload

    return asyncio.run(wait())


def trigger(**changed) -> SessionTrigger:
    about = {"symbol": "IBM", "session": FRIDAY, "poll_interval": 0.01} | changed
    return SessionTrigger(alphavantage_conn_id="alphavantage_default", **about)


def test_the_trigger_fires_once_the_session_is_published(sandbox):
    sandbox.add_fault("late", symbol="IBM", times=1)
    sandbox.add_fault("html_503", symbol="IBM", times=1)
    assert first_event(trigger()) == {"symbol": "IBM", "session": FRIDAY}
    assert [call["outcome"] for call in sandbox.calls()] == ["html_503", "data", "data"]


def test_the_trigger_tells_what_waiting_does_not_mend_and_not_the_key(connect, serve, output):
    said = b'{"Information": "This is a premium endpoint. Your call was '
    server = serve(lambda query: (200, said + query.encode() + b'"}'))
    connect(host=server.url, password="TRIGGER9KEY9HERE", extra={"host_group": "trigger"})
    event = first_event(trigger())
    assert event["error"].startswith("TIME_SERIES_DAILY IBM: ")
    assert "apikey=[API key]" in event["error"]
    assert "TRIGGER9KEY9HERE" not in str(event) + output()
    with pytest.raises(SessionNotPublished, match="premium"):
        sensor().execute_complete({}, event)
