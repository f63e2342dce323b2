"""The pages *Overview* and *Symbol*: HTML made here, that loads nothing but our own style and script."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from include.warehouse import origin_of
from include.web.data_api import Adjusted, AfterSymbol, Symbol, check_symbol
from include.web.overview import overview
from include.web.rendering import render
from include.web.sources import Warehouse, moment, sources_of
from include.web.symbol import symbol_page

STATIC = Path(__file__).parent / "static"
# Nothing of another host, no script or style within a page, and a frame only in Airflow itself.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "same-origin",
}

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_overview(request: Request, warehouse: Warehouse, after: AfterSymbol = None) -> Response:
    """What is held, how fresh it is, and what needs a person today."""
    sources = sources_of(request)
    now = moment(warehouse, sources.now())
    page = overview(warehouse, now=now, per_day=sources.per_day(), after=after)
    return _page(request, "overview.html", origin=origin_of(warehouse), now=now, page=page)


@router.get("/symbol/{symbol:path}")
def show_symbol(
    request: Request, warehouse: Warehouse, symbol: Symbol, adjusted: Annotated[Adjusted, Query()] = "none"
) -> Response:
    """The last bars of a symbol as candles and as a table, and all that is known of it."""
    origin = origin_of(warehouse)
    try:
        check_symbol(warehouse, symbol)
    except HTTPException as unknown:
        return _page(request, "problem.html", unknown.status_code, origin=origin, problem=unknown.detail)
    page = symbol_page(warehouse, symbol, adjusted)
    return _page(request, "symbol.html", origin=origin, page=page)


@router.get("/static/{name}")
def static(name: str) -> Response:
    """The style, the script and the icon."""
    files = {file.name: file for file in STATIC.iterdir()}
    if name not in files:
        raise HTTPException(404, f"{name}: there is no such file. The pages begin at market/.")
    return FileResponse(files[name], headers=HEADERS)


def _page(request: Request, template: str, status: int = 200, **told: Any) -> Response:
    base = request.scope.get("root_path", "")
    return HTMLResponse(render(template, base=base, **told), status, HEADERS)
