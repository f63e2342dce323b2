"""One connection to Alpha Vantage, asked one query at a time."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from airflow.exceptions import AirflowNotFoundException  # type: ignore[attr-defined]
from airflow.providers.http.hooks.http import HttpHook
from asgiref.sync import sync_to_async
from requests import PreparedRequest, Request, Response, Session
from requests.auth import AuthBase
from requests.exceptions import RequestException

from airflow_provider_alphavantage import __version__
from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.api_key import ApiKey, hide_keys
from airflow_provider_alphavantage.exceptions import (
    AlphaVantageError,
    ApiKeyRefused,
    InvalidConnection,
    InvalidRequest,
    LedgerUnavailable,
    PremiumRequired,
    Throttled,
    TransportError,
)
from airflow_provider_alphavantage.extras import wrong
from airflow_provider_alphavantage.functions import check
from airflow_provider_alphavantage.ledger import PostgresLedger
from airflow_provider_alphavantage.pacing import LOCAL, Budget, Call, Limiter, budget_of, fingerprint
from airflow_provider_alphavantage.parsing import Records
from airflow_provider_alphavantage.parsing.bars import Series, parse_bars
from airflow_provider_alphavantage.responses import ORIGIN_HEADER, read, scrub
from airflow_provider_alphavantage.transport import transport_of

if TYPE_CHECKING:
    import pandas as pd
    from airflow.sdk import Connection

_ASK_AGAIN = {Throttled: 3, InvalidRequest: 1}
_LONGEST_WAIT = 120.0


@dataclass(frozen=True)
class _Line:
    """What one state of the connection comes to. It is replaced as a whole: other threads use it, too."""

    state: tuple[Any, ...] = field(default=(), repr=False)
    key: str = field(default="", repr=False)
    extra: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    session: Session | None = None


def _extra_of(connection: Connection) -> dict[str, Any]:
    extra: Any = connection.extra_dejson
    try:
        json.loads(connection.extra or "{}")
    except ValueError:  # Airflow logs it and gives an empty one: limits and proxies would go unheeded
        extra = None
    if not isinstance(extra, dict):
        raise InvalidConnection("The connection's extra has to be a JSON object.")
    return extra


def _cause(error: RequestException) -> str:
    """What happened to the connection, without the words about retries and the URL around it."""
    inner = error.args[0] if error.args else None
    return str(getattr(inner, "reason", None) or error)


def _limiter_of(extra: dict[str, Any]) -> Limiter:
    ledger = extra.get("pacing_conn_id")
    return PostgresLedger.of_connection(str(ledger)) if ledger else LOCAL


def _utc_now() -> datetime:
    return datetime.now(UTC)


class AlphaVantageHook(HttpHook):
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
    default_host = "https://www.alphavantage.co"
    default_headers = {"User-Agent": f"airflow-provider-alphavantage/{__version__}"}  # ruff: ignore[mutable-class-default] (HttpHook's)

    def __init__(
        self,
        alphavantage_conn_id: str = default_conn_name,
        *,
        limiter: Limiter | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = _utc_now,
        **http: Any,
    ) -> None:
        super().__init__(**{"method": "GET", "http_conn_id": alphavantage_conn_id} | http)
        self.alphavantage_conn_id = alphavantage_conn_id
        self._limiter = limiter
        self._sleep = sleep
        self._now = now
        self._line = _Line()

    def get_bars(
        self, symbol: str, *, function: str = "TIME_SERIES_DAILY", outputsize: str | None = None
    ) -> Series:
        """Return the bars of a symbol, newest first, exact and as traded.

        :param function: a daily, weekly or monthly series.
        :param outputsize: for daily ones ``compact`` (the last 100 sessions, as without it) or ``full``
            (premium); weekly and monthly ones are always whole and do not take it.
        :raises AlphaVantageError: see :mod:`airflow_provider_alphavantage.exceptions`.
        """
        answer = self.query(function, symbol=symbol, outputsize=outputsize)
        return parse_bars(answer.payload, function=function, symbol=answer.symbol)

    def query(self, function: str, **parameters: Any) -> Answer:
        """Ask one function and return its answer.

        A throttled call is asked again after a wait of seconds, up to three times and two minutes; a
        refused symbol or parameter once, because the API also says so in passing. Unless ``datatype``
        is given, compact series come as JSON, which names symbol and zone, and ``full`` as CSV, which
        is a quarter of the bytes.

        :raises InvalidParameter: the catalogue knows that the function does not take a parameter; no
            call is spent.
        :raises AlphaVantageError: see :mod:`airflow_provider_alphavantage.exceptions`.
        """
        if parameters.get("outputsize") == "full":
            parameters = {"datatype": "csv"} | parameters
        asked = check(function, parameters)
        waited, attempt = 0.0, 0
        while True:
            attempt += 1
            refusal = None
            try:
                return self._ask(function, asked)
            except (Throttled, InvalidRequest) as exc:
                refusal = exc
            wait = getattr(refusal, "wait", 1.5) * attempt
            waited += wait
            if attempt > _ASK_AGAIN[type(refusal)] or waited > _LONGEST_WAIT:
                raise refusal
            self.log.info("%s Asking again in %.1f s.", refusal.what, wait)
            self._sleep(wait)

    def get_records(self, function: str, **parameters: Any) -> Records:
        """Return the rows of any function, exact and typed.

        :raises AlphaVantageError: see :mod:`airflow_provider_alphavantage.exceptions`.
        """
        return self.query(function, **parameters).records()

    def get_df(self, function: str, **parameters: Any) -> pd.DataFrame:
        """Return the rows of any function as a frame (needs the extra ``[pandas]``).

        :raises ImportError: pandas is not installed; no call is spent.
        :raises AlphaVantageError: see :mod:`airflow_provider_alphavantage.exceptions`.
        """
        import_module("pandas")
        return self.query(function, **parameters).frame()

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
        return budget_of(self._look_up().extra)

    def calls_left(self, within: timedelta = timedelta(0)) -> int | None:
        """Return how many calls the key has left of its day, or None if that has no limit.

        :param within: count the calls, too, that come free within this span.
        :raises LedgerUnavailable: the ledger cannot be asked.
        """
        line = self._look_up()
        limiter = self._limiter or _limiter_of(line.extra)
        return limiter.left(fingerprint(line.key), budget_of(line.extra), within)

    @property
    def plan(self) -> str:
        """``free`` or ``premium``, as the connection's ``plan`` says; ``free`` unless it does.

        :raises InvalidConnection: an extra makes no sense.
        """
        extra = self._look_up().extra
        budget_of(extra)
        return str(extra.get("plan") or "free")

    @property
    def key_fingerprint(self) -> str:
        """What stands for the connection's key wherever the key must not be."""
        return fingerprint(self._look_up().key)

    def test_connection(self) -> tuple[bool, str]:
        """Spend one call to tell whether the connection works and on which plan, never its key.

        It asks for a premium function: a refusal that names the plan shows that the key works, too.
        """
        try:
            origin = self.query("TIME_SERIES_DAILY_ADJUSTED", symbol="IBM").origin
            is_demo = self._line.key == "demo"
            seen = "demo (it answers documented examples only)" if is_demo else "premium"
        except PremiumRequired as exc:
            origin, seen = exc.origin, "free"
        except AlphaVantageError as exc:
            return False, f"{type(exc).__name__}: {exc}"
        if origin:
            seen += f"; the stand-in {origin!r} answered, not Alpha Vantage"
        differs = "" if seen.startswith((self.plan, "demo")) else f" The connection says {self.plan!r}."
        return True, f"Works: {self.base_url} answered. The key's plan: {seen}.{differs}"

    def get_conn(self, headers: Any = None, extra_options: dict[str, Any] | None = None) -> Session:
        """Return the hook's one HTTP session, with the connection's key, proxies and TLS."""
        session = self._connected(headers, extra_options).session
        return cast("Session", session)

    def _connected(self, headers: Any = None, extra_options: dict[str, Any] | None = None) -> _Line:
        line = self._look_up()
        if line.session is None:
            session = super().get_conn(headers, extra_options)
            logging.getLogger("urllib3.connectionpool").addFilter(hide_keys)  # at DEBUG it tells every URL
            key, url = cast("ApiKey", session.auth).key, self.url_from_endpoint("query")
            self._line = line = replace(line, key=key, url=url, session=session)
        return line

    def _look_up(self) -> _Line:
        """Read the connection as it is now; a session made for an older state of it is dropped.

        :raises InvalidConnection: there is none, or its extra is no object.
        """
        try:
            connection: Connection = self.get_connection(self.alphavantage_conn_id)
        except AirflowNotFoundException as exc:
            raise InvalidConnection(f"There is no connection {self.alphavantage_conn_id!r}.") from exc
        state = (connection.host, connection.port, connection.schema, connection.password, connection.extra)
        line = self._line
        if state != line.state:
            self._line = line = _Line(state, (connection.password or "").strip(), _extra_of(connection))
        return line

    def run_and_check(
        self, session: Session, prepped_request: PreparedRequest, extra_options: dict[Any, Any]
    ) -> Response:
        """Send a request. HttpHook's own would log the URL, and with it the key.

        :raises TransportError: the network failed; it names the failure, not the URL's query.
        """
        settings = session.merge_environment_settings(
            prepped_request.url, session.proxies, session.stream, session.verify, session.cert
        )
        transport = transport_of(extra_options)
        options: Any = {"timeout": transport.timeout, "allow_redirects": transport.allow_redirects}
        try:
            return session.send(prepped_request, **settings, **options)
        except RequestException as exc:
            key = getattr(session.auth, "key", None)
            failure = f"{type(exc).__name__}: {scrub(_cause(exc), key)}."
        raise TransportError(failure)  # outside "except": a chained exception would carry the URL

    def _ask(self, function: str, parameters: dict[str, str]) -> Answer:
        line = self._connected()
        symbol = parameters.get("symbol")
        host_group = str(line.extra.get("host_group") or "default")
        call = Call(fingerprint(line.key), host_group, function, symbol)
        limiter = self._limiter or _limiter_of(line.extra)
        reservation = limiter.reserve(call, budget_of(line.extra))
        self._sleep(reservation.wait)
        outcome, size, started = "interrupted", None, time.monotonic()
        try:
            answer = self._send(line, function, parameters)
            outcome, size = "data", len(answer.payload.content)
        except AlphaVantageError as error:
            outcome = type(error).__name__
            raise
        finally:
            self._settle(limiter, reservation, outcome, size, time.monotonic() - started)
        return answer

    def _settle(self, limiter: Limiter, *told: Any) -> None:
        """Note how a call ended; the answer is paid for and not lost over a note."""
        try:
            limiter.settle(*told)
        except LedgerUnavailable as error:
            self.log.warning("The call is counted; how it ended (%s) is not noted: %s", told[1], error.what)

    def _send(self, line: _Line, function: str, parameters: dict[str, str]) -> Answer:
        symbol, session = parameters.get("symbol"), cast("Session", line.session)
        request = Request("GET", line.url, params={"function": function} | parameters)
        failure = None
        try:
            response = self.run_and_check(session, session.prepare_request(request), line.extra)
        except TransportError as exc:
            failure = exc.what
        if failure:
            raise TransportError(failure, function=function, symbol=symbol)
        content, origin = response.content, response.headers.get(ORIGIN_HEADER)
        try:
            payload = read(
                content, status=response.status_code, function=function, symbol=symbol, key=line.key
            )
        except AlphaVantageError as error:
            error.origin = origin
            raise
        if payload.format == "csv" and not content.endswith(b"\n"):
            raise TransportError("The CSV body is cut short.", function=function, symbol=symbol)
        return Answer(payload, self._now(), origin, function, symbol)

    def _extract_auth(self, connection: Any) -> AuthBase:
        key = (connection.password or "").strip()
        if not key:
            raise ApiKeyRefused(f"The connection {self.alphavantage_conn_id!r} holds no API key.")
        return ApiKey(key)

    def _set_base_url(self, connection: Any) -> None:
        try:
            super()._set_base_url(connection)
            if "://" not in (connection.host or self.default_host) and not connection.schema:
                self.base_url = self.base_url.replace("http://", "https://", 1)
            is_web = urlsplit(self.base_url).scheme in {"http", "https"}
            PreparedRequest().prepare_url(self.base_url, None)
        except ValueError:
            is_web = False
        if not is_web:
            raise wrong("host", connection.host, "a host's name or its http(s) address")

    def _configure_session_from_extra(
        self, session: Session, connection: Any, extra_options: dict[str, Any]
    ) -> Session:
        """Read each extra by name: HttpHook makes a header of every one it does not know."""
        self.merged_extra = connection.extra_dejson | extra_options
        transport = transport_of(self.merged_extra)
        session.proxies = dict(transport.proxies)
        session.verify, session.cert = transport.verify, transport.cert
        session.trust_env, session.max_redirects = transport.trust_env, transport.max_redirects
        return session
