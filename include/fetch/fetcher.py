"""From planned requests to raw bodies: each is asked once, kept, and its outcome recorded."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import (
    AlphaVantageError,
    BudgetSpent,
    DailyQuotaSpent,
    EmptyDocument,
    PremiumRequired,
)
from include.datasets.base import Dataset
from include.datasets.registry import DATASETS, dataset_of
from include.fetch.calls import Api, Call, Errand, Lane, lanes
from include.fetch.entitlement import Entitlement
from include.fetch.in_flight import AtOnce, InFlight
from include.fetch.outage import REST, Outage, outage_of
from include.fetch.outcomes import (
    NO_SUCH_SYMBOL,
    BrokenRequest,
    broken,
    deferred,
    failed,
    fails_nothing,
    in_words,
    is_lasting,
    names_no_symbol,
    nothing_of,
    shortened,
    still_refused,
)
from include.fetch.stored import keep_refusal, usable_body
from include.market.lifecycle import forget_refusals, judge_refusal
from include.plan.entitlement import RefusedBefore
from include.plan.needs import PlannedRequest
from include.warehouse.runs import (
    Request,
    Run,
    is_quota_spent,
    record_requests,
    requests_since_start,
)

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

log = logging.getLogger(__name__)

QUOTA_TOLD = DailyQuotaSpent("The API has just said so, to this symbol or to two others of this run.")


@dataclass(frozen=True)
class Fetcher:
    """Brings the bodies of planned requests, of any dataset, into the raw store.

    A body of another run than which there is no newer one to be had is used again, unless ``force``: see
    :mod:`include.fetch.stored`. So a rule that was fixed costs no call.

    :param api: a client or hook that threads may use at the same time.
    :param rest: how long nobody asks after symbols in a row got no answer.
    :param datasets: those that are asked of nobody, by name.
    :param entitlement: what the key was refused as premium; None where nobody remembers.
    :param in_flight: how many calls may be under way at once.
    """

    run: Run
    connection: Connection[Any]
    api: Api
    store: ObjectStoragePath
    force: bool = False
    rest: timedelta = REST
    datasets: Sequence[Dataset] = DATASETS
    entitlement: Entitlement | None = None
    in_flight: InFlight = field(default_factory=InFlight)

    def fetch(self, requests: Iterable[PlannedRequest]) -> list[Exception]:
        """Bring these bodies and return the errors of those that failed.

        What has a body since the run was started is left out, and what was refused since for a reason that
        lasts is refused again without a call. Of different symbols several are asked for at once, as far as
        ``in_flight`` says; outcomes are recorded and committed before the next are asked, so a kill loses
        no more than what was under way. Whatever fails with one, the others go on. Once two symbols got the
        notice that the day's quota is spent, or our own count says so, the others are deferred unasked, here
        and in the run's other tasks; a dataset that is asked of nobody costs one call at the most and finds
        out itself. All are while the API does not answer (:mod:`include.fetch.outage`). Nothing more is
        asked of a symbol that was refused.
        """
        one_by_one = self.in_flight.most == 1
        with AtOnce() if one_by_one else ThreadPoolExecutor(self.in_flight.most) as pool:
            return _Fetching(self, pool, lanes(requests, self._lane)).to_the_end()

    def _lane(self, request: PlannedRequest) -> str:
        """Whose turn it is: what has its rows in another's body comes after that one."""
        try:
            dataset = dataset_of(request.symbol, request.function, self.datasets)
        except LookupError:
            return request.symbol
        return dataset.with_body_of or request.symbol


@dataclass
class _Fetching:
    """The fetch of one list of requests. All but the calls happens in one thread, over one connection."""

    about: Fetcher
    pool: Executor
    waiting: deque[Lane]
    flying: dict[Future[tuple[Request, float]], Call] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    unrecorded: list[Request] = field(default_factory=list)
    earlier: Mapping[tuple[str, str], Request] = field(default_factory=dict)

    def to_the_end(self) -> list[Exception]:
        self.earlier = requests_since_start(self.about.connection, self.about.run)
        while self.waiting or self.flying:
            while self.waiting and len(self.flying) < self.about.in_flight.wanted:
                self._take_off(self.waiting.popleft())
            landed = wait(self.flying, return_when=FIRST_COMPLETED).done if self.flying else set()
            for done in landed:
                call = self.flying.pop(done)
                self._land(call, done)
                if call.lane:
                    self.waiting.appendleft(call.lane)
            self._record()
        return self.errors

    def _take_off(self, lane: Lane) -> None:
        """Begin the next call of a lane; what needs none ends here."""
        while lane:
            call = self._prepared(lane, lane.popleft())
            self._record()  # a call may take a minute; no transaction stays open meanwhile
            if call:
                self.flying[self.pool.submit(call.make)] = call
                return

    def _prepared(self, lane: Lane, errand: Errand) -> Call | None:
        """Return the call of an errand; None where it ended without one."""
        planned = errand.planned
        before = self.earlier.get(planned.key)
        if before and before.has_body:
            return None
        try:
            dataset = dataset_of(planned.symbol, planned.function, self.about.datasets)
            if before and is_lasting(before):
                self._end(lane, before, still_refused(before, dataset), is_new=False)
                return None
            return self._allowed(lane, dataset, errand, before)
        except Exception as error:
            log.exception("%s %s failed", planned.symbol, planned.function)
            self._break(lane, planned, error)
            return None

    def _allowed(self, lane: Lane, dataset: Dataset, errand: Errand, before: Request | None) -> Call | None:
        outage = outage_of(self.about.connection, self.about.run, self.about.rest)
        was_empty = before is not None and before.kind == EmptyDocument.__name__ and not outage.is_of_all
        if held := self._held(dataset, errand):
            self._end(lane, held, None)
            return None
        spent = self._spent(errand.planned) if dataset.subjects else None
        if no_call := spent or outage.error:
            request = deferred(errand.planned, no_call)
            self._end(lane, request, self._unless_none(dataset, request, no_call), outage=outage)
            return None
        parameters = dataset.question(errand.asked.symbol, errand.asked.outputsize)
        call = Call(self.about.api, self.about.store, dataset, errand, lane, was_empty, parameters)
        try:
            if self.about.entitlement:
                self.about.entitlement.check(errand.asked.function, parameters)
        except RefusedBefore as refused:
            self._fail(call, refused)
            return None
        return call

    def _held(self, dataset: Dataset, errand: Errand) -> Request | None:
        if self.about.force and not dataset.with_body_of:
            return None
        held = usable_body(self.about.connection, self.about.run, dataset, errand.asked)
        return shortened(held, errand.refused) if held and errand.refused else held

    def _spent(self, planned: PlannedRequest) -> AlphaVantageError | None:
        """Why no call is left: by our own count, or by the vendor's word to this symbol or to two others."""
        own = next((error for error in self.errors if isinstance(error, BudgetSpent)), None)
        is_told = own is None and is_quota_spent(self.about.connection, self.about.run, planned.symbol)
        return own or (QUOTA_TOLD if is_told else None)

    def _land(self, call: Call, done: Future[tuple[Request, float]]) -> None:
        """Say how a call ended, whatever happened."""
        try:
            try:
                request, seconds = done.result()
            except AlphaVantageError as error:
                self._fail(call, error)
            else:
                self._succeed(call, request, seconds)
        except Exception as error:
            log.exception("%s failed", call.errand.planned.key)
            self._break(call.lane, call.errand.planned, error)

    def _succeed(self, call: Call, request: Request, seconds: float) -> None:
        self.about.in_flight.took(seconds)
        if self.about.entitlement:
            self.about.entitlement.learn_answer(request.function, call.parameters)
        if call.dataset.vouches:
            forget_refusals(self.about.connection, request.symbol)
        refused = call.errand.refused
        self._end(call.lane, shortened(request, refused) if refused else request, None)

    def _fail(self, call: Call, error: AlphaVantageError) -> None:
        """End a request that brought nothing, or go on to the last sessions if all of history is refused."""
        if isinstance(error, PremiumRequired):
            if self.about.entitlement and not isinstance(error, RefusedBefore):
                self.about.entitlement.learn_refusal(call.errand.asked.function, call.parameters)
            if instead := call.errand.instead(error):
                call.lane.appendleft(instead)
                return
        is_of_symbol = call.dataset.vouches or bool(call.dataset.family)
        lasting = nothing_of(error) if call.was_empty and is_of_symbol else error
        request = self._failure(call, lasting)
        self._end(call.lane, request, self._unless_none(call.dataset, request, lasting))

    def _failure(self, call: Call, error: AlphaVantageError) -> Request:
        about, planned = self.about, call.errand.planned
        if error.body is not None:
            error.path = keep_refusal(about.store, planned, error.body, about.run.now())
        request = failed(planned, call.dataset, error)
        if not call.dataset.vouches or not isinstance(error, NO_SUCH_SYMBOL):
            return request
        is_left_out, reason = judge_refusal(about.connection, about.run, request)
        return replace(request, outcome="left out" if is_left_out else "failed", reason=reason)

    @staticmethod
    def _unless_none(
        dataset: Dataset, request: Request, error: AlphaVantageError
    ) -> AlphaVantageError | None:
        return None if fails_nothing(request, dataset, error) else error

    def _break(self, lane: Lane, planned: PlannedRequest, error: Exception) -> None:
        """Something else than the API failed: what the transaction held besides outcomes is lost."""
        self.about.connection.rollback()
        request = broken(planned, error)
        failure = BrokenRequest(f"{planned.symbol} {planned.function}: {request.reason}")
        failure.__cause__ = error
        self._end(lane, request, failure)

    def _end(
        self,
        lane: Lane,
        request: Request,
        error: Exception | None,
        *,
        outage: Outage | None = None,
        is_new: bool = True,
    ) -> None:
        """Note how a request ended; nothing more is asked of a symbol that was refused."""
        log.info("%s %s: %s", request.symbol, request.function, in_words(request))
        if is_new and not (outage and outage.is_known_of(request)):
            self.unrecorded.append(request)
        if error:
            self.errors.append(error)
        if names_no_symbol(request):
            lane.clear()

    def _record(self) -> None:
        if self.unrecorded:
            record_requests(self.about.connection, self.about.run, self.unrecorded)
        self.about.connection.commit()
        self.unrecorded.clear()
