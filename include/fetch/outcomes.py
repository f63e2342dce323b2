"""How a planned request that brought no body ended, and whether its run is the worse for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from airflow_provider_alphavantage.exceptions import (
    RETRIED,
    AlphaVantageError,
    BudgetSpent,
    DailyQuotaSpent,
    EmptyDocument,
    InvalidRequest,
    PremiumRequired,
    UnknownFunction,
    UnknownMessage,
)
from include.datasets.base import Dataset
from include.datasets.rows import NoRows
from include.market.sessions import COMPACT
from include.plan.needs import PlannedRequest
from include.warehouse.runs import Outcome, Request

OUT_OF_CALLS = (BudgetSpent, DailyQuotaSpent)
"""Asking again today would bring the same answer: by our own count, or by the vendor's."""


class NothingOfSymbol(AlphaVantageError):
    """The API answered with an empty document twice in a run, while it has data for other symbols."""

    next_step = "Check the symbol with SYMBOL_SEARCH; take it off the watchlist if it is dead or misspelt."


class StillRefused(AlphaVantageError):
    """It was refused earlier in this run for a reason that lasts, so a retry did not ask again."""

    next_step = "To have it asked again, clear the first task of the run."


class BrokenRequest(Exception):
    """Something else than the API failed in requests: in the store, the warehouse, or in our own code."""


NO_SUCH_SYMBOL = (InvalidRequest, NoRows, NothingOfSymbol)
"""Nothing else that is asked of the symbol would bring anything either."""

_LASTING = {
    kind.__name__: kind for kind in (*NO_SUCH_SYMBOL, PremiumRequired, UnknownFunction, UnknownMessage)
}
"""Refusals by name that another call within the run would only bring again."""


def deferred(planned: PlannedRequest, spent: AlphaVantageError) -> Request:
    """The request as one that was not asked, as no call is left."""
    reason = f"Not asked: {spent.what} {spent.next_step}"
    return planned.ended("deferred", kind=type(spent).__name__, reason=reason)


def failed(planned: PlannedRequest, dataset: Dataset, error: AlphaVantageError) -> Request:
    """The request as one that the API refused, or whose body is not what was asked for."""
    is_left_out = isinstance(error, PremiumRequired) and isinstance(error, dataset.dispensable)
    is_left_out = is_left_out or has_nothing(dataset, error)
    is_deferred = isinstance(error, OUT_OF_CALLS)
    outcome: Outcome = "left out" if is_left_out else "deferred" if is_deferred else "failed"
    return planned.ended(outcome, path=error.path, kind=type(error).__name__, reason=str(error))


def has_nothing(dataset: Dataset, error: AlphaVantageError) -> bool:
    """Whether the API knows nothing of the subject of a ready dataset, such as the statements of a fund."""
    return bool(dataset.family) and isinstance(error, NoRows | NothingOfSymbol)


def broken(planned: PlannedRequest, error: Exception) -> Request:
    """The request as one during which something else than the API failed."""
    kind = type(error).__name__
    return planned.ended("failed", kind=kind, reason=f"{kind}: {error}. See the log of this task.")


def names_no_symbol(request: Request) -> bool:
    """Whether the answer was that there is no such symbol."""
    return request.kind in {kind.__name__ for kind in NO_SUCH_SYMBOL}


def is_lasting(request: Request) -> bool:
    """Whether a retry within the run would be refused again."""
    return not request.has_body and request.kind in _LASTING


def nothing_of(error: AlphaVantageError) -> AlphaVantageError:
    """Return what an answer says of the symbol if it is an empty document again; else the error itself."""
    if not isinstance(error, EmptyDocument):
        return error
    what = "The API has no data for it: the response was an empty document twice."
    return NothingOfSymbol(what, function=error.function, symbol=error.symbol)


def still_refused(request: Request, dataset: Dataset) -> StillRefused | None:
    """Return the error of a refusal that :func:`is_lasting`, or None if the run is none the worse."""
    if request.outcome == "left out" or issubclass(_LASTING[str(request.kind)], dataset.dispensable):
        return None
    return StillRefused(f"Not asked again in this run: {request.reason}")


def to_raise(errors: Iterable[Exception]) -> Exception | None:
    """Return the error with which a task ends: one that a retry may end before one that lasts."""
    wrong = [error for error in errors if not isinstance(error, OUT_OF_CALLS)]
    if ours := [error for error in wrong if isinstance(error, BrokenRequest)]:
        together = BrokenRequest(" ".join(map(str, ours)))
        together.__cause__ = ours[0].__cause__
        return together
    return min(wrong, key=lambda error: not isinstance(error, RETRIED), default=None)


def shortened(compact: Request, refused: PremiumRequired) -> Request:
    """The request of the last sessions as one that stands for the whole history, which was refused."""
    reason = (
        f"{refused} The last {COMPACT} sessions were brought instead. If the key is free, set the "
        "connection's extra `plan` to free."
    )
    return replace(compact, kind=type(refused).__name__, reason=reason)


def fails_nothing(request: Request, dataset: Dataset, error: AlphaVantageError) -> bool:
    """Whether a run is none the worse: it was left out, or the run does without it."""
    is_retried = isinstance(error, RETRIED + OUT_OF_CALLS)
    return request.outcome == "left out" or (isinstance(error, dataset.dispensable) and not is_retried)


def in_words(request: Request) -> str:
    """Return how a request ended, for the log."""
    if request.has_body:
        return f"{request.outcome}, final through {request.final_through}, kept at {request.path}"
    return f"{request.outcome}: {request.reason}"


def next_turn(errors: Iterable[Exception], *, until: datetime) -> datetime | None:
    """Return when the first call of those that were refused by our own count comes free, if that is soon."""
    turns = [error.possible_at for error in errors if isinstance(error, BudgetSpent)]
    return min((turn for turn in turns if turn <= until), default=None)
