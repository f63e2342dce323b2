"""The application under ``/market``: pages, the data API, and what is said when neither has an answer."""

from __future__ import annotations

import logging
from typing import Any

import psycopg
from airflow.sdk.exceptions import AirflowNotFoundException
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from include.settings import READER_CONN_ID
from include.web import data_api, pages, probes, tabs
from include.web.access import READS
from include.web.sources import Sources

log = logging.getLogger(__name__)


def create_app(sources: Sources) -> FastAPI:
    """Return the application; Airflow's login guards every route of it but the probes."""
    # FastAPI's own documentation would come from a CDN, and without a login.
    app = FastAPI(title="Market data", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.sources = sources
    app.include_router(data_api.router, dependencies=[READS])
    app.include_router(pages.router, dependencies=[READS])
    app.include_router(tabs.router)
    app.include_router(probes.router)
    app.add_exception_handler(RequestValidationError, _say_which_parameter)
    app.add_exception_handler(psycopg.Error, _say_what_the_warehouse_says)
    app.add_exception_handler(AirflowNotFoundException, _say_which_connection)

    @app.get("/api/openapi.json", include_in_schema=False, dependencies=[READS])
    def openapi(request: Request) -> dict[str, Any]:
        """What can be asked, for programs."""
        return {**app.openapi(), "servers": [{"url": request.scope.get("root_path", "")}]}

    return app


def _say_which_parameter(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    lines = [
        f"{found['loc'][-1]}: {found['input']!r} cannot be used: {found['msg'].rstrip('.')}."
        for found in error.errors()
    ]
    return JSONResponse({"detail": " ".join(lines) + " See market/api/openapi.json for what can."}, 422)


def _say_what_the_warehouse_says(request: Request, error: Exception) -> JSONResponse:
    log.error("The warehouse gave no answer to %s: %s", request.url.path, type(error).__name__)
    assert isinstance(error, psycopg.Error)
    said = error.diag.message_primary or type(error).__name__
    hint = f"Look at the connection {READER_CONN_ID} and `make status`; a first run makes the tables."
    return JSONResponse({"detail": f"The warehouse gave no answer: {said}. {hint}"}, 503)


def _say_which_connection(request: Request, error: Exception) -> JSONResponse:
    hint = "Add it under Admin > Connections, for a role that may only read, such as market_reader."
    return JSONResponse({"detail": f"There is no connection {READER_CONN_ID}. {hint}"}, 503)
