"""The pages: HTML made here, that loads nothing but our own style and script."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from pydantic import Field

from include.report.rendering import in_address, render
from include.warehouse.origins import origin_of
from include.warehouse.runs import moment
from include.web.access import DECIDES, RUNS, check_form
from include.web.budget import budget_page
from include.web.data_api import Adjusted, AfterSymbol, Symbol, Text, check_symbol
from include.web.overview import overview
from include.web.quality import Action, quality_page, trigger
from include.web.sources import Warehouse, rows, sources_of
from include.web.symbol import symbol_page
from include.web.triggering import ask_again

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
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

AskedRun = Annotated[str | None, Query(max_length=250, pattern=Text)]
"""The id of a run that a form has just triggered."""

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_overview(
    request: Request,
    warehouse: Warehouse,
    user: GetUserDep,
    after: AfterSymbol = None,
    asked: AskedRun = None,
) -> Response:
    """What is held, how fresh it is, and what needs a person today."""
    sources = sources_of(request)
    now = moment(warehouse, sources.now())
    page = overview(warehouse, user, now=now, per_day=sources.per_day(), after=after)
    return render_page(request, "overview.html", origin=origin_of(warehouse), now=now, page=page, asked=asked)


@router.get("/symbol/{symbol:path}")
def show_symbol(
    request: Request, warehouse: Warehouse, symbol: Symbol, adjusted: Annotated[Adjusted, Query()] = "none"
) -> Response:
    """The last bars of a symbol as candles and as a table, and all that is known of it."""
    origin = origin_of(warehouse)
    try:
        check_symbol(warehouse, symbol)
    except HTTPException as unknown:
        return render_page(
            request, "problem.html", unknown.status_code, origin=origin, problem=unknown.detail
        )
    page = symbol_page(warehouse, symbol, adjusted)
    return render_page(request, "symbol.html", origin=origin, page=page)


@router.get("/quality")
def show_quality(
    request: Request,
    warehouse: Warehouse,
    user: GetUserDep,
    asked: AskedRun = None,
) -> Response:
    """What the gate said, and what awaits a decision."""
    origin = origin_of(warehouse)
    page = quality_page(warehouse, user, asked=asked)
    return render_page(request, "quality.html", origin=origin, page=page)


@router.post("/quality", dependencies=[DECIDES])
def decide(
    request: Request,
    warehouse: Warehouse,
    user: GetUserDep,
    action: Annotated[Action, Form()],
    token: Annotated[str, Form()],
    rows: Annotated[list[Annotated[int, Field(ge=0, lt=2**63)]] | None, Form()] = None,
    reason: Annotated[str, Form(max_length=900, pattern=Text)] = "",
    preview: Annotated[bool, Form()] = False,
) -> Response:
    """Trigger the DAG ``quarantine`` in the user's name, and go back to the page."""
    try:
        check_form(token, user)
        now = _clock(request, warehouse)
        run_id = trigger(action, rows or [], reason, user, preview=preview, now=now)
    except HTTPException as refused:
        return render_page(request, "problem.html", refused.status_code, origin=None, problem=refused.detail)
    return RedirectResponse(f"{_base(request)}/quality?asked={in_address(run_id)}", 303)


@router.post("/ask-again", dependencies=[RUNS])
def ask(
    request: Request,
    warehouse: Warehouse,
    user: GetUserDep,
    token: Annotated[str, Form()],
    symbols: Annotated[
        list[Annotated[str, Field(max_length=100, pattern=Text)]] | None, Form(max_length=50)
    ] = None,
) -> Response:
    """Trigger a daily run, in the user's name, that asks for these symbols whatever is believed of them."""
    try:
        check_form(token, user)
        run_id = ask_again(symbols or [], user, now=_clock(request, warehouse))
    except HTTPException as refused:
        return render_page(request, "problem.html", refused.status_code, origin=None, problem=refused.detail)
    return RedirectResponse(f"{_base(request)}/?asked={in_address(run_id)}", 303)


@router.get("/budget")
def show_budget(request: Request, warehouse: Warehouse, ahead: bool = False) -> Response:
    """The calls that were made, and what waits for one."""
    sources = sources_of(request)
    now = moment(warehouse, sources.now())
    watchlist = (sources.watchlist() or "") if ahead else None
    page = budget_page(warehouse, now=now, per_day=sources.per_day(), watchlist=watchlist)
    return render_page(request, "budget.html", origin=origin_of(warehouse), now=now, page=page)


@router.get("/reports/{pipeline_run_id}")
def show_report(
    request: Request, warehouse: Warehouse, pipeline_run_id: Annotated[int, InPath(ge=0, lt=2**63)]
) -> Response:
    """The quality report of a run, by its id in ``pipeline_run``."""
    origin = origin_of(warehouse)
    found = rows(warehouse, "report", run=pipeline_run_id)
    if not found:
        problem = (
            f"Run {pipeline_run_id} has no report: it judged nothing, or it is older than the reports that "
            "are kept."
        )
        return render_page(request, "problem.html", 404, origin=origin, problem=problem)
    return render_page(request, "report.html", origin=origin, report=found[0])


@router.get("/static/{name}")
def static(name: str) -> Response:
    """The style, the script and the icon."""
    files = {file.name: file for file in STATIC.iterdir()}
    if name not in files:
        raise HTTPException(404, f"{name}: there is no such file. The pages begin at market/.")
    return FileResponse(files[name], headers=HEADERS)


def render_page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page, with the headers that keep other hosts out of it."""
    return HTMLResponse(render(TEMPLATES, template, base=_base(request), **values), status, HEADERS)


def _clock(request: Request, warehouse: Warehouse) -> datetime | None:
    """The clock of a simulation; None where the time is real."""
    now = sources_of(request).now()
    clock = moment(warehouse, now)
    return None if clock == now else clock


def _base(request: Request) -> str:
    return str(request.scope.get("root_path", ""))
