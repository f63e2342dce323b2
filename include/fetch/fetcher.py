"""From planned requests to raw bodies: each is asked once, kept, and its outcome recorded."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from psycopg import Connection

from airflow_provider_alphavantage.exceptions import (
    AlphaVantageError,
    BudgetSpent,
    DailyQuotaSpent,
    EmptyDocument,
    PremiumRequired,
)
from include.datasets.base import Body, Dataset
from include.datasets.registry import DATASETS, dataset_of
from include.datasets.rows import read_rows
from include.fetch.outage import REST, outage_of
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
from include.fetch.stored import keep_answer, keep_refusal, usable_body
from include.market.lifecycle import forget_refusals, judge_refusal
from include.plan.needs import PlannedRequest
from include.warehouse.runs import Request, Run, is_quota_spent, record_request, requests_since_start

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

    from airflow_provider_alphavantage.answer import Answer

log = logging.getLogger(__name__)

QUOTA_TOLD = DailyQuotaSpent("The API has just said so, to this symbol or to two others of this run.")

_Ended = tuple[Request, Exception | None]
"""How a request ended, and its error if it fails something."""


class Api(Protocol):
    """What is needed of a hook."""

    def query(self, function: str, **parameters: str) -> Answer:
        """Ask one function."""


@dataclass(frozen=True)
class Fetcher:
    """Brings the bodies of planned requests, of any dataset, into the raw store.

    A body of another run than which there is no newer one to be had is used again, unless ``force``: see
    :mod:`include.fetch.stored`. So a rule that was fixed costs no call.

    :param rest: how long nobody asks after symbols in a row got no answer.
    :param datasets: those that are asked of nobody, by name.
    """

    run: Run
    connection: Connection[Any]
    api: Api
    store: ObjectStoragePath
    force: bool = False
    rest: timedelta = REST
    datasets: Sequence[Dataset] = DATASETS

    def fetch(self, requests: Iterable[PlannedRequest]) -> list[Exception]:
        """Bring these bodies and return the errors of those that failed.

        What has a body since the run was started is left out, and what was refused since for a reason that
        lasts is refused again without a call. The outcome of each is recorded and committed before the next
        is asked; whatever fails with one, the others go on. Once two symbols got the notice that the day's
        quota is spent, or our own count says so, the others are deferred unasked, here and in the run's other
        tasks; a dataset that is asked of nobody costs one call at the most and finds out itself. All are
        while the API does not answer (:mod:`include.fetch.outage`). Nothing more is asked of a symbol that
        was refused.
        """
        earlier = requests_since_start(self.connection, self.run)
        errors: list[Exception] = []
        refused: set[str] = set()
        for planned in requests:
            before = earlier.get(planned.key)
            if planned.symbol in refused or (before and before.has_body):
                continue
            request, error = self._fetch(planned, before, self._spent(planned, errors))
            errors += [error] if error else []
            refused |= {planned.symbol} if names_no_symbol(request) else set()
        return errors

    def _spent(self, planned: PlannedRequest, errors: Sequence[Exception]) -> AlphaVantageError | None:
        """Why no call is left: by our own count, or by the vendor's word to this symbol or to two others."""
        own = next((error for error in errors if isinstance(error, BudgetSpent)), None)
        return own or (QUOTA_TOLD if is_quota_spent(self.connection, self.run, planned.symbol) else None)

    def _fetch(
        self, planned: PlannedRequest, before: Request | None, spent: AlphaVantageError | None
    ) -> _Ended:
        """Bring one body and record how it ended, whatever happens."""
        try:
            dataset = dataset_of(planned.symbol, planned.function, self.datasets)
            if before and is_lasting(before):
                return before, still_refused(before, dataset)
            return self._record(dataset, planned, before, spent)
        except Exception as error:
            log.exception("%s %s failed", planned.symbol, planned.function)
            self.connection.rollback()
            request = broken(planned, error)
            record_request(self.connection, self.run, request)
            self.connection.commit()
            failure = BrokenRequest(f"{planned.symbol} {planned.function}: {request.reason}")
            failure.__cause__ = error
            return request, failure

    def _record(
        self,
        dataset: Dataset,
        planned: PlannedRequest,
        before: Request | None,
        spent: AlphaVantageError | None,
    ) -> _Ended:
        """Bring one body and record how it ended; with the error, if it fails something."""
        outage = outage_of(self.connection, self.run, self.rest)
        no_call = (spent if dataset.subjects else None) or outage.error
        was_empty = before is not None and before.kind == EmptyDocument.__name__ and not outage.is_of_all
        request, error = self._bring(dataset, planned, no_call, was_empty=was_empty)
        log.info("%s %s: %s", planned.symbol, planned.function, in_words(request))
        if not outage.is_known_of(request):
            record_request(self.connection, self.run, request)
        self.connection.commit()
        return request, None if error is None or fails_nothing(request, dataset, error) else error

    def _bring(
        self, dataset: Dataset, planned: PlannedRequest, spent: AlphaVantageError | None, *, was_empty: bool
    ) -> tuple[Request, AlphaVantageError | None]:
        try:
            if held := self._held(dataset, planned):
                return held, None
            if spent:
                return deferred(planned, spent), spent
            return self._ask(dataset, planned), None
        except AlphaVantageError as error:
            lasting = nothing_of(error) if was_empty and dataset.vouches else error
            return self._failure(dataset, planned, lasting), lasting

    def _held(self, dataset: Dataset, planned: PlannedRequest) -> Request | None:
        return None if self.force else usable_body(self.connection, self.run, dataset, planned)

    def _ask(self, dataset: Dataset, planned: PlannedRequest) -> Request:
        self.connection.commit()  # a call may take a minute; no transaction stays open meanwhile
        try:
            answer = self.api.query(planned.function, **dataset.question(planned.symbol, planned.outputsize))
        except PremiumRequired as error:
            if planned.outputsize != "full":
                raise
            refused = error
        else:
            return self._answered(dataset, planned, answer)
        recent = replace(planned, outputsize="compact")
        return shortened(self._held(dataset, recent) or self._ask(dataset, recent), refused)

    def _answered(self, dataset: Dataset, planned: PlannedRequest, answer: Answer) -> Request:
        request = keep_answer(self.store, planned, answer)
        body = Body(answer.payload.content, planned.symbol, planned.function, answer.fetched_at)
        try:
            request = replace(request, final_through=read_rows(dataset, body).through)
        except AlphaVantageError as error:
            error.path = request.path
            raise
        if dataset.vouches:
            forget_refusals(self.connection, planned.symbol)
        return request

    def _failure(self, dataset: Dataset, planned: PlannedRequest, error: AlphaVantageError) -> Request:
        if error.body is not None:
            error.path = keep_refusal(self.store, planned, error.body, self.run.now())
        request = failed(planned, dataset, error)
        if not dataset.vouches or not isinstance(error, NO_SUCH_SYMBOL):
            return request
        is_left_out, reason = judge_refusal(self.connection, self.run, request)
        return replace(request, outcome="left out" if is_left_out else "failed", reason=reason)
