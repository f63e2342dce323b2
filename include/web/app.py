"""The application under ``/market``: pages, the data API, and what is said when neither has an answer."""

from __future__ import annotations

import logging
from typing import Any

import psycopg
from airflow.sdk.exceptions import AirflowNotFoundException
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from include.settings import READER_CONN_ID
from include.warehouse.faults import explained, fault_of
from include.web import data_api, dataset_api, dataset_pages, pages, probes, tabs
from include.web.access import READS
from include.web.admission import RETRY_AFTER, Admission
from include.web.health import Health
from include.web.pool import Busy
from include.web.recent import Recent
from include.web.sources import Sources

log = logging.getLogger(__name__)


def create_app(sources: Sources) -> FastAPI:
    """Return the application; Airflow's login guards every route of it but the probes."""
    # FastAPI's own documentation would come from a CDN, and without a login.
    app = FastAPI(title="Market data", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.sources = sources
    app.state.health, app.state.metrics = Recent[Health](), Recent[bytes]()
    app.add_middleware(Admission)
    app.include_router(data_api.router, dependencies=[READS])
    app.include_router(dataset_api.router, dependencies=[READS])
    app.include_router(dataset_pages.router, dependencies=[READS])
    app.include_router(pages.router, dependencies=[READS])
    app.include_router(tabs.router)
    app.include_router(probes.router)
    app.add_exception_handler(RequestValidationError, _say_which_parameter)
    app.add_exception_handler(psycopg.Error, _say_what_the_warehouse_says)
    app.add_exception_handler(Busy, _say_that_all_are_busy)
    app.add_exception_handler(SQLAlchemyError, _say_that_airflow_knows_nothing)
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
    fault = fault_of(error)
    if fault:
        told = explained(error, fault, READER_CONN_ID)
        return _unavailable(f"The warehouse gave no answer. {told}", is_passing=fault.passes)
    assert isinstance(error, psycopg.Error)
    said = error.diag.message_primary or type(error).__name__
    hint = f"Look at the connection {READER_CONN_ID} and `make status`; a first run makes the tables."
    return _unavailable(f"The warehouse gave no answer: {said}. {hint}")


def _say_that_all_are_busy(request: Request, error: Exception) -> JSONResponse:
    return _unavailable(f"Too busy: {error}. Ask again in {RETRY_AFTER} s.", is_passing=True)


def _say_that_airflow_knows_nothing(request: Request, error: Exception) -> JSONResponse:
    log.error("Airflow's database gave no answer to %s: %s", request.url.path, error)
    told = f"Airflow's own database gave no answer ({type(error).__name__}), so connections and rights are"
    return _unavailable(f"{told} unknown for now. Ask again in {RETRY_AFTER} s.", is_passing=True)


def _say_which_connection(request: Request, error: Exception) -> JSONResponse:
    hint = "Add it under Admin > Connections, for a role that may only read, such as market_reader."
    return _unavailable(f"There is no connection {READER_CONN_ID}. {hint}")


def _unavailable(detail: str, *, is_passing: bool = False) -> JSONResponse:
    return JSONResponse({"detail": detail}, 503, {"Retry-After": str(RETRY_AFTER)} if is_passing else None)
