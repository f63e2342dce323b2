"""One call: what is asked of the API, what is kept of its answer, and how the request ended by it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from airflow_provider_alphavantage.exceptions import AlphaVantageError, PremiumRequired
from include.datasets.base import Body, Dataset
from include.datasets.rows import read_rows
from include.fetch.stored import keep_answer
from include.plan.needs import PlannedRequest
from include.warehouse.runs import Request

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

    from airflow_provider_alphavantage.answer import Answer


class Api(Protocol):
    """What is needed of a client or hook."""

    def query(self, function: str, **parameters: str) -> Answer:
        """Ask one function."""


@dataclass(frozen=True)
class Errand:
    """A planned request, and what is asked in its place.

    :param asked: the same, or the last sessions where the whole history was ``refused``.
    """

    planned: PlannedRequest
    asked: PlannedRequest
    refused: PremiumRequired | None = None

    def instead(self, refused: PremiumRequired) -> Errand | None:
        """Return the errand for the last sessions, if it is the whole history that was refused."""
        if self.asked.outputsize != "full":
            return None
        return Errand(self.planned, replace(self.asked, outputsize="compact"), refused)


Lane = deque[Errand]
"""What is asked of one symbol, one after the other."""


def lanes(
    requests: Iterable[PlannedRequest],
    together: Callable[[PlannedRequest], str] = lambda request: request.symbol,
) -> deque[Lane]:
    """Return the requests by symbol, in the order of the first of each.

    :param together: what requests have in common that are asked one after the other: their symbol.
    """
    found: dict[str, Lane] = {}
    for request in requests:
        found.setdefault(together(request), deque()).append(Errand(request, request))
    return deque(found.values())


@dataclass(frozen=True)
class Call:
    """A call to make. It touches no database, so a thread may make it.

    :param was_empty: the API answered with an empty document before, and with data of others.
    """

    api: Api
    store: ObjectStoragePath
    dataset: Dataset
    errand: Errand
    lane: Lane
    was_empty: bool
    parameters: dict[str, str]

    def make(self) -> tuple[Request, float]:
        """Ask, keep the body and read it; return the request that brought it, and how long the API took.

        :raises AlphaVantageError: no data came, or it is not what was asked for; then ``path`` says where
            the body is.
        """
        asked = self.errand.asked
        answer = self.api.query(asked.function, **self.parameters)
        request = keep_answer(self.store, asked, answer)
        body = Body(answer.payload.content, asked.symbol, asked.function, answer.fetched_at)
        try:
            through = read_rows(self.dataset, body).through
        except AlphaVantageError as error:
            error.path = request.path
            raise
        return replace(request, final_through=through), answer.seconds
