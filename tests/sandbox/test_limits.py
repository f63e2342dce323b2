"""Seconds by a stopwatch, days by the clock; by address and key."""

from __future__ import annotations

from datetime import UTC, datetime

from include.sandbox.limits import Throttle
from include.sandbox.query import read_key
from include.sandbox.running import Stopwatch
from include.sandbox.settings import Limits

FREE = read_key("FREE", frozenset())
OTHER = read_key("OTHER", frozenset())
PREMIUM = read_key("PAID", frozenset({"PAID"}))


class Asking:
    """A throttle, its two clocks, and what it says."""

    def __init__(self, now: str = "2026-05-16T12:00:00+00:00", **limits: object) -> None:
        self.now = datetime.fromisoformat(now)
        self.stopwatch = Stopwatch()
        self.throttle = Throttle(Limits(**limits), lambda: self.now, self.stopwatch)

    def ask(self, key=FREE, address="10.0.0.1", after=0.0):
        self.stopwatch.advance(after)
        refusal = self.throttle.refusal(key, address)
        return refusal.code if refusal else "ok"


def test_a_free_key_asks_once_a_second():
    asking = Asking()
    assert [asking.ask(after=pause) for pause in (0, 0.9, 0.05, 0.05, 0.5, 0.5)] == [
        "ok", "E1", "E1", "ok", "E1", "ok",
    ]  # fmt: skip


def test_the_second_is_shared_by_all_free_keys_of_an_address():
    asking = Asking()
    assert asking.ask(FREE) == "ok"
    assert asking.ask(OTHER) == "E1"
    assert asking.ask(OTHER, address="10.0.0.2") == "ok"


def test_the_day_is_per_address_and_key_and_holds_25():
    asking = Asking()
    assert [asking.ask(after=1) for _ in range(26)] == ["ok"] * 25 + ["E2"]
    assert asking.ask(OTHER, after=1) == "ok"
    assert asking.ask(FREE, address="10.0.0.2", after=1) == "ok"
    assert asking.ask(FREE, after=1) == "E2"


def test_what_came_too_soon_does_not_count_unless_told_to():
    patient, counting = Asking(free_per_day=2), Asking(free_per_day=2, count_throttled=True)
    pauses = (1, 0, 0, 1, 1)
    assert [patient.ask(after=pause) for pause in pauses] == ["ok", "E1", "E1", "ok", "E2"]
    assert [counting.ask(after=pause) for pause in pauses] == ["ok", "E1", "E1", "E2", "E2"]


def test_the_day_begins_at_midnight_in_new_york():
    asking = Asking("2026-05-16T03:59:59+00:00", free_per_day=1)  # 23:59:59 the evening before
    assert [asking.ask(after=1), asking.ask(after=1)] == ["ok", "E2"]
    asking.now = datetime(2026, 5, 16, 4, 0, tzinfo=UTC)
    assert asking.ask(after=1) == "ok"


def test_the_day_can_begin_elsewhere():
    asking = Asking("2026-05-16T03:59:59+00:00", free_per_day=1, reset_zone="UTC")
    assert asking.ask(after=1) == "ok"
    asking.now = datetime(2026, 5, 16, 4, 0, tzinfo=UTC)
    assert asking.ask(after=1) == "E2"


def test_a_premium_key_asks_five_times_a_second_and_75_a_minute():
    asking = Asking()
    assert [asking.ask(PREMIUM) for _ in range(6)] == ["ok"] * 5 + ["E3"]
    steady = [asking.ask(PREMIUM, after=0.25) for _ in range(80)]
    assert steady[:4] == ["E3", "E3", "E3", "ok"]
    assert steady.count("ok") == 70
    assert set(steady[-5:]) == {"E4"}
    assert asking.ask(PREMIUM, after=60) == "ok"


def test_a_frozen_clock_does_not_stop_the_seconds(sandbox):
    sandbox.set_clock("2026-05-16T06:00:00Z")
    for pause in (10, 0, 1):
        sandbox.stopwatch.advance(pause)
        sandbox.at_once("SPLITS", apikey=sandbox.free_key)
    assert sandbox.outcomes() == ["data", "E1", "data"]


def test_the_26th_request_of_a_day_is_told_its_key_and_the_next_day_is_free_again(sandbox):
    for _ in range(26):
        last = sandbox.get("SPLITS", apikey=sandbox.free_key)
    assert f"your API key as {sandbox.free_key} and our standard" in last.json()["Information"]
    assert sandbox.outcomes() == ["data"] * 25 + ["E2"]
    sandbox.set_clock("2026-05-17T06:00:00Z")
    assert "data" in sandbox.get("SPLITS", apikey=sandbox.free_key).json()


def test_a_reset_gives_the_day_back(sandbox):
    for _ in range(26):
        sandbox.get("SPLITS", apikey=sandbox.free_key)
    sandbox.reset()
    assert sandbox.calls() == []
    sandbox.get("SPLITS", apikey=sandbox.free_key)
    assert sandbox.outcomes() == ["data"]
