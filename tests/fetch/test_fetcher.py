"""From the plan to bodies in the raw store, against the sandbox and a real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_alphavantage import exceptions as e
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.pacing import LocalLimiter
from airflow_provider_alphavantage.responses import read
from include.fetch.fetcher import Fetcher
from include.fetch.outage import REST, ApiUnreachable, rest_before_retry
from include.fetch.outcomes import BrokenRequest, NothingOfSymbol, StillRefused, next_turn, to_raise
from include.gate.accepted import read_accepted
from include.gate.validate import validate
from include.market.instruments import register
from include.plan.budget import Allowance
from include.plan.needs import PlannedRequest
from include.plan.start import start
from include.report.results import problems, results_of
from include.report.summary import headline
from include.sandbox.running import RunningSandbox, Stopwatch
from include.sandbox.settings import SandboxSettings
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Run, RunRequest, requests_of
from tests.bars import MORNING_AFTER

pytestmark = pytest.mark.postgres
KEY = "PIPELINE9TESTKEY"
PREMIUM_KEY = "PREMIUM9TEST9KEY"
SPLIT = ("DIS", "2026-05-04")  # the sandbox's Walt Disney splits three for one on that day


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[RunningSandbox, Stopwatch]]:
    stopwatch = Stopwatch()
    settings = SandboxSettings(premium_keys=frozenset({PREMIUM_KEY}))
    with RunningSandbox(settings, monotonic=stopwatch) as sandbox:
        yield sandbox, stopwatch


@pytest.fixture
def sandbox(running, monkeypatch: pytest.MonkeyPatch) -> RunningSandbox:
    sandbox, stopwatch = running
    stopwatch.advance(3600)
    sandbox.clear_faults()
    sandbox.reset()
    sandbox.set_clock(datetime(2026, 5, 16, 6, tzinfo=UTC))
    connection = {"conn_type": "alphavantage", "host": sandbox.url, "password": KEY}
    monkeypatch.setenv("AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT", json.dumps(connection))
    return sandbox


@pytest.fixture
def store(tmp_path: Path) -> ObjectStoragePath:
    return ObjectStoragePath(f"file://{tmp_path}/store")


@pytest.fixture
def fetcher(warehouse, store, sandbox, running):
    """Make the fetcher of a run; nobody waits for a turn."""

    def fetcher_of(run: Run, force: bool = False, rest: timedelta = REST) -> Fetcher:
        stopwatch = running[1]
        limiter = LocalLimiter(lambda: MORNING_AFTER + timedelta(seconds=stopwatch.seconds))
        hook = AlphaVantageHook(limiter=limiter, sleep=stopwatch.advance, now=run.now)
        return Fetcher(run, warehouse, hook, store, force, rest)

    return fetcher_of


@pytest.fixture
def fetch(fetcher):
    """Fetch the daily bars of these symbols in a run."""

    def fetch_them(
        run: Run,
        *symbols: str,
        force: bool = False,
        outputsize: str = "compact",
        rest: timedelta = REST,
    ) -> list[e.AlphaVantageError]:
        return fetcher(run, force, rest).fetch([PlannedRequest(symbol, outputsize) for symbol in symbols])

    return fetch_them


def outcomes(warehouse, run: Run) -> dict[str, tuple[str, str | None]]:
    return {request.symbol: (request.outcome, request.kind) for request in requests_of(warehouse, run)}


def test_each_body_is_kept_as_it_came_and_recorded(warehouse, started, fetch, sandbox):
    run = started("IBM", "BRK-B")
    assert fetch(run, "IBM", "BRK-B") == []
    ibm, berkshire = requests_of(warehouse, run)
    assert (ibm.outcome, ibm.origin, ibm.final_through) == ("fetched", "sandbox", date(2026, 5, 15))
    assert "/raw/origin=sandbox/function=TIME_SERIES_DAILY/symbol=BRK-B/" in berkshire.path
    body = json.loads(ObjectStoragePath(ibm.path).read_bytes())
    assert len(body["Time Series (Daily)"]) == 100
    assert [call["outcome"] for call in sandbox.calls()] == ["data", "data"]


def test_a_body_that_holds_the_last_closed_session_is_used_again(warehouse, started, fetch, sandbox):
    fetch(started("IBM"), "IBM")
    again = started("IBM", run_id="again")
    assert fetch(again, "IBM") == []
    first, second = requests_of(warehouse, started("IBM")), requests_of(warehouse, again)
    assert second == [replace(first[0], outcome="reused")]
    assert len(sandbox.calls()) == 1


def test_a_run_that_ran_twice_leaves_its_bodies_to_those_after_it(warehouse, started, fetch, sandbox):
    for run_id in ("first", "first", "second"):
        fetch(started("IBM", run_id=run_id), "IBM")
    assert len(sandbox.calls()) == 1


def test_runs_that_were_planned_at_once_ask_once_even_for_a_session_that_is_late(
    warehouse, started, fetch, sandbox
):
    """`airflow backfill create` starts ten runs together: each has planned before the first has asked."""
    sandbox.add_fault("late", symbol="IBM")
    runs = [started("IBM", run_id=f"backfill {day}") for day in (12, 13, 14)]
    for run in runs:
        assert fetch(run, "IBM") == []
    assert [outcomes(warehouse, run)["IBM"][0] for run in runs] == ["fetched", "reused", "reused"]
    assert len(sandbox.calls()) == 1


def test_a_person_can_force_asking(started, fetch, sandbox):
    fetch(started("IBM"), "IBM")
    fetch(started("IBM", run_id="again"), "IBM", force=True)
    assert [call["outcome"] for call in sandbox.calls()].count("data") == 2


def test_a_body_that_lacks_the_session_or_is_gone_is_asked_for_again(warehouse, started, fetch, sandbox):
    sandbox.add_fault("late", symbol="IBM", times=1)
    late = started("IBM")
    fetch(late, "IBM")
    assert requests_of(warehouse, late)[0].final_through == date(2026, 5, 14)
    second = started("IBM", run_id="second")
    fetch(second, "IBM")
    request = requests_of(warehouse, second)[0]
    assert (request.outcome, request.final_through) == ("fetched", date(2026, 5, 15))
    ObjectStoragePath(request.path).unlink()
    third = started("IBM", run_id="third")
    fetch(third, "IBM")
    assert outcomes(warehouse, third) == {"IBM": ("fetched", None)}


def test_a_retry_leaves_out_what_it_has(warehouse, started, fetch, sandbox):
    run = started("IBM", "MSFT")
    sandbox.add_fault("html_503", symbol="MSFT", times=1)
    assert [type(error) for error in fetch(run, "IBM", "MSFT")] == [e.TransportError]
    assert outcomes(warehouse, run) == {"IBM": ("fetched", None), "MSFT": ("failed", "TransportError")}
    calls = len(sandbox.calls())
    assert fetch(run, "IBM", "MSFT") == []
    assert outcomes(warehouse, run) == {"IBM": ("fetched", None), "MSFT": ("fetched", None)}
    assert {call["symbol"] for call in sandbox.calls()[calls:]} == {"MSFT"}


LIST = ("IBM", "MSFT", "AAPL", "AMZN", "TSLA")
FAILED, NOT_ASKED = ("failed", "TransportError"), ("deferred", "ApiUnreachable")
OVER = timedelta(0)
"""The rest is over: as if the next retry came minutes later."""


def asked_of(sandbox) -> list[str]:
    return [call["symbol"] for call in sandbox.calls()]


def test_after_three_symbols_without_an_answer_nothing_is_asked(warehouse, started, fetch, sandbox):
    run = started(*LIST)
    sandbox.add_fault("html_503")
    errors = fetch(run, *LIST)
    assert [type(error) for error in errors] == [e.TransportError] * 3 + [ApiUnreachable] * 2
    assert asked_of(sandbox) == ["IBM", "MSFT", "AAPL"]
    expected = dict(zip(LIST, [FAILED] * 3 + [NOT_ASKED] * 2, strict=True))
    assert outcomes(warehouse, run) == expected
    assert requests_of(warehouse, run)[4].reason == (
        "Not asked: The last 3 symbols of this run got no answer. Nothing to do: a retry of the task asks "
        "again; if it lasts, check the network and the connection's host."
    )
    fetch(run, *LIST)  # a retry that comes too soon
    assert asked_of(sandbox) == ["IBM", "MSFT", "AAPL"]
    assert outcomes(warehouse, run) == expected


def test_a_retry_finds_out_with_one_call_whether_the_api_is_back(warehouse, started, fetch, sandbox):
    run = started(*LIST)
    sandbox.add_fault("html_503")
    for symbol in LIST:
        fetch(run, symbol)
    fetch(run, "IBM", rest=OVER)
    for symbol in LIST[1:]:
        fetch(run, symbol)
    assert asked_of(sandbox) == ["IBM", "MSFT", "AAPL", "IBM"]
    sandbox.clear_faults()
    assert fetch(run, "IBM", rest=OVER) == []
    assert fetch(run, *LIST) == []
    assert outcomes(warehouse, run) == dict.fromkeys(LIST, ("fetched", None))


def test_symbols_that_get_no_answer_between_others_that_do_are_no_outage(warehouse, started, fetch, sandbox):
    run = started(*LIST)
    for symbol in ("IBM", "AAPL", "TSLA"):
        sandbox.add_fault("html_503", symbol=symbol)
    fetch(run, *LIST)
    assert asked_of(sandbox) == list(LIST)
    answered = ("fetched", None)
    assert list(outcomes(warehouse, run).values()) == [FAILED, answered, FAILED, answered, FAILED]


def test_a_refusal_is_an_answer(warehouse, started, fetch, sandbox):
    run = started("IBM", "MSFT", "XYZZY", "AAPL", "TSLA")
    for symbol in ("IBM", "MSFT", "AAPL", "TSLA"):
        sandbox.add_fault("html_503", symbol=symbol)
    fetch(run, "IBM", "MSFT", "XYZZY", "AAPL", "TSLA")
    assert list(dict.fromkeys(asked_of(sandbox))) == ["IBM", "MSFT", "XYZZY", "AAPL", "TSLA"]


@pytest.mark.parametrize(("retry", "rest"), [(300, 240), (5, 4), (0, 0), (3600, 240)])
def test_the_rest_is_over_before_the_first_retry(retry, rest):
    assert rest_before_retry(retry) == timedelta(seconds=rest)


def test_an_outage_of_one_run_is_not_that_of_the_next(warehouse, started, fetch, sandbox):
    sandbox.add_fault("html_503")
    fetch(started(*LIST), *LIST)
    sandbox.clear_faults()
    assert fetch(started(*LIST, run_id="next"), *LIST) == []


def test_what_an_outage_kept_from_being_asked_is_told(warehouse, started, fetch, sandbox):
    run = started(*LIST)
    sandbox.add_fault("html_503")
    fetch(run, *LIST)
    results = results_of(warehouse, run)
    assert headline(results) == (
        "0 of 5 symbols loaded; 0 bars new; 0 changed; 0 unchanged; "
        "not asked, as the API did not answer: AMZN, TSLA"
    )
    assert [problem.split(":")[0] for problem in problems(results)] == ["IBM", "MSFT", "AAPL"]


def test_a_run_started_again_asks_anew_what_is_due_by_now(warehouse, started, fetch, sandbox):
    sandbox.add_fault("late", symbol="IBM", times=1)
    fetch(started("IBM"), "IBM")
    again = started("IBM")  # the run is cleared from its first task on
    fetch(again, "IBM")
    assert requests_of(warehouse, again)[0].final_through == date(2026, 5, 15)
    assert [call["outcome"] for call in sandbox.calls()].count("data") == 2


class BrokenFor:
    """The API, but for a symbol with which our own code fails."""

    def __init__(self, symbol: str, api) -> None:
        self.symbol, self.api = symbol, api

    def query(self, function: str, **parameters: str):
        if parameters.get("symbol") == self.symbol:
            raise OSError("no space left on device")
        return self.api.query(function, **parameters)


def test_an_error_of_another_kind_is_the_outcome_of_its_symbol_and_the_others_go_on(
    warehouse, started, fetcher, store, sandbox
):
    run = started("IBM", "MSFT", "XYZZY", "AAPL")
    broken = replace(fetcher(run), api=BrokenFor("MSFT", fetcher(run).api))
    plan = [PlannedRequest(symbol) for symbol in run.symbols]
    for _ in range(2):  # on a retry, too
        errors = broken.fetch(plan)
        assert str(to_raise(errors)) == (
            "MSFT TIME_SERIES_DAILY: OSError: no space left on device. See the log of this task."
        )
        assert isinstance(to_raise(errors).__cause__, OSError)
    assert outcomes(warehouse, run) == {
        "IBM": ("fetched", None),
        "MSFT": ("failed", "OSError"),
        "XYZZY": ("failed", "InvalidRequest"),
        "AAPL": ("fetched", None),
    }
    assert fetcher(run).fetch([PlannedRequest("MSFT")]) == []


def test_every_symbol_with_which_something_else_failed_is_named():
    errors = [BrokenRequest("IBM failed."), e.TransportError("Reset."), BrokenRequest("MSFT failed.")]
    assert str(to_raise(errors)) == "IBM failed. MSFT failed."
    assert to_raise([e.InvalidRequest("No."), errors[1], e.DailyQuotaSpent("Spent.")]) is errors[1]
    assert to_raise([e.DailyQuotaSpent("Spent.")]) is None


def test_a_rerun_does_not_forget_what_the_run_fetched(warehouse, started, fetch, sandbox):
    fetch(started("IBM"), "IBM")
    again = started("IBM")
    assert fetch(again, "IBM") == []
    assert (len(sandbox.calls()), outcomes(warehouse, again)) == (1, {"IBM": ("fetched", None)})
    other = started("IBM", run_id="other")
    fetch(other, "IBM")
    assert outcomes(warehouse, other) == {"IBM": ("reused", None)}


def test_what_a_rerun_uses_again_is_no_answer_of_the_api(warehouse, started, fetch, sandbox):
    fetch(started(*LIST), "MSFT", "AMZN")
    run = started(*LIST)
    sandbox.add_fault("html_503")
    errors = fetch(run, "IBM", "MSFT", "AAPL", "AMZN", "TSLA", "BRK-B")
    assert [type(error) for error in errors] == [e.TransportError] * 3 + [ApiUnreachable]


def test_a_retry_does_not_ask_again_what_was_refused_for_good(warehouse, started, fetcher, sandbox):
    run = started("XYZZY", "MSFT")
    sandbox.add_fault("html_503", symbol="MSFT", times=1)
    plan = [PlannedRequest("XYZZY"), PlannedRequest("XYZZY", "", "SPLITS"), PlannedRequest("MSFT")]
    assert [type(error) for error in fetcher(run).fetch(plan)] == [e.InvalidRequest, e.TransportError]
    before = asked_of(sandbox)
    (error,) = fetcher(run).fetch(plan)
    assert asked_of(sandbox)[len(before) :] == ["MSFT"]
    assert isinstance(error, StillRefused)
    assert str(error).startswith("Not asked again in this run: TIME_SERIES_DAILY XYZZY: Invalid API call.")
    assert str(error).endswith("To have it asked again, clear the first task of the run.")
    assert outcomes(warehouse, run) == {"XYZZY": ("failed", "InvalidRequest"), "MSFT": ("fetched", None)}
    fetcher(started("XYZZY", "MSFT")).fetch(plan)  # the run is cleared from its first task on
    assert "XYZZY" in asked_of(sandbox)[len(before) + 1 :]


class Empty:
    """The API, but for symbols for which it answers with an empty document."""

    def __init__(self, api, *symbols: str) -> None:
        self.api, self.symbols, self.asked = api, symbols, []

    def query(self, function: str, **parameters: str):
        self.asked.append(parameters["symbol"])
        if parameters["symbol"] in self.symbols:
            read(b"{}", function=function, symbol=parameters["symbol"])
        return self.api.query(function, **parameters)


def test_an_empty_document_is_asked_for_again_and_then_counts_against_its_symbol(
    warehouse, started, fetcher, sandbox
):
    run = started("IBM", "MSFT")
    register(warehouse, run.symbols, through=date(2026, 5, 15))
    api = Empty(fetcher(run).api, "IBM")
    empty = replace(fetcher(run), api=api)
    plan = [PlannedRequest("IBM"), PlannedRequest("IBM", "", "SPLITS"), PlannedRequest("MSFT")]
    assert [type(error) for error in empty.fetch(plan[::2])] == [e.EmptyDocument]
    assert outcomes(warehouse, run) == {"IBM": ("failed", "EmptyDocument"), "MSFT": ("fetched", None)}
    assert [type(error) for error in empty.fetch(plan)] == [NothingOfSymbol]
    assert [type(error) for error in empty.fetch(plan)] == [StillRefused]
    assert api.asked == ["IBM", "MSFT", "IBM"]
    (request, _) = requests_of(warehouse, run)
    assert (request.outcome, request.kind) == ("failed", "NothingOfSymbol")
    assert request.reason == (
        "TIME_SERIES_DAILY IBM: The API has no data for it: the response was an empty document twice. Check "
        "the symbol with SYMBOL_SEARCH; take it off the watchlist if it is dead or misspelt. Refused in 1 "
        "run; after 2 more it is left out, and asked for once in 20 sessions."
    )


def test_an_empty_document_that_passes_counts_for_nothing(warehouse, started, fetcher, sandbox):
    run = started("IBM")
    plan = [PlannedRequest("IBM")]
    replace(fetcher(run), api=Empty(fetcher(run).api, "IBM")).fetch(plan)
    assert fetcher(run).fetch(plan) == []
    assert outcomes(warehouse, run) == {"IBM": ("fetched", None)}


def test_empty_documents_for_all_are_an_outage_and_count_against_nobody(warehouse, started, fetcher):
    run = started(*LIST)
    api = Empty(fetcher(run).api, *LIST)
    empty = replace(fetcher(run, rest=OVER), api=api)
    plan = [PlannedRequest(symbol) for symbol in LIST]
    replace(empty, rest=REST).fetch(plan)
    assert api.asked == list(LIST[:3])
    assert [type(error) for error in empty.fetch(plan[:1])] == [e.EmptyDocument]


def test_a_body_that_echoes_the_key_in_a_new_way_is_never_kept_as_it_is(
    warehouse, started, store, tmp_path, monkeypatch
):
    text = f'{{"Notice": "We have detected your API key as {KEY}."}}'
    for body in (text.encode(), f"We have detected your API key as {KEY}.\r\n".encode()):
        with pytest.raises(e.UnknownMessage) as caught:
            read(body, function="TIME_SERIES_DAILY", key=KEY)
        assert KEY not in str(caught.value) + repr(caught.value.body)


def test_a_bad_symbol_does_not_keep_the_others_out(warehouse, started, fetch):
    run = started("IBM", "XYZZY", "MSFT")
    (error,) = fetch(run, "IBM", "XYZZY", "MSFT")
    assert error.symbol == "XYZZY"
    assert [outcome for outcome, _ in outcomes(warehouse, run).values()] == ["fetched", "failed", "fetched"]


def test_a_quota_that_two_symbols_were_told_of_defers_the_rest_unasked(warehouse, started, fetch, sandbox):
    run = started("IBM", "MSFT", "AAPL", "GOOGL")
    for symbol in ("MSFT", "AAPL"):
        sandbox.add_fault("quota", symbol=symbol)
    assert len(fetch(run, "IBM", "MSFT", "AAPL", "GOOGL")) == 3
    assert outcomes(warehouse, run) == {
        "IBM": ("fetched", None),
        "MSFT": ("deferred", "DailyQuotaSpent"),
        "AAPL": ("deferred", "DailyQuotaSpent"),
        "GOOGL": ("deferred", "DailyQuotaSpent"),
    }
    assert "GOOGL" not in {call["symbol"] for call in sandbox.calls()}


def test_one_odd_quota_notice_defers_its_own_symbol_only(warehouse, fetcher, started, sandbox):
    run = started("IBM", "MSFT")
    sandbox.add_fault("quota", symbol="IBM", times=1)
    plan = [PlannedRequest("IBM"), PlannedRequest("IBM", "", "SPLITS"), PlannedRequest("MSFT")]
    assert {error.symbol or "told" for error in fetcher(run).fetch(plan)} == {"IBM", "told"}
    assert [(r.symbol, r.function, r.outcome) for r in requests_of(warehouse, run)] == [
        ("IBM", "TIME_SERIES_DAILY", "deferred"),
        ("IBM", "SPLITS", "deferred"),
        ("MSFT", "TIME_SERIES_DAILY", "fetched"),
    ]


def test_a_spent_quota_is_learnt_from_two_by_all_tasks_of_a_run(warehouse, started, fetch, sandbox):
    run, other = started("IBM", "MSFT", "GOOGL"), started("AAPL", run_id="later")
    for symbol in ("IBM", "MSFT"):
        sandbox.add_fault("quota", symbol=symbol)
    for symbol in ("IBM", "MSFT", "GOOGL"):  # each in a task of its own
        (error,) = fetch(run, symbol)
        assert isinstance(error, e.DailyQuotaSpent)
    assert [call["symbol"] for call in sandbox.calls()] == ["IBM", "MSFT"]
    reason = requests_of(warehouse, run)[2].reason
    assert reason.startswith(
        "Not asked: The API has just said so, to this symbol or to two others of this run."
    )
    assert fetch(other, "AAPL") == []


def test_a_call_that_comes_free_soon_is_waited_for_and_one_that_does_not_is_not():
    minutes, hours = (MORNING_AFTER + timedelta(minutes=m) for m in (20, 600))
    errors = [e.BudgetSpent(hours), e.DailyQuotaSpent("Spent."), e.BudgetSpent(minutes)]
    until = MORNING_AFTER + timedelta(hours=2)
    assert next_turn(errors, until=until) == minutes
    assert next_turn(errors[:2], until=until) is None


@pytest.mark.parametrize("fault", ["quota", "unknown_text", "premium", "sample", "transient_e13"])
def test_a_refused_body_is_kept_marked_and_without_the_key(
    warehouse, started, fetch, sandbox, tmp_path, fault
):
    sandbox.add_fault(fault)
    run = started("IBM")
    fetch(run, "IBM")
    (request,) = requests_of(warehouse, run)
    assert request.path.endswith("-refusal.json")
    assert "/origin=refused/" in request.path
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not any(KEY.encode() in body for body in kept)
    rows = warehouse.execute("select request::text from request").fetchall()
    assert not any(KEY in row[0] for row in rows)


def test_a_body_that_cannot_be_read_is_kept_for_a_person(warehouse, started, fetch, sandbox):
    sandbox.add_fault("wrong_symbol")
    run = started("IBM")
    fetch(run, "IBM")
    (request,) = requests_of(warehouse, run)
    assert (request.outcome, request.kind) == ("failed", "UnreadableBody")
    assert ObjectStoragePath(request.path).exists()


def test_nothing_more_is_asked_of_a_symbol_that_was_refused(warehouse, fetcher, started, sandbox):
    run = started("XYZZY", "IBM")
    plan = [
        PlannedRequest("XYZZY"),
        PlannedRequest("XYZZY", "", "SPLITS"),
        PlannedRequest("IBM", "", "SPLITS"),
    ]
    assert [error.symbol for error in fetcher(run).fetch(plan)] == ["XYZZY"]
    assert [(r.symbol, r.function, r.final_through) for r in requests_of(warehouse, run)] == [
        ("XYZZY", "TIME_SERIES_DAILY", None),
        ("IBM", "SPLITS", date(2026, 5, 15)),
    ]


def test_splits_of_today_are_not_asked_for_twice(warehouse, fetcher, started, sandbox):
    for run_id in ("first", "second"):
        fetcher(started("IBM", run_id=run_id)).fetch([PlannedRequest("IBM", "", "SPLITS")])
    assert [call["function"] for call in sandbox.calls()] == ["SPLITS"]


def judged(warehouse, run, store, tmp_path) -> tuple[dict[str, tuple], int]:
    path = validate(warehouse, run, store=store, reports=tmp_path / "reports").accepted
    rows = warehouse.execute(
        "select symbol, accepted, bars, refused_bars from verdict order by symbol"
    ).fetchall()
    file = ObjectStoragePath(path) / "daily_bars.parquet"
    accepted = read_accepted(ObjectStoragePath(path), "daily_bars").num_rows if file.exists() else 0
    return {row[0]: row[1:] for row in rows}, accepted


def test_rows_in_are_rows_accepted_and_rows_of_refused_symbols(
    warehouse, started, fetch, sandbox, store, tmp_path
):
    sandbox.add_fault("bad_bar", symbol="MSFT", rule="high_below_low")
    run = started("IBM", "MSFT", "XYZZY")
    fetch(run, "IBM", "MSFT", "XYZZY")
    verdicts, accepted = judged(warehouse, run, store, tmp_path)
    assert verdicts == {"IBM": (True, 100, 0), "MSFT": (False, 100, 1)}
    assert accepted == 100
    symbol, bar, rules, path = warehouse.execute("select symbol, bar, rules, path from quarantine").fetchone()
    assert symbol == "MSFT"
    assert rules
    assert set(rules) <= {
        f"{a}_not_above_{b}" for a in ("low", "open", "close") for b in ("open", "close", "high")
    }
    assert float(bar["high"]) < float(bar["low"])
    assert "symbol=MSFT" in path


def test_a_premium_key_brings_the_whole_history(
    warehouse, started, fetch, sandbox, store, tmp_path, monkeypatch
):
    connection = {"conn_type": "alphavantage", "host": sandbox.url, "password": PREMIUM_KEY}
    monkeypatch.setenv("AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT", json.dumps(connection))
    run = started("IBM")
    assert fetch(run, "IBM", outputsize="full") == []
    assert requests_of(warehouse, run)[0].path.endswith("-full.csv")
    truth = sandbox.truth("IBM")["bars"]
    verdicts, accepted = judged(warehouse, run, store, tmp_path)
    assert verdicts == {"IBM": (True, len(truth), 0)}
    assert accepted == len(truth) > 6_000


def test_a_step_like_a_split_warns_until_the_splits_were_asked_for(
    warehouse, started, fetch, fetcher, sandbox, store, tmp_path
):
    symbol, effective = SPLIT
    sandbox.set_clock(datetime(2026, 5, 16, 6, tzinfo=UTC))
    run = started(symbol)
    fetch(run, symbol)
    judged(warehouse, run, store, tmp_path)
    (reasons,) = warehouse.execute("select reasons from verdict").fetchone()
    assert any(reason.startswith(f"{symbol} {effective}: unlike_a_split (") for reason in reasons)
    fetcher(run).fetch([PlannedRequest(symbol, "", "SPLITS")])
    judged(warehouse, run, store, tmp_path)
    (reasons,) = warehouse.execute("select reasons from verdict").fetchone()
    assert not any("unlike_a_split" in reason for reason in reasons)


def test_a_list_of_splits_that_cannot_be_read_fails_alone(
    warehouse, started, fetch, fetcher, store, tmp_path, sandbox
):
    run = started("IBM")
    fetch(run, "IBM")
    fetcher(run).fetch([PlannedRequest("IBM", "", "SPLITS")])
    ObjectStoragePath(requests_of(warehouse, run)[1].path).write_bytes(b'{"symbol": "MSFT", "data": []}')
    verdicts, accepted = judged(warehouse, run, store, tmp_path)
    assert (verdicts, accepted) == ({"IBM": (True, 100, 0)}, 100)
    assert [r.kind for r in requests_of(warehouse, run)] == [None, "UnreadableBody"]


def test_judging_again_replaces_the_verdict(warehouse, started, fetch, sandbox, store, tmp_path):
    sandbox.add_fault("bad_bar", symbol="MSFT", rule="negative_price")
    run = started("MSFT")
    fetch(run, "MSFT")
    judged(warehouse, run, store, tmp_path)
    verdicts, accepted = judged(warehouse, run, store, tmp_path)
    assert (verdicts, accepted) == ({"MSFT": (False, 100, 1)}, 0)
    assert warehouse.execute("select count(*) from quarantine").fetchone() == (1,)


def test_a_body_that_went_missing_fails_its_symbol_only(warehouse, started, fetch, store, tmp_path):
    run = started("IBM", "MSFT")
    fetch(run, "IBM", "MSFT")
    ObjectStoragePath(requests_of(warehouse, run)[1].path).unlink()
    verdicts, accepted = judged(warehouse, run, store, tmp_path)
    assert (set(verdicts), accepted) == ({"IBM"}, 100)
    assert outcomes(warehouse, run)["MSFT"] == ("failed", "FileNotFoundError")


def test_a_late_session_is_told_and_the_rest_loads(warehouse, started, fetch, sandbox, store, tmp_path):
    sandbox.add_fault("late", symbol="IBM")
    run = started("IBM")
    fetch(run, "IBM")
    verdicts, _ = judged(warehouse, run, store, tmp_path)
    (reasons,) = warehouse.execute("select reasons from verdict").fetchone()
    assert verdicts == {"IBM": (True, 100, 0)}
    assert reasons == ["IBM: 2026-05-15 is not published yet; the newest session is 2026-05-14."]


def test_the_plan_records_what_cannot_be_a_symbol_and_goes_on(warehouse):
    claim_origin(warehouse, "sandbox")
    groups = start(
        warehouse,
        RunRequest(
            "stock_data_pipeline",
            "r",
            [
                "ibm",
                "7203.TYO",
                "../../etc",
                "x" * 10_000,
                "A\x00B",
                "\ud800",
                "🚀",
                "'; DROP TABLE stock_data",
            ],
            "2026-05-16T06:00:00Z",
        ),
        allowance=lambda _: Allowance(25, 25, False),
    )
    listing, bars = groups
    assert [(r.symbol, r.function) for r in listing] == [("*active", "LISTING_STATUS")]
    assert [(r.symbol, r.function) for r in bars] == [
        ("IBM", "TIME_SERIES_DAILY"),
        ("IBM", "SPLITS"),
        ("IBM", "DIVIDENDS"),
    ]
    rows = warehouse.execute("select kind, reason from request order by id").fetchall()
    assert [kind for kind, _ in rows] == ["UnsupportedExchange", *["NotASymbol"] * 6]
    assert rows[1][1].startswith("'../../ETC' cannot be a symbol")
    assert all(len(reason) < 250 for _, reason in rows)
