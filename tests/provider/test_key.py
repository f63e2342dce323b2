"""The key is nowhere: each error of the tree, asked for in both ways, over a server that echoes the key."""

from __future__ import annotations

import asyncio
import json
import pickle
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from airflow_provider_alphavantage import exceptions as e
from airflow_provider_alphavantage.functions import InvalidParameter
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.sensors.alphavantage import SessionNotPublished
from airflow_provider_alphavantage.triggers.alphavantage import is_final

KEY = "NOWHERE9TO9BE9SEEN"
CLOSED = "postgresql://someone:DB9WORD@127.0.0.1:1/nowhere"


@dataclass(frozen=True)
class Case:
    """How an error comes about.

    :param said: the body of the answer, or its text under ``Information``; ``@`` is the query with the key.
    """

    said: str = ""
    status: int = 200
    method: str = "query"
    asked: tuple[str, ...] = ("SPLITS",)
    symbol: str = "IBM"
    extra: dict[str, Any] = field(default_factory=dict)

    def answer(self, query: str) -> tuple[int, bytes]:
        said = self.said.replace("@", query)
        is_body = self.status != 200 or said.startswith(("{", "<"))
        return self.status, (said if is_body else json.dumps({"Information": f"{said} ({query})"})).encode()


BAR = {"1. open": "1", "2. high": "1", "3. low": "1", "4. close": "1"}
SERIES = json.dumps({"Time Series (Daily)": {"2026-05-15": BAR, "2026-05-08": BAR}})
CASES = {
    e.TransportError: Case("<html>@</html>", 503),
    e.EmptyDocument: Case("{}"),
    e.NotTheApi: Case("No such place: @", 404),
    e.UnreadableBody: Case('{"symbol": "IBM", "data": [1]}', method="get_records"),
    e.NoSuchSession: Case(SERIES, method="get_bars", asked=()),
    e.BudgetSpent: Case('{"symbol": "IBM", "data": []}', extra={"calls_per_day": 1}),
    e.InvalidConnection: Case(extra={"timeout": "abc"}),
    e.LedgerUnavailable: Case(extra={"pacing_conn_id": "closed"}),
    InvalidParameter: Case(symbol=f"IBM&apikey={KEY}"),
    e.Throttled: Case("At most 5 requests per second, please."),
    e.DailyQuotaSpent: Case("We have detected your API key: 25 requests per day."),
    e.PremiumRequired: Case("This is a premium endpoint."),
    e.ApiKeyRefused: Case("the parameter apikey is invalid or missing."),
    e.UnknownFunction: Case("This API function does not exist."),
    e.InvalidRequest: Case("Invalid API call."),
    e.UnknownMessage: Case('{"error": "bad call @"}'),
}


def tree(kind: type[Exception] = e.AlphaVantageError) -> Iterator[type[Exception]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("airflow_provider_alphavantage"):
            yield child
            yield from tree(child)


def test_no_error_of_the_tree_is_left_out():
    quoted = {SessionNotPublished}  # it holds the text of another
    without_key = {e.ConnectionNotFound}  # there is no connection that could have one
    assert set(CASES) == set(tree()) - {e.Refusal} - quoted - without_key


def ask(hook: AlphaVantageHook, case: Case) -> object:
    return getattr(hook, case.method)(*case.asked, symbol=case.symbol)


def ask_without_blocking(hook: AlphaVantageHook, case: Case) -> object:
    async def wait() -> object:
        return await getattr(hook, f"a{case.method}")(*case.asked, symbol=case.symbol)

    return asyncio.run(wait())


def provoke(way: Callable[..., Any], hook: AlphaVantageHook, case: Case) -> None:
    way(hook, case)
    is_final(way(hook, case), date(2026, 5, 10))  # the second call is beyond a budget of one


@pytest.mark.parametrize("way", [ask, ask_without_blocking])
@pytest.mark.parametrize(("kind", "case"), CASES.items(), ids=[kind.__name__ for kind in CASES])
def test_no_error_tells_the_key_in_any_way(
    connect, serve, waits, output, monkeypatch, kind, case, way: Callable[..., object]
):
    monkeypatch.setenv("AIRFLOW_CONN_CLOSED", CLOSED)
    hook = connect(host=serve(case.answer).url, password=KEY, extra=case.extra)
    if "pacing_conn_id" in case.extra:
        hook = AlphaVantageHook(sleep=waits)
    with pytest.raises(kind) as caught:
        provoke(way, hook, case)
    error = caught.value
    assert type(error) is kind
    told = output() + "".join(traceback.format_exception(error)) + repr(error) + repr(error.__dict__)
    copy = pickle.dumps(error)
    assert KEY not in told + repr(hook.__dict__) + copy.decode("latin-1")
    assert "DB9WORD" not in told
    assert str(pickle.loads(copy)) == str(error)
    chain = [error.__cause__, error.__context__]
    assert all(KEY not in repr(link and link.__dict__) + repr(link and link.args) for link in chain)


@pytest.mark.parametrize("way", [ask, ask_without_blocking])
def test_an_answer_tells_the_key_no_more_than_an_error(connect, serve, output, way):
    case = Case('{"symbol": "IBM", "data": []}')
    answer = way(connect(host=serve(case.answer).url, password=KEY), case)
    told = output()
    assert "apikey=[API key]" in told
    assert KEY not in told + repr(answer)
