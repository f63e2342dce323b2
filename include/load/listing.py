"""The listing of all US symbols into its table."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pyarrow as pa
from psycopg import Connection

from include.datasets.listing import Listed, read_listing
from include.fetch.raw_store import read_body
from include.load.copying import copy_rows
from include.market.listing import STATUSES
from include.settings import LISTING
from include.warehouse.origins import claim_origin
from include.warehouse.runs import Run, requests_of
from include.warehouse.statements import statement

log = logging.getLogger(__name__)

_DAYS = ("ipo_date", "delisting_date")
_SCHEMA = pa.schema([
    (field.name, pa.date32() if field.name in _DAYS else pa.string()) for field in fields(Listed)
])


def load_listing(connection: Connection[Any], run: Run) -> None:
    """Put the lists that a run brought in the place of those before, and mark what was delisted.

    A body older than the one that was loaded last changes nothing.

    :raises OriginMismatch: a body is of another origin than the warehouse.
    """
    brought = [request for request in requests_of(connection, run) if request.function == LISTING]
    for request in brought:
        if not request.has_body:
            continue
        claim_origin(connection, str(request.origin))
        status = STATUSES[request.symbol]
        about = {"status": status, "path": request.path, "fetched_at": request.fetched_at}
        if connection.execute(statement("load/check_listing"), about).fetchone():
            _replace(connection, status, read_listing(read_body(str(request.path)), request.symbol))
    if brought:
        connection.execute(statement("load/end_delistings"))
        for (symbol,) in connection.execute(statement("load/mark_delisted"), {"run": run.id}).fetchall():
            log.warning("%s: delisted", symbol)


def _replace(connection: Connection[Any], status: str, rows: Sequence[Listed]) -> None:
    connection.execute("delete from listing where status = %s", (status,))
    columns = {name: [getattr(row, name) for row in rows] for name in _SCHEMA.names}
    copy_rows(connection, "listing", pa.table(columns, schema=_SCHEMA))
    log.info("The listing: %d symbols are %s", len(rows), status)
