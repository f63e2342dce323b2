"""From planned requests to raw bodies: each is asked once, kept, and its outcome recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import (
    PASSING,
    AlphaVantageError,
    BudgetSpent,
    DailyQuotaSpent,
    InvalidRequest,
    PremiumRequired,
)
from include.datasets.bars import NoBars
from include.datasets.base import Dataset
from include.datasets.registry import dataset_named, dataset_of, final_through
from include.fetch.outage import REST, outage_of
from include.fetch.raw_store import REFUSED, is_stored, write_body
from include.fetch.stored import body_of_day, last_body
from include.market.exchanges import exchange_of
from include.market.lifecycle import forget_refusals, judge_refusal
from include.market.sessions import COMPACT, last_closed_session
from include.plan.needs import PlannedRequest
from include.settings import DAILY, LISTING
from include.warehouse.runs import (
    Request,
    Run,
    brought_since_start,
    is_quota_spent,
    record_request,
)

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

    from airflow_provider_alphavantage.answer import Answer

log = logging.getLogger(__name__)

OUT_OF_CALLS = (BudgetSpent, DailyQuotaSpent)
"""Asking again today would bring the same answer: by our own count, or by the vendor's."""

QUOTA_TOLD = DailyQuotaSpent("The API has just said so to another symbol of this run.")

REAL = "market"
"""The origin of a body that no stand-in has signed."""


NO_SUCH_SYMBOL = (InvalidRequest, NoBars)
"""Its splits and dividends would bring nothing either."""


class Api(Protocol):
    """What is needed of a hook."""

    def query(self, function: str, **parameters: str) -> Answer:
        """Ask one function."""


@dataclass(frozen=True)
class Fetcher:
    """Brings the bodies of planned requests into the raw store.

    A body of another run will do again, unless ``force``: of a symbol or the listing one that holds the last
    closed session, or came since this run was planned; of another dataset one that came on the same day (UTC)
    and was not loaded, so that a rule that was fixed costs no call.

    :param rest: how long nobody asks after symbols in a row got no answer.
    :param named: finds a dataset by its name.
    """

    run: Run
    connection: Connection[Any]
    api: Api
    store: ObjectStoragePath
    force: bool = False
    rest: timedelta = REST
    named: Callable[[str], Dataset] = dataset_named

    def fetch(self, requests: Iterable[PlannedRequest]) -> list[AlphaVantageError]:
        """Bring these bodies and return the errors of those that failed.

        What has a body since the run was started is left out. The outcome of each is recorded and committed
        before the next is asked. Once the day's quota is spent the rest is deferred unasked, here and, of
        symbols, in the run's other tasks, and so it is while the API does not answer
        (:mod:`include.fetch.outage`). Nothing more is asked of a symbol that was refused.
        """
        done = brought_since_start(self.connection, self.run)
        told = [QUOTA_TOLD] if is_quota_spent(self.connection, self.run) else []
        errors: list[AlphaVantageError] = []
        for planned in requests:
            refused = any(isinstance(e, NO_SUCH_SYMBOL) and e.symbol == planned.symbol for e in errors)
            if refused or (planned.symbol, planned.function) in done:
                continue
            known = [] if self._dataset(planned).subjects == "none" else told
            spent = next((error for error in [*known, *errors] if isinstance(error, OUT_OF_CALLS)), None)
            outage = outage_of(self.connection, self.run, self.rest)
            request, error = self._bring(planned, spent or outage.error)
            if error and not _fails_nothing(request, error):
                errors.append(error)
            log.info("%s %s: %s", planned.symbol, planned.function, _in_words(request))
            if not outage.is_known_of(request):
                record_request(self.connection, self.run, request)
            self.connection.commit()
        return errors

    def _bring(
        self, planned: PlannedRequest, spent: AlphaVantageError | None
    ) -> tuple[Request, AlphaVantageError | None]:
        try:
            if held := self._held(planned):
                return held, None
            if spent:
                return _deferred(planned, spent), spent
            return self._ask(planned), None
        except AlphaVantageError as error:
            return self._failure(planned, error), error
        except Exception as error:
            about = f"{type(error).__name__}: {error}. See the log of this task."
            failed = Request(planned.symbol, planned.function, "failed", planned.outputsize)
            self.connection.rollback()
            record_request(
                self.connection, self.run, replace(failed, kind=type(error).__name__, reason=about)
            )
            self.connection.commit()
            raise

    def _held(self, planned: PlannedRequest) -> Request | None:
        if self.force:
            return None
        if self._dataset(planned).subjects == "none":
            held = body_of_day(self.connection, self.run, planned.symbol, planned.function)
        else:
            held = last_body(
                self.connection,
                self.run,
                symbol=planned.symbol,
                function=planned.function,
                outputsize=planned.outputsize,
                final_through=last_closed_session(exchange_of(planned.symbol), self.run.now()),
            )
        return replace(held, outcome="reused") if held and held.path and is_stored(held.path) else None

    def _ask(self, planned: PlannedRequest) -> Request:
        self.connection.commit()  # a call may take a minute; no transaction stays open meanwhile
        try:
            answer = self.api.query(planned.function, **self._parameters(planned))
        except PremiumRequired as error:
            if planned.outputsize != "full":
                raise
            refused = error
        else:
            return self._answered(planned, answer)
        compact = self._held(recent := replace(planned, outputsize="compact")) or self._ask(recent)
        why = (
            f"{refused} The last {COMPACT} sessions were brought instead. If the key is free, set the "
            "connection's extra `plan` to free."
        )
        return replace(compact, kind=type(refused).__name__, reason=why)

    def _answered(self, planned: PlannedRequest, answer: Answer) -> Request:
        origin = answer.origin or REAL
        request = Request(
            planned.symbol,
            planned.function,
            "fetched",
            planned.outputsize,
            path=self._keep(planned, answer, origin),
            origin=origin,
            fetched_at=answer.fetched_at,
        )
        try:
            through = final_through(self._dataset(planned), request, answer.payload.content)
            request = replace(request, final_through=through)
        except AlphaVantageError as error:
            error.path = request.path
            raise
        if planned.function == DAILY:
            forget_refusals(self.connection, planned.symbol)
        return request

    def _dataset(self, planned: PlannedRequest) -> Dataset:
        return dataset_of(planned.symbol, planned.function, self.named)

    def _parameters(self, planned: PlannedRequest) -> dict[str, str]:
        return self._dataset(planned).parameters_for(planned.symbol, planned.outputsize)

    def _keep(self, planned: PlannedRequest, answer: Answer, origin: str) -> str:
        return write_body(
            self.store,
            answer.payload.content,
            origin=origin,
            function=planned.function,
            symbol=planned.symbol,
            fetched_at=answer.fetched_at,
            kind=f"{planned.outputsize or 'list'}.{answer.payload.format}",
        )

    def _failure(self, planned: PlannedRequest, error: AlphaVantageError) -> Request:
        if error.body is not None:
            error.path = write_body(
                self.store,
                error.body,
                origin=REFUSED,
                function=planned.function,
                symbol=planned.symbol,
                fetched_at=self.run.now(),
                kind="refusal.json",
            )
        request = Request(
            planned.symbol,
            planned.function,
            "deferred" if isinstance(error, OUT_OF_CALLS) else "failed",
            planned.outputsize,
            path=error.path,
            kind=type(error).__name__,
            reason=str(error),
        )
        is_beside_bars = planned.function != DAILY and self._dataset(planned).subjects != "none"
        if is_beside_bars and isinstance(error, PremiumRequired):
            return replace(request, outcome="left out")
        if planned.function != DAILY or not isinstance(error, NO_SUCH_SYMBOL):
            return request
        is_left_out, reason = judge_refusal(self.connection, self.run, request)
        return replace(request, outcome="left out" if is_left_out else "failed", reason=reason)


def _fails_nothing(request: Request, error: AlphaVantageError) -> bool:
    """Whether a run is none the worse: a suspect is still refused, the plan lacks it, the listing stays."""
    is_passing = isinstance(error, PASSING + OUT_OF_CALLS)
    return request.outcome == "left out" or (request.function == LISTING and not is_passing)


def _in_words(request: Request) -> str:
    if request.has_body:
        return f"{request.outcome}, final through {request.final_through}, kept at {request.path}"
    return f"{request.outcome}: {request.reason}"


def _deferred(planned: PlannedRequest, spent: AlphaVantageError) -> Request:
    return Request(
        planned.symbol,
        planned.function,
        "deferred",
        planned.outputsize,
        kind=type(spent).__name__,
        reason=f"Not asked: {spent.what} {spent.next_step}",
    )


def next_turn(errors: Iterable[AlphaVantageError], *, until: datetime) -> datetime | None:
    """Return when the first call of those that were refused by our own count comes free, if that is soon."""
    turns = [error.possible_at for error in errors if isinstance(error, BudgetSpent)]
    return min((turn for turn in turns if turn <= until), default=None)
