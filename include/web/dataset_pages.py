"""The page *Datasets*, and the page of each: its rows, filtered, a page at a time, and as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request, Response
from psycopg import Connection
from psycopg.rows import dict_row

from include.datasets.ready.registry import READY
from include.plan.shares import selected
from include.report.datasets import datasets_held
from include.warehouse.origins import origin_of
from include.web.data_api import AfterId, Text
from include.web.dataset_api import Name, find_table
from include.web.pages import render_page
from include.web.sources import Warehouse, sources_of

ROWS = 100
"""Rows of one page."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class DatasetPage:
    """The page of one dataset.

    :param column: the one that is filtered, and ``value`` what it has to be; empty: none.
    :param more: the address of the next page, and ``files`` those of all rows by format.
    """

    name: str
    says: str
    table: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    column: str
    value: str
    more: str | None
    files: Mapping[str, str]


@router.get("/datasets")
def show_datasets(request: Request, warehouse: Warehouse) -> Response:
    """What there is beside bars: on or off, its cost, its rows, and how fresh they are."""
    sources = sources_of(request)
    chosen = selected(sources.datasets() or "", sources.watchlist() or "")
    states = datasets_held(warehouse, chosen)
    return render_page(
        request, "datasets.html", origin=origin_of(warehouse), states=states, refused=chosen.refused
    )


@router.get("/datasets/{name}")
def show_dataset(
    request: Request,
    warehouse: Warehouse,
    name: Name,
    column: Annotated[str, Query(max_length=100, pattern=Text)] = "",
    value: Annotated[str, Query(max_length=200, pattern=Text)] = "",
    after: AfterId = None,
) -> Response:
    """The rows of a dataset."""
    origin = origin_of(warehouse)
    try:
        page = dataset_page(warehouse, name, column, value, after or 0)
    except HTTPException as unknown:
        return render_page(
            request, "problem.html", unknown.status_code, origin=origin, problem=unknown.detail
        )
    return render_page(request, "dataset.html", origin=origin, page=page)


def dataset_page(connection: Connection[Any], name: str, column: str, value: str, after: int) -> DatasetPage:
    """Read the page of a dataset.

    :raises HTTPException: there is no such dataset or column, or nothing came yet.
    """
    table = find_table(connection, name)
    filters = {column: value} if column and value else {}
    about: dict[str, Any] = {f"of_{key}": text for key, text in filters.items()}
    about |= {"from": None, "to": None, "after": after, "limit": ROWS + 1}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(table.query(filters), about).fetchall()
    asked = {"column": column, "value": value} if filters else {}
    more = f"?{urlencode({**asked, 'after': after + ROWS})}" if len(rows) > ROWS else None
    files = {
        format: f"api/datasets/{name}?{urlencode({**filters, 'format': format})}"
        for format in ("csv", "parquet", "arrow", "json")
    }
    says = READY[name].says if name in READY else ""
    return DatasetPage(name, says, table.name, table.columns, rows[:ROWS], column, value, more, files)
