"""The bodies of a run of datasets, as the gate and the load read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from psycopg import Connection

from include.datasets.bars import StockBar, read_bars
from include.datasets.base import Dataset
from include.datasets.corporate_actions import CorporateAction, read_actions
from include.datasets.registry import dataset_of
from include.datasets.rows import Rows, read_rows
from include.fetch.raw_store import read_body, read_path
from include.warehouse.runs import Request, Run, requests_of


def brought(
    connection: Connection[Any], run: Run, datasets: Sequence[Dataset]
) -> Iterator[tuple[Dataset, Request]]:
    """Return each dataset of a run that is asked of nobody and has a body, and its request.

    :param datasets: those that are declared.
    """
    for request in (one for one in requests_of(connection, run) if one.has_body):
        dataset = dataset_of(request.symbol, request.function, datasets)
        if not dataset.subjects:
            yield dataset, request


def rows_of(dataset: Dataset, request: Request) -> Rows:
    """Read the body that a request brought.

    :raises AlphaVantageError: it cannot be read as the dataset's.
    :raises FileNotFoundError: it is not in the store any more.
    """
    return read_rows(dataset, read_body(str(request.path)), fetched_at=request.answered_at)


def failed(request: Request, error: Exception) -> Request:
    """The request as one that failed after its body had come."""
    return replace(request, outcome="failed", kind=type(error).__name__, reason=str(error))


def asked_as(request: Request) -> str:
    """Return the name its body was asked for under: the symbol may have been renamed since."""
    stored = read_path(request.path) if request.path else None
    return stored.symbol if stored else request.symbol


def bars_of(request: Request, content: bytes) -> list[StockBar]:
    """Read the body of a request that has one.

    :raises AlphaVantageError: it is not the series of that symbol.
    """
    return read_bars(
        content,
        symbol=request.symbol,
        function=request.function,
        fetched_at=request.answered_at,
        origin=str(request.origin),
        asked_as=asked_as(request),
    )


def actions_of(request: Request) -> list[CorporateAction]:
    """Read the body that a request brought.

    :raises UnreadableBody: see :func:`read_actions`.
    :raises FileNotFoundError: it is not in the store any more.
    """
    return read_actions(read_body(str(request.path)), symbol=asked_as(request), function=request.function)
