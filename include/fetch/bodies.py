"""The bodies of a run, as the gate reads them."""

from __future__ import annotations

from include.datasets.base import Body, Dataset, Rows
from include.datasets.rows import read_rows
from include.fetch.raw_store import read_body, read_path
from include.warehouse.runs import Request


def rows_of(dataset: Dataset, request: Request) -> Rows:
    """Read the body that a request brought.

    :raises AlphaVantageError: it cannot be read as the dataset's.
    :raises FileNotFoundError: it is not in the store any more.
    """
    content = read_body(str(request.path))
    asked_as = _asked_as(request)
    return read_rows(dataset, Body(content, request.symbol, request.function, request.answered_at, asked_as))


def _asked_as(request: Request) -> str:
    """The name its body was asked for under: the symbol may have been renamed since."""
    stored = read_path(request.path) if request.path else None
    return stored.symbol if stored else ""
