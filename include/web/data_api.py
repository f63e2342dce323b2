"""The data API: what the warehouse holds, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from psycopg import Connection
from pydantic import AwareDatetime, BaseModel

from include.warehouse.runs import moment
from include.warehouse.statements import statement
from include.web import shapes
from include.web.answers import Question, answer
from include.web.formats import MEDIA_TYPES, Format
from include.web.sources import Warehouse, sources_of

Adjusted = Literal["none", "split", "full"]
Text = r"^[^\x00]*$"
"""PostgreSQL's text has no null character."""

Symbol = Annotated[
    str, Path(max_length=100, pattern=Text, description="As the warehouse has it, such as IBM.")
]
Wanted = Annotated[
    Format | None, Query(alias="format", description="Instead of the header Accept; usual is JSON.")
]
Limit = Annotated[
    int | None,
    Query(ge=1, le=100_000, description="Most rows; 1,000 in JSON, and all in other formats, if not said."),
]
AfterSymbol = Annotated[
    str | None, Query(max_length=100, pattern=Text, description="Go on after this symbol.")
]
AfterId = Annotated[int | None, Query(ge=0, lt=2**63, description="Go on after this id.")]

router = APIRouter(prefix="/api", tags=["data"])


def responses_of(row: type[BaseModel], **more: str) -> dict[int | str, dict[str, Any]]:
    """The responses of a route, for the OpenAPI document."""
    others: dict[str, object] = {
        media.split(";")[0]: {} for format, media in MEDIA_TYPES.items() if format is not Format.json
    }
    refusals = {
        401: "No login.",
        403: "The login may not see this.",
        406: "No such format.",
        422: "A parameter is wrong.",
    }
    refusals |= {404: "Nothing is held of the symbol."} if "symbol" in more else {}
    return {
        200: {"model": shapes.Page[row], "content": others},  # type: ignore[valid-type]
        304: {"description": "What was had before, by its ETag, still holds."},
        503: {"model": shapes.Refusal, "description": "The warehouse does not answer."},
        **{status: {"model": shapes.Refusal, "description": text} for status, text in refusals.items()},
    }


def check_symbol(connection: Connection[Any], symbol: str) -> None:
    """Refuse a symbol that was never asked for."""
    row = connection.execute(statement("web/symbol_is_known"), {"symbol": symbol}).fetchone()
    if not (row and row[0]):
        known = "The symbols are at market/api/symbols; `make add SYMBOLS=...` puts one on the watchlist."
        raise HTTPException(404, f"{symbol}: nothing is held of it. {known}")


@router.get("/symbols", responses=responses_of(shapes.Symbol))
def symbols(
    request: Request,
    warehouse: Warehouse,
    after: AfterSymbol = None,
    limit: Limit = None,
    wanted: Wanted = None,
) -> Response:
    """Each symbol that was ever asked for, with its newest close as traded."""
    about = {"after": after}
    return answer(request, warehouse, Question("symbols", about, "symbols", "symbol", limit), wanted)


@router.get("/bars/{symbol:path}", responses=responses_of(shapes.Bar, symbol="404"))
def bars(
    request: Request,
    warehouse: Warehouse,
    symbol: Symbol,
    first: Annotated[date | None, Query(alias="from", description="The first session.")] = None,
    last: Annotated[date | None, Query(alias="to", description="The last session.")] = None,
    adjusted: Annotated[
        Adjusted,
        Query(description="none: as traded. split: in today's shares. full: with dividends taken out, too."),
    ] = "none",
    as_of: Annotated[
        AwareDatetime | None,
        Query(description="What the table said then, such as 2026-11-17T09:00:00-05:00."),
    ] = None,
    after: Annotated[date | None, Query(description="Go on after this session.")] = None,
    limit: Limit = None,
    wanted: Wanted = None,
) -> Response:
    """The daily bars of a symbol, by session."""
    if as_of and adjusted != "none":
        raise HTTPException(
            422, "as_of: only prices as traded are known of the past. Leave out adjusted, or as_of."
        )
    check_symbol(warehouse, symbol)
    about = {"symbol": symbol, "from": first, "to": last, "as_of": as_of, "after": after}
    name = "bars_as_of" if as_of else BARS[adjusted]
    return answer(request, warehouse, Question(name, about, symbol, "data_date", limit), wanted)


BARS: dict[Adjusted, str] = {"none": "bars", "split": "bars_split", "full": "bars_full"}


@router.get("/actions/{symbol:path}", responses=responses_of(shapes.Action, symbol="404"))
def actions(request: Request, warehouse: Warehouse, symbol: Symbol, wanted: Wanted = None) -> Response:
    """The splits and dividends of a symbol, as published."""
    check_symbol(warehouse, symbol)
    return answer(request, warehouse, Question("actions", {"symbol": symbol}, f"{symbol} actions"), wanted)


@router.get("/coverage", responses=responses_of(shapes.Coverage))
def coverage(
    request: Request,
    warehouse: Warehouse,
    after: AfterSymbol = None,
    limit: Limit = None,
    wanted: Wanted = None,
) -> Response:
    """What is held of each symbol, and from where on its prices can be adjusted."""
    return answer(
        request, warehouse, Question("coverage", {"after": after}, "coverage", "symbol", limit), wanted
    )


@router.get("/gaps", responses=responses_of(shapes.Gap))
def gaps(
    request: Request,
    warehouse: Warehouse,
    symbol: Annotated[
        str | None, Query(max_length=100, pattern=Text, description="Of this symbol only.")
    ] = None,
    after: AfterId = None,
    limit: Limit = None,
    wanted: Wanted = None,
) -> Response:
    """The sessions that should be held and are not, each with its cause."""
    about = {"symbol": symbol, "after": after}
    return answer(request, warehouse, Question("gaps", about, "gaps", "id", limit), wanted)


@router.get("/quality", responses=responses_of(shapes.Verdict))
def quality(
    request: Request,
    warehouse: Warehouse,
    after: AfterSymbol = None,
    limit: Limit = None,
    wanted: Wanted = None,
) -> Response:
    """What the gate said last of each symbol, and what the load then wrote."""
    return answer(
        request, warehouse, Question("quality", {"after": after}, "quality", "symbol", limit), wanted
    )


@router.get("/quarantine", responses=responses_of(shapes.Quarantined))
def quarantine(
    request: Request, warehouse: Warehouse, after: AfterId = None, limit: Limit = None, wanted: Wanted = None
) -> Response:
    """The bars that keep their symbols out and await a decision."""
    return answer(
        request, warehouse, Question("quarantine", {"after": after}, "quarantine", "id", limit), wanted
    )


@router.get("/budget", responses=responses_of(shapes.Calls))
def budget(request: Request, warehouse: Warehouse, wanted: Wanted = None) -> Response:
    """The calls to Alpha Vantage of the last 24 hours, by hour, function and outcome."""
    about = {"now": moment(warehouse, sources_of(request).now())}
    return answer(request, warehouse, Question("budget", about, "budget"), wanted)
