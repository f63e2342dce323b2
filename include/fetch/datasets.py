"""From a dataset that is due to a raw body: asked once, kept, and its outcome recorded."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from psycopg import Connection
from psycopg.rows import class_row

from airflow_provider_alphavantage.exceptions import AlphaVantageError
from include.datasets.base import Dataset
from include.datasets.rows import read_rows
from include.fetch.fetcher import OUT_OF_CALLS, REAL, Api
from include.fetch.outage import REST, Outage, outage_of
from include.fetch.raw_store import REFUSED, is_stored, write_body
from include.plan.datasets import day_of
from include.warehouse.runs import Request, Run, brought_since_start, record_request
from include.warehouse.statements import statement

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

    from airflow_provider_alphavantage.answer import Answer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DatasetFetcher:
    """Brings the bodies of datasets into the raw store.

    A body that was fetched earlier on the same day (UTC) and not loaded, as the gate refused it, is used
    again, unless ``force``: so a rule that was mended costs no call.

    :param rest: how long nobody asks after datasets in a row got no answer.
    """

    run: Run
    connection: Connection[Any]
    api: Api
    store: ObjectStoragePath
    force: bool = False
    rest: timedelta = REST

    def fetch(self, dataset: Dataset) -> None:
        """Bring its body, unless it is there since the run was started.

        The outcome is recorded and committed before this returns or raises.

        :raises AlphaVantageError: it did not come; for lack of calls it is deferred.
        """
        if (dataset.name, dataset.function) in brought_since_start(self.connection, self.run):
            return
        outage = outage_of(self.connection, self.run, self.rest)
        try:
            self._record(self._held(dataset) or self._ask(dataset, outage))
        except Exception as error:
            self.connection.rollback()
            failed = self._failure(dataset, error)
            if not outage.is_known_of(failed):
                self._record(failed)
            raise

    def _record(self, request: Request) -> None:
        record_request(self.connection, self.run, request)
        self.connection.commit()
        log.info("%s: %s %s", request.symbol, request.outcome, request.reason or f"kept at {request.path}")

    def _held(self, dataset: Dataset) -> Request | None:
        if self.force:
            return None
        about = {"symbol": dataset.name, "function": dataset.function}
        with self.connection.cursor(row_factory=class_row(Request)) as cursor:
            body = cursor.execute(statement("fetch/newest_body"), about).fetchone()
        if body is None or body.fetched_at is None or not body.path:
            return None
        usable = day_of(body.fetched_at) == day_of(self.run.now()) and is_stored(body.path)
        return replace(body, outcome="reused") if usable else None

    def _ask(self, dataset: Dataset, outage: Outage) -> Request:
        if outage.error:
            raise outage.error
        self.connection.commit()  # a call may take a minute; no transaction stays open meanwhile
        answer = self.api.query(dataset.function, **dataset.parameters)
        origin = answer.origin or REAL
        path = self._keep(dataset, answer, origin)
        try:
            rows = read_rows(dataset, answer.payload.content, fetched_at=answer.fetched_at)
        except AlphaVantageError as error:
            error.path = path
            raise
        through = max((day for day in rows.days if day), default=None)
        return Request(
            dataset.name,
            dataset.function,
            "fetched",
            "",
            path=path,
            origin=origin,
            fetched_at=answer.fetched_at,
            final_through=through,
        )

    def _keep(self, dataset: Dataset, answer: Answer, origin: str) -> str:
        return write_body(
            self.store,
            answer.payload.content,
            origin=origin,
            function=dataset.function,
            symbol=dataset.name,
            fetched_at=answer.fetched_at,
            kind=f"list.{answer.payload.format}",
        )

    def _failure(self, dataset: Dataset, error: Exception) -> Request:
        failed = Request(dataset.name, dataset.function, "failed", "", kind=type(error).__name__)
        if not isinstance(error, AlphaVantageError):
            return replace(failed, reason=f"{type(error).__name__}: {error}. See the log of this task.")
        if error.body is not None:
            error.path = write_body(
                self.store,
                error.body,
                origin=REFUSED,
                function=dataset.function,
                symbol=dataset.name,
                fetched_at=self.run.now(),
                kind="refusal.json",
            )
        told = replace(failed, path=error.path, reason=str(error))
        return replace(told, outcome="deferred") if isinstance(error, OUT_OF_CALLS) else told
