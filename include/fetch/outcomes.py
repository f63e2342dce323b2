"""How a planned request that brought no body ended, and whether its run is the worse for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from airflow_provider_alphavantage.exceptions import (
    PASSING,
    AlphaVantageError,
    BudgetSpent,
    DailyQuotaSpent,
    InvalidRequest,
    PremiumRequired,
)
from include.datasets.base import Dataset
from include.datasets.rows import NoRows
from include.market.sessions import COMPACT
from include.plan.needs import PlannedRequest
from include.warehouse.runs import Outcome, Request

OUT_OF_CALLS = (BudgetSpent, DailyQuotaSpent)
"""Asking again today would bring the same answer: by our own count, or by the vendor's."""

NO_SUCH_SYMBOL = (InvalidRequest, NoRows)
"""Nothing else that is asked of the symbol would bring anything either."""


def deferred(planned: PlannedRequest, spent: AlphaVantageError) -> Request:
    """The request as one that was not asked, as no call is left."""
    reason = f"Not asked: {spent.what} {spent.next_step}"
    return planned.ended("deferred", kind=type(spent).__name__, reason=reason)


def failed(planned: PlannedRequest, dataset: Dataset, error: AlphaVantageError) -> Request:
    """The request as one that the API refused, or whose body is not what was asked for."""
    is_left_out = isinstance(error, PremiumRequired) and isinstance(error, dataset.dispensable)
    is_deferred = isinstance(error, OUT_OF_CALLS)
    outcome: Outcome = "left out" if is_left_out else "deferred" if is_deferred else "failed"
    return planned.ended(outcome, path=error.path, kind=type(error).__name__, reason=str(error))


def broken(planned: PlannedRequest, error: Exception) -> Request:
    """The request as one during which something else than the API failed."""
    kind = type(error).__name__
    return planned.ended("failed", kind=kind, reason=f"{kind}: {error}. See the log of this task.")


def shortened(compact: Request, refused: PremiumRequired) -> Request:
    """The request of the last sessions as one that stands for the whole history, which was refused."""
    reason = (
        f"{refused} The last {COMPACT} sessions were brought instead. If the key is free, set the "
        "connection's extra `plan` to free."
    )
    return replace(compact, kind=type(refused).__name__, reason=reason)


def fails_nothing(request: Request, dataset: Dataset, error: AlphaVantageError) -> bool:
    """Whether a run is none the worse: it was left out, or the run does without it."""
    is_passing = isinstance(error, PASSING + OUT_OF_CALLS)
    return request.outcome == "left out" or (isinstance(error, dataset.dispensable) and not is_passing)


def in_words(request: Request) -> str:
    """Return how a request ended, for the log."""
    if request.has_body:
        return f"{request.outcome}, final through {request.final_through}, kept at {request.path}"
    return f"{request.outcome}: {request.reason}"


def next_turn(errors: Iterable[AlphaVantageError], *, until: datetime) -> datetime | None:
    """Return when the first call of those that were refused by our own count comes free, if that is soon."""
    turns = [error.possible_at for error in errors if isinstance(error, BudgetSpent)]
    return min((turn for turn in turns if turn <= until), default=None)
