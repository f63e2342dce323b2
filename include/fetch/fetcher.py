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
    PremiumRequired,
)
from include.datasets.base import Body, Dataset
from include.datasets.registry import DATASETS, dataset_of
from include.datasets.rows import read_rows
from include.fetch.outage import REST, outage_of
from include.fetch.outcomes import (
    NO_SUCH_SYMBOL,
    broken,
    deferred,
    failed,
    fails_nothing,
    in_words,
    shortened,
)
from include.fetch.stored import keep_answer, keep_refusal, usable_body
from include.market.lifecycle import forget_refusals, judge_refusal
from include.plan.needs import PlannedRequest
from include.warehouse.runs import Request, Run, brought_since_start, is_quota_spent, record_request

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

    from airflow_provider_alphavantage.answer import Answer

log = logging.getLogger(__name__)

QUOTA_TOLD = DailyQuotaSpent("The API has just said so, to this symbol or to two others of this run.")


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

    def fetch(self, requests: Iterable[PlannedRequest]) -> list[AlphaVantageError]:
        """Bring these bodies and return the errors of those that failed.

        What has a body since the run was started is left out. The outcome of each is recorded and committed
        before the next is asked. Once two symbols were told that the day's quota is spent, or our own count
        says so, the others are deferred unasked, here and in the run's other tasks; a dataset that is asked
        of nobody costs one call at the most and finds out itself. All are while the API does not answer
        (:mod:`include.fetch.outage`). Nothing more is asked of a symbol that was refused.
        """
        done = brought_since_start(self.connection, self.run)
        errors: list[AlphaVantageError] = []
        for planned in requests:
            refused = any(isinstance(e, NO_SUCH_SYMBOL) and e.symbol == planned.symbol for e in errors)
            if refused or planned.key in done:
                continue
            if error := self._fetch(planned, self._spent(planned, errors)):
                errors.append(error)
        return errors

    def _spent(
        self, planned: PlannedRequest, errors: Sequence[AlphaVantageError]
    ) -> AlphaVantageError | None:
        """Why no call is left: by our own count, or by the vendor's word to this symbol or to two others."""
        own = next((error for error in errors if isinstance(error, BudgetSpent)), None)
        return own or (QUOTA_TOLD if is_quota_spent(self.connection, self.run, planned.symbol) else None)

    def _fetch(self, planned: PlannedRequest, spent: AlphaVantageError | None) -> AlphaVantageError | None:
        """Bring one body and record how it ended; return the error, if it fails something."""
        dataset = dataset_of(planned.symbol, planned.function, self.datasets)
        outage = outage_of(self.connection, self.run, self.rest)
        request, error = self._bring(dataset, planned, (spent if dataset.subjects else None) or outage.error)
        log.info("%s %s: %s", planned.symbol, planned.function, in_words(request))
        if not outage.is_known_of(request):
            record_request(self.connection, self.run, request)
        self.connection.commit()
        return None if error is None or fails_nothing(request, dataset, error) else error

    def _bring(
        self, dataset: Dataset, planned: PlannedRequest, spent: AlphaVantageError | None
    ) -> tuple[Request, AlphaVantageError | None]:
        try:
            if held := self._held(dataset, planned):
                return held, None
            if spent:
                return deferred(planned, spent), spent
            return self._ask(dataset, planned), None
        except AlphaVantageError as error:
            return self._failure(dataset, planned, error), error
        except Exception as error:
            self.connection.rollback()
            record_request(self.connection, self.run, broken(planned, error))
            self.connection.commit()
            raise

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
