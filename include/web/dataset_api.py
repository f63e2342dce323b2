"""The data API of datasets with tables of their own: which there are, and their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from psycopg import Connection, sql
from pydantic import AwareDatetime

from include.datasets.ready.registry import READY
from include.plan.shares import selected
from include.report.datasets import datasets_held
from include.warehouse.origins import origin_of
from include.warehouse.statements import statement
from include.web import shapes
from include.web.answers import Question, answer
from include.web.data_api import AfterId, Limit, Text, Wanted, responses_of
from include.web.sources import Warehouse, sources_of

router = APIRouter(prefix="/api", tags=["data"])

Name = Annotated[
    str, Path(max_length=100, pattern=Text, description="Of a dataset or its table, such as overview or fx.")
]
_OURS = frozenset({"from", "to", "as_of", "after", "limit", "format"})


@router.get("/datasets", responses={200: {"model": shapes.Datasets}, 503: {"model": shapes.Refusal}})
def list_datasets(request: Request, warehouse: Warehouse) -> shapes.Datasets:
    """Each dataset that can be switched on: for how many subjects it is, what it costs, and what is held."""
    sources = sources_of(request)
    chosen = selected(sources.datasets() or "", sources.watchlist() or "")
    return shapes.Datasets(origin=origin_of(warehouse), rows=datasets_held(warehouse, chosen))


@router.get("/datasets/{name}", responses=responses_of(shapes.DatasetRow, symbol="404"))
def rows_of_dataset(
    request: Request,
    warehouse: Warehouse,
    name: Name,
    first: Annotated[date | None, Query(alias="from", description="The first day.")] = None,
    last: Annotated[date | None, Query(alias="to", description="The last day.")] = None,
    as_of: Annotated[AwareDatetime | None, Query(description="What the table said then.")] = None,
    after: AfterId = None,
    limit: Limit = None,
    wanted: Wanted = None,
) -> Response:
    """The rows of a dataset's table, by its key. Any column is a filter, such as symbol=IBM."""
    table = find_table(warehouse, name)
    filters = {key: value for key, value in request.query_params.items() if key not in _OURS}
    query = table.query(filters, is_as_of=as_of is not None)
    about: dict[str, object] = {f"of_{key}": value for key, value in filters.items()}
    about |= {"from": first, "to": last, "as_of": as_of, "after": after}
    return answer(request, warehouse, Question(name, about, name, limit=limit, query=query), wanted)


@dataclass(frozen=True)
class Table:
    """A table of a dataset.

    :param key: the columns that identify a row.
    :param day: the column that dates a row, if there is one.
    :param columns: all of them, in their order.
    """

    name: str
    key: list[str]
    day: str | None
    columns: list[str]

    def query(self, filters: dict[str, str], *, is_as_of: bool = False) -> sql.Composed:
        """Return the statement that reads it.

        :raises HTTPException: a filter is no column.
        """
        wrong = [name for name in filters if name not in self.columns]
        if wrong:
            raise HTTPException(422, f"There is no column {wrong[0]!r}. There are {', '.join(self.columns)}.")
        name = f"{self.name}_as_of" if is_as_of else self.name
        source = sql.SQL("{}(%(as_of)s)" if is_as_of else "{}").format(sql.Identifier(name))
        day = sql.SQL("{}::date").format(sql.Identifier(self.day)) if self.day else sql.SQL("null::date")
        conditions = [
            sql.SQL("{}::text = {}").format(sql.Identifier(name), sql.Placeholder(f"of_{name}"))
            for name in filters
        ]
        return sql.SQL(
            "select {columns} from {source} where "
            "({day} >= %(from)s::date or %(from)s::date is null) "
            "and ({day} <= %(to)s::date or %(to)s::date is null) {more} "
            "order by {key} offset coalesce(%(after)s::bigint, 0) limit %(limit)s"
        ).format(
            columns=sql.SQL(", ").join(map(sql.Identifier, self.columns)),
            source=source,
            day=day,
            more=sql.SQL("").join(sql.SQL(" and {}").format(condition) for condition in conditions),
            key=sql.SQL(", ").join(map(sql.Identifier, self.key)),
        )


def find_table(connection: Connection[Any], name: str) -> Table:
    """Return the table of a dataset, by the dataset's name or its own.

    :raises HTTPException: there is none, or nothing came yet.
    """
    ready = READY.get(name)
    table = ready.dataset.table if ready else name
    declared = connection.execute(
        "select key_columns from dataset where table_name = %s limit 1", [table]
    ).fetchone()
    columns = [name for name, _ in connection.execute(statement("load/columns_of_table"), {"table": table})]
    if declared is None or not columns:
        what = "nothing of it has come yet" if ready else "there is no such dataset"
        raise HTTPException(404, f"{name}: {what}. The datasets are at market/api/datasets.")
    days = [one.dataset.day for one in READY.values() if one.dataset.table == table]
    return Table(table, list(declared[0]), days[0] if days else None, columns)
