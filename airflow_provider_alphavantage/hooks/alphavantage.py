"""An Airflow connection to Alpha Vantage: the client, with what the connection holds now."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from copy import copy
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.blocks import BlockLimiter
from airflow_provider_alphavantage.client import AlphaVantageClient, utc_now
from airflow_provider_alphavantage.exceptions import AlphaVantageError, InvalidConnection, PremiumRequired
from airflow_provider_alphavantage.ledger import PostgresLedger
from airflow_provider_alphavantage.lookup import look_up
from airflow_provider_alphavantage.pacing import Budget, Limiter
from airflow_provider_alphavantage.parsing import Records
from airflow_provider_alphavantage.parsing.bars import Series
from airflow_provider_alphavantage.transport import DEFAULT_HOST

try:
    from airflow.sdk import BaseHook
except ImportError:  # Airflow 3.0
    from airflow.hooks.base import BaseHook  # type: ignore[attr-defined,no-redef]

if TYPE_CHECKING:
    import pandas as pd
    from airflow.sdk import Connection
    from requests import Session


class _ConnectedClient(AlphaVantageClient):
    """A client for one state of a connection, whose extra ``pacing_conn_id`` may name the ledger."""

    def __init__(self, conn_id: str, connection: Connection, state: tuple[Any, ...], **how: Any) -> None:
        extra = _extra_of(connection)
        super().__init__(connection.password or "", host=_host_of(connection), options=extra, **how)
        self.holder = f"The connection {conn_id!r}"
        self.state = state

    @property
    def ledger_conn_id(self) -> str | None:
        """The connection of the ledger; None where there is none, or a limiter was given."""
        ledger = self._options.get("pacing_conn_id")
        return str(ledger) if ledger and self._limiter is None else None

    @property
    def limiter(self) -> Limiter:
        """The limiter that was given, the ledger, or that of this process."""
        ledger = self.ledger_conn_id
        return PostgresLedger.of_connection(ledger, self._sleep) if ledger else super().limiter

    def with_limiter(self, limiter: Limiter) -> AlphaVantageClient:
        """Return the same client, its session too, with another limiter."""
        self._session = self.session
        other = copy(self)
        other._limiter = limiter
        return other


def _host_of(connection: Connection) -> str:
    host = connection.host or DEFAULT_HOST
    url = host if "://" in host or not connection.schema else f"{connection.schema}://{host}"
    return f"{url}:{connection.port}" if connection.port else url


def _extra_of(connection: Connection) -> dict[str, Any]:
    extra: Any = connection.extra_dejson
    try:
        json.loads(connection.extra or "{}")
    except ValueError:  # Airflow logs it and gives an empty one: limits and proxies would go unheeded
        extra = None
    if not isinstance(extra, dict):
        raise InvalidConnection("The connection's extra has to be a JSON object.")
    return extra


class AlphaVantageHook(BaseHook):
    """Ask Alpha Vantage; get data, or an error that says what to do.

    The API key is the connection's password. One HTTP session serves all calls of a hook. Extras are
    read by name; no extra becomes a header.

    Every call is reserved with a limiter first: the ledger in the database that the extra
    ``pacing_conn_id`` names, or else one that counts for this process. A connection that was changed,
    a new key for instance, is what the next call uses.

    :param alphavantage_conn_id: the connection.
    :param limiter: who counts the calls, instead of the connection's.
    :param sleep: how to wait for a turn and between two attempts of one call, in seconds.
    :param now: the clock that stamps an answer.
    """

    conn_name_attr = "alphavantage_conn_id"
    default_conn_name = "alphavantage_default"
    conn_type = "alphavantage"
    hook_name = "Alpha Vantage"

    def __init__(
        self,
        alphavantage_conn_id: str = default_conn_name,
        *,
        limiter: Limiter | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self.alphavantage_conn_id = alphavantage_conn_id
        self._sleep = sleep
        self._how = {"limiter": limiter, "sleep": sleep, "now": now}
        self._client: _ConnectedClient | None = None

    def get_client(self) -> AlphaVantageClient:
        """Return the client for the connection as it is now; one made for an older state is dropped.

        :raises ConnectionNotFound: Airflow did not find the connection, although it was asked for 15 s.
        :raises InvalidConnection: its extra is no object.
        """
        connection: Connection = look_up(self.get_connection, self.alphavantage_conn_id, self._sleep)
        state = (connection.host, connection.port, connection.schema, connection.password, connection.extra)
        client = self._client
        if client is None or client.state != state:
            client = _ConnectedClient(self.alphavantage_conn_id, connection, state, **self._how)
            self._client = client  # replaced as a whole: other threads use it, too
        return client

    @contextmanager
    def client_for(self, calls: int) -> Generator[AlphaVantageClient]:
        """Lend a client for so many calls, which threads may make at the same time.

        What the connection holds now counts for all of them. Turns are taken from a ledger in blocks, over
        one connection; see :class:`.BlockLimiter`.

        :raises ConnectionNotFound: Airflow did not find the connection, although it was asked for 15 s.
        """
        client = self.get_client()
        if not isinstance(client, _ConnectedClient) or client.ledger_conn_id is None:
            yield client
            return
        ledger = PostgresLedger.of_connection(client.ledger_conn_id, self._sleep, keeps=True)
        with closing(BlockLimiter(ledger, calls)) as limiter:
            yield client.with_limiter(limiter)

    def get_bars(
        self, symbol: str, *, function: str = "TIME_SERIES_DAILY", outputsize: str | None = None
    ) -> Series:
        """Return the bars of a symbol; see :meth:`.AlphaVantageClient.get_bars`."""
        return self.get_client().get_bars(symbol, function=function, outputsize=outputsize)

    def query(self, function: str, **parameters: Any) -> Answer:
        """Ask one function and return its answer; see :meth:`.AlphaVantageClient.query`."""
        return self.get_client().query(function, **parameters)

    def get_records(self, function: str, **parameters: Any) -> Records:
        """Return the rows of any function; see :meth:`.AlphaVantageClient.get_records`."""
        return self.get_client().get_records(function, **parameters)

    def get_df(self, function: str, **parameters: Any) -> pd.DataFrame:
        """Return the rows of any function as a frame; see :meth:`.AlphaVantageClient.get_df`."""
        return self.get_client().get_df(function, **parameters)

    async def aquery(self, function: str, **parameters: Any) -> Answer:
        """Do what :meth:`query` does, without keeping the event loop waiting."""
        return await sync_to_async(self.query, thread_sensitive=False)(function, **parameters)

    async def aget_bars(
        self, symbol: str, *, function: str = "TIME_SERIES_DAILY", outputsize: str | None = None
    ) -> Series:
        """Do what :meth:`get_bars` does, without keeping the event loop waiting."""
        get_bars = sync_to_async(self.get_bars, thread_sensitive=False)
        return await get_bars(symbol, function=function, outputsize=outputsize)

    async def aget_records(self, function: str, **parameters: Any) -> Records:
        """Do what :meth:`get_records` does, without keeping the event loop waiting."""
        return await sync_to_async(self.get_records, thread_sensitive=False)(function, **parameters)

    async def aget_df(self, function: str, **parameters: Any) -> pd.DataFrame:
        """Do what :meth:`get_df` does, without keeping the event loop waiting."""
        return await sync_to_async(self.get_df, thread_sensitive=False)(function, **parameters)

    @property
    def budget(self) -> Budget:
        """The limits of the key, as the connection's ``plan`` and its other extras say.

        :raises InvalidConnection: an extra makes no sense.
        """
        return self.get_client().budget

    def calls_left(self, within: timedelta = timedelta(0)) -> int | None:
        """Return how many calls the key has left; see :meth:`.AlphaVantageClient.calls_left`."""
        return self.get_client().calls_left(within)

    @property
    def plan(self) -> str:
        """``free`` or ``premium``, as the connection's ``plan`` says; ``free`` unless it does.

        :raises InvalidConnection: an extra makes no sense.
        """
        return self.get_client().plan

    @property
    def key_fingerprint(self) -> str:
        """What stands for the connection's key wherever the key must not be."""
        return self.get_client().key_fingerprint

    @property
    def base_url(self) -> str:
        """The address of the API: https unless the connection's host says otherwise."""
        return self.get_client().base_url

    def get_conn(self) -> Session:
        """Return the hook's one HTTP session, with the connection's key, proxies and TLS."""
        return self.get_client().session

    def test_connection(self) -> tuple[bool, str]:
        """Spend one call to tell whether the connection works and on which plan, never its key.

        It asks for a premium function: a refusal that names the plan shows that the key works, too.
        """
        try:
            client = self.get_client()
            origin = client.query("TIME_SERIES_DAILY_ADJUSTED", symbol="IBM").origin
            seen = "demo (it answers documented examples only)" if client.is_demo else "premium"
        except PremiumRequired as exc:
            origin, seen = exc.origin, "free"
        except AlphaVantageError as exc:
            return False, f"{type(exc).__name__}: {exc}"
        if origin:
            seen += f"; the stand-in {origin!r} answered, not Alpha Vantage"
        differs = "" if seen.startswith((client.plan, "demo")) else f" The connection says {client.plan!r}."
        return True, f"Works: {client.base_url} answered. The key's plan: {seen}.{differs}"
