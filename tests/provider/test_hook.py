"""The hook against a real HTTP server: data, every refusal, every failing network; the key nowhere."""

from __future__ import annotations

import asyncio
import pickle
import socket
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest

from airflow_provider_alphavantage import exceptions as e
from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.functions import InvalidParameter, UnknownFunctionWarning
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.pacing import Budget, Call, LocalLimiter, fingerprint
from airflow_provider_alphavantage.parsing.bars import bars_table
from airflow_provider_alphavantage.transport import Transport, transport_of

from .conftest import KEY, PREMIUM_KEY


def test_bars_are_those_of_the_market(connect, sandbox):
    series = connect().get_bars("IBM")
    truth = sandbox.truth("IBM")["bars"][-100:]
    assert (series.symbol, series.last_refreshed) == ("IBM", "2026-05-15")
    assert [str(bar.session) for bar in reversed(series.bars)] == [row["session"] for row in truth]
    assert [bar.close for bar in reversed(series.bars)] == [Decimal(row["close"]) for row in truth]
    assert [bar.volume for bar in reversed(series.bars)] == [int(row["volume"]) for row in truth]


def test_blanks_around_a_symbol_are_no_part_of_it(connect):
    assert connect().get_bars(" IBM\n").symbol == "IBM"


@pytest.mark.parametrize("period", ["WEEKLY", "MONTHLY"])
@pytest.mark.parametrize("adjusted", ["", "_ADJUSTED"])
def test_bars_of_weeks_and_months_come_whole(connect, period, adjusted):
    bars = connect().get_bars("IBM", function=f"TIME_SERIES_{period}{adjusted}").bars
    assert bars[0].session == date(2026, 5, 15)
    assert bars[-1].session.year < 2001


def test_bars_of_weeks_have_no_output_size(connect, sandbox):
    with pytest.raises(InvalidParameter, match="no parameter 'outputsize'"):
        connect().get_bars("IBM", function="TIME_SERIES_WEEKLY", outputsize="compact")
    assert sandbox.calls() == []


def test_an_answer_says_who_gave_it(connect):
    answer = connect().query("TIME_SERIES_DAILY", symbol="IBM")
    assert (answer.origin, answer.payload.format) == ("sandbox", "json")
    assert answer.fetched_at.utcoffset() == timedelta(0)


def test_full_history_comes_as_csv_and_needs_a_premium_key(connect):
    with pytest.raises(e.PremiumRequired, match="outputsize=full"):
        connect().query("TIME_SERIES_DAILY", symbol="IBM", outputsize="full")


def test_without_pandas_no_call_is_spent_on_a_frame_and_the_extra_is_named(connect, sandbox, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    says = r"needs pandas, which cannot be imported: pip install 'airflow-provider-alphavantage\[pandas\]'\."
    with pytest.raises(ImportError, match=says):
        connect().get_df("SPLITS", symbol="IBM")
    assert sandbox.calls() == []
    answer = connect().query("SPLITS", symbol="IBM")
    for frame in (answer.frame, answer.records().to_pandas):
        with pytest.raises(ImportError, match=says):
            frame()


def test_without_pyarrow_a_frame_is_exact_and_a_table_names_the_extra(connect, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    hook = connect()
    assert hook.get_df("TIME_SERIES_DAILY", symbol="IBM")["timestamp"][0] == date(2026, 5, 15)
    answer = hook.query("TIME_SERIES_DAILY", symbol="IBM")
    says = r"needs pyarrow, which cannot be imported: pip install 'airflow-provider-alphavantage\[arrow\]'\."
    for table in (answer.table, lambda: bars_table(answer.payload, function="TIME_SERIES_DAILY")):
        with pytest.raises(ImportError, match=says):
            table()


def test_one_session_serves_all_calls(connect):
    hook = connect()
    assert hook.get_conn() is hook.get_conn()


def test_a_call_waits_for_its_turn_and_is_not_throttled(connect, waits, sandbox):
    hook = connect()
    hook.get_bars("IBM")
    hook.get_bars("MSFT")
    assert waits == [1.5]
    assert [call["outcome"] for call in sandbox.calls()] == ["data", "data"]


def test_a_throttled_call_is_asked_again_after_seconds(connect, waits, sandbox):
    sandbox.add_fault("throttle", times=1)
    connect().get_bars("IBM")
    assert waits == [1.5]
    assert [call["outcome"] for call in sandbox.calls()] == ["E1", "data"]


def test_throttling_that_lasts_is_raised_with_the_time_to_wait(connect, waits, sandbox):
    sandbox.add_fault("throttle")
    with pytest.raises(e.Throttled) as caught:
        connect().get_bars("IBM")
    assert waits == [1.5, 3.0, 4.5]
    assert caught.value.wait == pytest.approx(1.5)


def test_a_minute_is_waited_for_once(connect, waits, sandbox):
    sandbox.add_fault("minute")
    with pytest.raises(e.Throttled):
        connect().get_bars("IBM")
    assert waits == [61.0]


def test_an_invalid_call_in_passing_is_asked_once_more(connect, waits, sandbox):
    sandbox.add_fault("transient_e13", times=1)
    assert len(connect().get_bars("IBM").bars) == 100
    assert waits == [1.5]


def test_an_unknown_symbol_is_refused_after_the_second_time(connect, waits):
    with pytest.raises(e.InvalidRequest, match="TIME_SERIES_DAILY XYZZY: Invalid API call"):
        connect().get_bars("XYZZY")
    assert len(waits) == 1


FAULTS = {
    "html_503": e.TransportError,
    "html_200": e.TransportError,
    "http_429": e.TransportError,
    "reset": e.TransportError,
    "truncated": e.TransportError,
    "truncated_gzip": e.TransportError,
    "throttle": e.Throttled,
    "minute": e.Throttled,
    "quota": e.DailyQuotaSpent,
    "premium": e.PremiumRequired,
    "sample": e.PremiumRequired,
    "unknown_text": e.UnknownMessage,
    "transient_e13": e.InvalidRequest,
    "wrong_symbol": e.UnreadableBody,
}


@pytest.mark.parametrize(("fault", "kind"), FAULTS.items())
@pytest.mark.parametrize("outputsize", ["compact", "full"])
def test_every_failure_is_its_kind_and_tells_no_key(connect, sandbox, output, fault, kind, outputsize):
    if outputsize == "full":
        kind = e.PremiumRequired if fault in {"truncated", "truncated_gzip", "wrong_symbol"} else kind
    sandbox.add_fault(fault)
    with pytest.raises(kind) as caught:
        connect().get_bars("IBM", outputsize=outputsize)
    error = caught.value
    told = output() + "".join(traceback.format_exception(error)) + repr(error.__dict__)
    assert KEY not in told
    assert KEY.encode() not in pickle.dumps(error)
    assert error.__context__ is None or kind is e.UnreadableBody


def test_a_slow_answer_is_a_timeout(connect, sandbox):
    sandbox.add_fault("slow", seconds=0.5, times=1)
    with pytest.raises(e.TransportError, match="ReadTimeout"):
        connect(extra={"timeout": 0.1}).get_bars("IBM")
    deadline = time.monotonic() + 20
    while not sandbox.calls():  # the sandbox notes the call when it has answered: not in the next test
        assert time.monotonic() < deadline


def test_nobody_listening_is_transport_and_tells_no_key(connect, output):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    says = r"ConnectionError: HTTPConnection\(host=.127.0.0.1., port=\d+\): Failed to establish a new"
    with pytest.raises(e.TransportError, match=says) as caught:
        connect(host=f"http://127.0.0.1:{port}").get_bars("IBM")
    assert KEY not in output() + "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_host_is_told_at_once(connect, serve, output, status):
    server = serve(b"<html>Nothing here</html>", status)
    hook = connect(host=server.url)
    with pytest.raises(e.NotTheApi, match=f"SPLITS IBM: HTTP {status} with an HTML page. Check the conn"):
        hook.query("SPLITS", symbol="IBM")
    assert len(server.asked) == 1
    assert KEY not in output()


@pytest.mark.parametrize("password", ["", " "])
def test_without_a_key_no_call_is_spent_and_the_connection_is_named(connect, sandbox, password):
    with pytest.raises(e.ApiKeyRefused, match="connection 'alphavantage_default' holds no API key"):
        connect(password=password).get_bars("IBM")
    assert sandbox.calls() == []


@pytest.mark.parametrize("pasted", [f"{KEY} ", f" {KEY}\n"])
def test_blanks_pasted_around_the_key_are_no_part_of_it(connect, serve, output, pasted):
    server = serve(lambda query: (200, b'{"Information": "Your call was ' + query.encode() + b'"}'))
    with pytest.raises(e.UnknownMessage, match=r"apikey=\[API key\]\.") as caught:
        connect(host=server.url, password=pasted).query("SPLITS", symbol="IBM")
    assert server.asked == [f"function=SPLITS&symbol=IBM&apikey={KEY}"]
    assert KEY not in output() + repr(caught.value.__dict__)


def test_a_key_with_a_blank_in_it_is_told_by_nobody(connect, serve, output):
    server = serve(lambda query: (200, b'{"Information": "Your call was ' + query.encode() + b'"}'))
    with pytest.raises(e.UnknownMessage) as caught:
        connect(host=server.url, password="ONE9HALF OTHER9HALF").query("SPLITS", symbol="IBM")
    assert "HALF" not in output() + repr(caught.value.__dict__) + str(caught.value)


def test_extras_never_become_headers(connect):
    session = connect(extra={"plan": "premium", "requests_per_minute": 75, "X-Evil": "1"}).get_conn()
    assert set(session.headers) == {"User-Agent", "Accept-Encoding", "Accept", "Connection"}


SENSELESS = {
    "timeout is 'abc'": {"extra": {"timeout": "abc"}},
    "timeout is -1": {"extra": {"timeout": -1}},
    "timeout is 'inf'": {"extra": {"timeout": "inf"}},
    r"calls_per_day is \[25\]": {"extra": {"calls_per_day": [25]}},
    "calls_per_minute is '9{30}'": {"extra": {"calls_per_minute": "9" * 30}},
    "proxies has to be a JSON object": {"extra": {"proxies": "http://user:word@proxy"}},
    "proxies has to be a JSON object ": {"extra": {"proxies": {"http": 3128}}},
    "verify is '/no/such.pem'": {"extra": {"verify": "/no/such.pem"}},
    "verify is 1": {"extra": {"verify": 1}},
    "cert is '/no/such.pem'": {"extra": {"cert": "/no/such.pem"}},
    "cert is 5": {"extra": {"cert": ["/", 5]}},
    "trust_env is 'perhaps'": {"extra": {"trust_env": "perhaps"}},
    "allow_redirects is 'no'": {"extra": {"allow_redirects": "no"}},
    "max_redirects is 'all'": {"extra": {"max_redirects": "all"}},
    "extra has to be a JSON object": {"extra": [1]},
    "extra has to be a JSON object.": {"extra": "{plan: premium}"},
    "host is 'ftp://files'": {"host": "ftp://files"},
    "host is 'http://'": {"host": "http://"},
    r"host is 'http://\[::1'": {"host": "http://[::1"},
}


@pytest.mark.parametrize(("says", "changed"), SENSELESS.items())
def test_a_connection_that_makes_no_sense_is_told_before_a_call_is_reserved(
    connect, sandbox, waits, limiter, says, changed
):
    hook = connect(**changed)
    with pytest.raises(e.InvalidConnection, match=says.strip()) as caught:
        hook.query("SPLITS", symbol="IBM")
    assert "word" not in str(caught.value)
    assert limiter.left(fingerprint(KEY), Budget(25, None, 1.5), timedelta(0)) == 25
    assert sandbox.calls() == []
    done, message = hook.test_connection()
    assert (done, message.partition(":")[0]) == (False, "InvalidConnection")


def test_the_connection_of_the_ledger_is_looked_up_again_before_it_is_called_missing(connect, sandbox):
    connect(extra={"pacing_conn_id": "gone"})
    pauses: list[float] = []
    with pytest.raises(e.ConnectionNotFound, match="There is no connection 'gone'"):
        AlphaVantageHook(sleep=pauses.append).query("SPLITS", symbol="IBM")
    assert (pauses, sandbox.calls()) == ([1, 2, 4, 8], [])


def test_a_connection_that_is_not_there_is_named(monkeypatch, metadata):
    pauses: list[float] = []
    with pytest.raises(
        e.ConnectionNotFound, match=r"There is no connection 'nowhere'.*looked up 5 times in 15 s"
    ):
        AlphaVantageHook("nowhere", sleep=pauses.append).query("SPLITS", symbol="IBM")
    assert pauses == [1, 2, 4, 8]


def test_a_connection_that_airflow_finds_at_the_third_try_is_used(monkeypatch, metadata):
    """As it is where 200 readers keep Airflow's database busy while a run starts."""
    there = '{"conn_type": "alphavantage", "password": "SECRETKEY"}'
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            monkeypatch.setenv("AIRFLOW_CONN_LATER", there)

    assert AlphaVantageHook("later", sleep=pause).plan == "free"
    assert pauses == [1, 2]


def test_extras_of_a_connection_given_as_a_uri_are_texts_and_are_read(connect):
    texts = {"verify": "False", "trust_env": "false", "timeout": "9", "max_redirects": "3", "proxies": ""}
    session = connect(extra=texts).get_conn()
    assert (session.verify, session.trust_env, session.max_redirects) == (False, False, 3)
    assert transport_of(texts) == Transport(9.0, {}, False, None, False, True, 3)


def test_files_for_tls_are_taken_where_they_are_there(connect, tmp_path):
    path = tmp_path / "both.pem"
    path.touch()
    session = connect(extra={"verify": str(path), "cert": [str(path), str(path)]}).get_conn()
    assert (session.verify, session.cert) == (str(path), (str(path), str(path)))


def test_extras_for_proxies_and_tls_reach_the_session(connect):
    session = connect(extra={"verify": False, "proxies": {"http": "http://proxy:3128"}}).get_conn()
    assert (session.verify, session.proxies) == (False, {"http": "http://proxy:3128"})


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("", "https://www.alphavantage.co"),
        ("www.alphavantage.co", "https://www.alphavantage.co"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
    ],
)
def test_the_host_is_https_unless_it_says_other(connect, host, base_url):
    hook = connect(host=host)
    hook.get_conn()
    assert hook.base_url == base_url


def test_a_key_is_told_apart_by_its_fingerprint(connect):
    assert connect().key_fingerprint == fingerprint(KEY)


def test_the_plan_is_free_unless_the_connection_says_other(connect):
    assert connect().plan == "free"
    assert connect(extra={"plan": "premium"}).plan == "premium"


def test_debug_logging_tells_the_call_and_not_the_key(connect, output):
    connect().get_bars("IBM")
    told = output()
    assert "GET /query?function=TIME_SERIES_DAILY&symbol=IBM" in told
    assert "apikey=[API key]" in told
    assert KEY not in told


def test_who_shares_the_key_waits_with_the_one_that_was_told_to_ask_less(connect, waits, sandbox):
    """The vendor's minute is over: another client of the same limiter has its turn after that, too."""
    connect()
    shared = LocalLimiter()
    sandbox.add_fault("minute")
    with pytest.raises(e.Throttled):
        AlphaVantageHook(limiter=shared, sleep=waits).get_bars("IBM")
    other = AlphaVantageHook(limiter=shared, sleep=waits)
    call = Call(other.key_fingerprint, "elsewhere", "SPLITS")
    assert shared.reserve(call, other.budget).wait > 50


def test_an_answer_is_not_lost_over_a_note_in_the_ledger(connect, waits, limiter):
    class Forgetful(LocalLimiter):
        def settle(self, reservation, outcome, size, seconds):
            raise e.LedgerUnavailable("The ledger of calls cannot be used: restarting.")

    connect()
    assert len(AlphaVantageHook(limiter=Forgetful(), sleep=waits).get_bars("IBM").bars) == 100


@pytest.mark.parametrize(
    ("changed", "fault", "works", "says"),
    [
        ({}, None, True, "free; the stand-in 'sandbox' answered, not Alpha Vantage."),
        (
            {"extra": {"plan": "premium"}},
            None,
            True,
            "The key's plan: free; the stand-in 'sandbox' answered, not Alpha Vantage. "
            "The connection says 'premium'.",
        ),
        ({"extra": {"plan": "gold"}}, None, False, "plan is 'gold'"),
        (
            {"password": PREMIUM_KEY, "extra": {"plan": "premium"}},
            None,
            True,
            "premium; the stand-in 'sandbox'",
        ),
        ({"password": ""}, None, False, "ApiKeyRefused"),
        ({}, "quota", False, "check the key"),
        ({}, "html_503", False, "HTTP 503"),
    ],
)
def test_testing_the_connection_tells_what_it_learned(connect, sandbox, changed, fault, works, says):
    if fault:
        sandbox.add_fault(fault)
    done, message = connect(**changed).test_connection()
    assert done is works
    assert says in message
    assert KEY not in message


@pytest.mark.parametrize("plan", ["free", "premium"])
@pytest.mark.parametrize("password", ["demo", "demo "])
def test_testing_a_connection_with_the_demo_key_says_what_it_is_good_for(connect, serve, password, plan):
    data = b'{"Meta Data": {"2. Symbol": "IBM"}, "Time Series (Daily)": {}}'
    refused = b'{"Information": "The **demo** API key is for demo purposes only."}'
    server = serve(lambda query: (200, data if query.endswith("symbol=IBM&apikey=demo") else refused))
    hook = connect(host=server.url, password=password, extra={"plan": plan})
    works = f"Works: {server.url} answered. The key's plan: demo (it answers documented examples only)."
    assert hook.test_connection() == (True, works)


def test_a_free_key_has_25_calls_a_day_and_the_26th_is_not_made(connect, sandbox):
    hook = connect()
    for _ in range(25):
        hook.get_bars("IBM")
    with pytest.raises(e.BudgetSpent, match="No call is left until"):
        hook.get_bars("IBM")
    assert [call["outcome"] for call in sandbox.calls()] == ["data"] * 25


def test_a_quota_spent_elsewhere_is_told_by_the_api(connect, sandbox):
    hook = connect(extra={"calls_per_day": 100})
    for _ in range(25):
        hook.get_bars("IBM")
    with pytest.raises(e.DailyQuotaSpent) as caught:
        hook.get_bars("IBM")
    assert KEY not in str(caught.value)
    sandbox.set_clock("2026-05-17T06:00:00Z")
    assert hook.get_bars("IBM").bars[0].session == date(2026, 5, 15)


def test_a_key_replaced_in_the_connection_is_used_by_the_next_call(connect, sandbox, monkeypatch):
    hook = connect()
    hook.get_bars("IBM")
    connect(password="ANOTHER9KEY9HERE")
    hook.get_bars("IBM")
    keys = [call["key"] for call in sandbox.calls()]
    assert len(set(keys)) == 2


class Halfway:
    """A connection that lets another thread ask while its extras are being read."""

    host = schema = login = extra = ""
    password, port = KEY, None

    def __init__(self, meanwhile) -> None:
        self.meanwhile = meanwhile

    @property
    def extra_dejson(self) -> dict[str, object]:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            with ThreadPoolExecutor(1) as threads:
                threads.submit(meanwhile).result()
        return {}


def test_a_thread_that_comes_while_another_reads_the_connection_has_the_whole_of_it(serve, waits, limiter):
    server, lefts = serve(b"{}"), []

    class Hook(AlphaVantageHook):
        def get_connection(self, conn_id):
            return connection

    def meanwhile() -> None:
        hook.query("OVERVIEW", symbol="IBM")
        lefts.append(limiter.left(fingerprint(KEY), hook.budget, timedelta(0)))

    hook, connection = Hook(limiter=limiter, sleep=waits), Halfway(meanwhile)
    connection.host = server.url
    assert hook.budget.per_day == 25
    assert lefts == [24]


def test_a_key_replaced_while_it_is_under_way_is_told_by_nobody(connect, serve, output):
    def answer(query: str) -> tuple[int, bytes]:
        assert connect(host=server.url, password="ANOTHER9KEY9HERE").budget
        assert hook.budget
        return 200, b'{"Information": "Your call was ' + query.encode() + b'"}'

    server = serve(answer)
    hook = connect(host=server.url)
    with pytest.raises(e.UnknownMessage) as caught:
        hook.query("SPLITS", symbol="IBM")
    assert KEY not in output() + str(caught.value) + repr(caught.value.__dict__)


@pytest.mark.postgres
def test_a_connection_that_names_a_ledger_counts_there(
    connect, sandbox, waits, warehouse_url, warehouse, monkeypatch
):
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER", warehouse_url)
    connect(extra={"pacing_conn_id": "ledger", "host_group": "office"})
    hook = AlphaVantageHook(sleep=waits)
    sandbox.add_fault("html_503", symbol="MSFT")
    hook.get_bars("IBM")
    with pytest.raises(e.TransportError):
        hook.get_bars("MSFT")
    rows = warehouse.execute(
        "select host_group, symbol, outcome, bytes > 0 from api_call order by id"
    ).fetchall()
    assert rows == [("office", "IBM", "data", True), ("office", "MSFT", "TransportError", None)]
    dumped = warehouse.execute("select api_call::text from api_call").fetchall()
    assert not any(KEY in row[0] for row in dumped)


def test_records_and_frames_are_exact(connect, sandbox):
    hook = connect()
    truth = sandbox.truth("IBM")
    records = hook.get_records("DIVIDENDS", symbol="IBM")
    assert records.meta["symbol"] == "IBM"
    newest = max(truth["dividends"], key=lambda row: row["ex_dividend_date"])
    first = max(records.dicts(), key=lambda row: row["ex_dividend_date"])
    assert first["amount"] == Decimal(newest["amount"])
    assert first["ex_dividend_date"] == date.fromisoformat(newest["ex_dividend_date"])
    frame = hook.get_df("TIME_SERIES_DAILY", symbol="IBM")
    assert list(frame.columns) == ["timestamp", "open", "high", "low", "close", "volume"]
    assert frame["close"][0] == Decimal(truth["bars"][-1]["close"])


def test_a_body_that_is_a_bare_list_is_its_rows(connect, serve):
    server = serve(b'[{"symbol": "SPX", "name": "S&P 500"}]')
    assert connect(host=server.url).get_records("INDEX_CATALOG").rows == [("SPX", "S&P 500")]
    assert len(server.asked) == 1


def test_a_wrong_parameter_costs_no_call(connect, sandbox):
    with pytest.raises(InvalidParameter, match=r"TIME_SERIES_DAILY: .*'symbl'.*symbol"):
        connect().query("TIME_SERIES_DAILY", symbl="IBM")
    assert sandbox.calls() == []


def test_a_function_of_tomorrow_is_asked_with_a_warning(connect, sandbox):
    with pytest.warns(UnknownFunctionWarning), pytest.raises(e.UnknownFunction):
        connect().query("TIME_SERIES_LUNAR", symbol="IBM")
    assert len(sandbox.calls()) == 1


@pytest.mark.parametrize("fault", [None, "quota", "reset"])
def test_asking_without_blocking_the_event_loop_is_the_same(connect, sandbox, output, fault):
    if fault:
        sandbox.add_fault(fault)
    hook = connect()

    async def ask() -> object:
        try:
            return await hook.aquery("TIME_SERIES_DAILY", symbol="IBM")
        except e.AlphaVantageError as error:
            return error

    answer = asyncio.run(ask())
    expected = {None: Answer, "quota": e.DailyQuotaSpent, "reset": e.TransportError}
    assert type(answer) is expected[fault]
    assert KEY not in output() + repr(answer)


def test_every_async_twin_answers_as_its_sync_one(connect, sandbox):
    hook = connect()

    async def ask() -> tuple:
        return (
            await hook.aget_bars("IBM"),
            await hook.aget_records("DIVIDENDS", symbol="IBM"),
            await hook.aget_df("SPLITS", symbol="IBM"),
        )

    bars, records, frame = asyncio.run(ask())
    assert bars == hook.get_bars("IBM")
    assert records == hook.get_records("DIVIDENDS", symbol="IBM")
    assert frame.equals(hook.get_df("SPLITS", symbol="IBM"))
