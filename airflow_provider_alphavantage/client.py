"""Alpha Vantage without Airflow: one key, asked one query at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from requests import Request, Response, Session
from requests.exceptions import RequestException

from airflow_provider_alphavantage.answer import Answer
from airflow_provider_alphavantage.api_key import ApiKey
from airflow_provider_alphavantage.exceptions import (
    AlphaVantageError,
    ApiKeyRefused,
    InvalidRequest,
    LedgerUnavailable,
    Throttled,
    TransportError,
)
from airflow_provider_alphavantage.functions import check
from airflow_provider_alphavantage.optional import require
from airflow_provider_alphavantage.pacing import (
    LOCAL,
    Budget,
    Call,
    Limiter,
    Reservation,
    budget_of,
    fingerprint,
)
from airflow_provider_alphavantage.parsing import Records
from airflow_provider_alphavantage.parsing.bars import Series, parse_bars
from airflow_provider_alphavantage.responses import ORIGIN_HEADER, read
from airflow_provider_alphavantage.scrubbing import scrub
from airflow_provider_alphavantage.transport import (
    DEFAULT_HOST,
    address_of,
    cause,
    open_session,
    send,
    transport_of,
)

if TYPE_CHECKING:
    import pandas as pd

_ASK_AGAIN = {Throttled: 3, InvalidRequest: 1}
_LONGEST_WAIT = 120.0

_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the time of the system's clock, in UTC."""
    return datetime.now(UTC)


class AlphaVantageClient:
    """Ask Alpha Vantage; get data, or an error that says what to do.

    One HTTP session serves all calls. Every call is reserved with the limiter first.

    :param api_key: the key. It is in no log, error or repr.
    :param host: a host's name or its http(s) address.
    :param options: plan, limits, time-out, proxies and TLS, under the names of the connection's extras.
    :param limiter: who counts the calls; by default all clients of this process share one.
    :param sleep: how to wait for a turn and between two attempts of one call, in seconds.
    :param now: the clock that stamps an answer.
    """

    holder = "The client"

    def __init__(
        self,
        api_key: str,
        *,
        host: str = DEFAULT_HOST,
        options: Mapping[str, Any] | None = None,
        limiter: Limiter | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._auth = ApiKey((api_key or "").strip())
        self._host = host
        self._options = dict(options or {})
        self._limiter = limiter
        self._sleep = sleep
        self._now = now
        self._session: Session | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._host!r}, key {self.key_fingerprint})"

    @property
    def key_fingerprint(self) -> str:
        """What stands for the key wherever the key must not be."""
        return fingerprint(self._auth.key)

    @property
    def is_demo(self) -> bool:
        """Whether the key is the vendor's ``demo``, which answers documented examples only."""
        return self._auth.key == "demo"

    @property
    def limiter(self) -> Limiter:
        """Who counts the calls."""
        return self._limiter or LOCAL

    @property
    def budget(self) -> Budget:
        """The limits of the key, as the ``plan`` and the other options say.

        :raises InvalidConnection: an option makes no sense.
        """
        return budget_of(self._options)

    @property
    def plan(self) -> str:
        """``free`` or ``premium``, as the options say; ``free`` unless they do.

        :raises InvalidConnection: an option makes no sense.
        """
        budget_of(self._options)
        return str(self._options.get("plan") or "free")

    @property
    def base_url(self) -> str:
        """The address of the API: https unless the host says otherwise.

        :raises InvalidConnection: the host makes no sense.
        """
        return address_of(self._host)

    @property
    def session(self) -> Session:
        """The one HTTP session, with the key, proxies and TLS.

        :raises ApiKeyRefused: there is no key.
        :raises InvalidConnection: the host or an option makes no sense.
        """
        if self._session is None:
            if not self._auth.key:
                raise ApiKeyRefused(f"{self.holder} holds no API key.")
            transport = transport_of(self._options)
            self._session = open_session(self._auth, transport, self.budget.at_once)
        return self._session

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
            _log.info("%s Asking again in %.1f s.", refusal.what, wait)
            self._sleep(wait)

    def get_records(self, function: str, **parameters: Any) -> Records:
        """Return the rows of any function, exact and typed.

        :raises AlphaVantageError: see :mod:`airflow_provider_alphavantage.exceptions`.
        """
        return self.query(function, **parameters).records()

    def get_df(self, function: str, **parameters: Any) -> pd.DataFrame:
        """Return the rows of any function as a frame (needs the extra ``[pandas]``).

        :raises ImportError: pandas is not installed; the error names the extra, and no call is spent.
        :raises AlphaVantageError: see :mod:`airflow_provider_alphavantage.exceptions`.
        """
        require("pandas")
        return self.query(function, **parameters).frame()

    async def aquery(self, function: str, **parameters: Any) -> Answer:
        """Do what :meth:`query` does, without keeping the event loop waiting."""
        return await asyncio.to_thread(self.query, function, **parameters)

    def calls_left(self, within: timedelta = timedelta(0)) -> int | None:
        """Return how many calls the key has left of its day, or None if that has no limit.

        :param within: count the calls, too, that become available within this span.
        :raises LedgerUnavailable: the ledger cannot be asked.
        """
        return self.limiter.left(self.key_fingerprint, self.budget, within)

    def _ask(self, function: str, parameters: dict[str, str]) -> Answer:
        session, url = self.session, f"{self.base_url.rstrip('/')}/query"
        host_group = str(self._options.get("host_group") or "default")
        call = Call(self.key_fingerprint, host_group, function, parameters.get("symbol"))
        limiter = self.limiter
        reservation = limiter.reserve(call, self.budget)
        self._sleep(reservation.wait)
        outcome, size, started = "interrupted", None, time.monotonic()
        try:
            request = Request("GET", url, params={"function": function} | parameters)
            response = self._send(session, request, call)
            answer = replace(self._read(response, call), seconds=time.monotonic() - started)
            outcome, size = "data", len(answer.payload.content)
        except AlphaVantageError as error:
            outcome = type(error).__name__
            if isinstance(error, Throttled):
                _pause(limiter, call, error.wait)
            raise
        finally:
            _settle(limiter, reservation, outcome, size, time.monotonic() - started)
        return answer

    def _send(self, session: Session, request: Request, call: Call) -> Response:
        try:
            return send(session, request, transport_of(self._options))
        except RequestException as exc:
            failure = f"{type(exc).__name__}: {scrub(cause(exc), self._auth.key)}."
        # outside "except": a chained exception would carry the URL
        raise TransportError(failure, function=call.function, symbol=call.symbol)

    def _read(self, response: Response, call: Call) -> Answer:
        content, origin = response.content, response.headers.get(ORIGIN_HEADER)
        about: Any = {"function": call.function, "symbol": call.symbol}
        try:
            payload = read(content, status=response.status_code, key=self._auth.key, **about)
        except AlphaVantageError as error:
            error.origin = origin
            raise
        if payload.format == "csv" and not content.endswith(b"\n"):
            raise TransportError("The CSV body is cut short.", **about)
        return Answer(payload, self._now(), origin, **about)


def _pause(limiter: Limiter, call: Call, seconds: float) -> None:
    """Have everybody who shares the key wait; where that cannot be said, this call waits alone."""
    try:
        limiter.pause(call, seconds)
    except LedgerUnavailable as error:
        _log.warning("Others who share the key go on asking: %s", error.what)


def _settle(
    limiter: Limiter, reservation: Reservation, outcome: str, size: int | None, seconds: float
) -> None:
    """Note how a call ended; the answer is paid for and not lost over a note."""
    try:
        limiter.settle(reservation, outcome, size, seconds)
    except LedgerUnavailable as error:
        _log.warning("The call is counted; how it ended (%s) is not noted: %s", outcome, error.what)
