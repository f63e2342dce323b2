"""What machines ask that have no login: ``/metrics``, with a token of its own, and ``/health``."""

from __future__ import annotations

import hmac
from pathlib import Path

import psycopg
from airflow.configuration import conf
from airflow.sdk.exceptions import AirflowNotFoundException
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from include.warehouse.faults import fault_of
from include.warehouse.runs import moment
from include.web.health import Health, health, unreachable
from include.web.metrics import exposition
from include.web.pool import Busy
from include.web.recent import Recent
from include.web.sources import Sources, read_once, sources_of

router = APIRouter(tags=["probes"])
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def check_token(request: Request) -> None:
    """Refuse whoever does not bear the token in the file that ``[market_data] metrics_token_file`` names."""
    held = _token()
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), held):
        raise HTTPException(
            401, "Give the token as `Authorization: Bearer ...`.", {"WWW-Authenticate": "Bearer"}
        )


@router.get(
    "/metrics",
    dependencies=[Depends(check_token)],
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {}}, "description": "Prometheus' text format."},
        401: {"description": "No token, or another."},
        503: {"description": "No token is set up, or the warehouse does not answer."},
    },
)
def metrics(request: Request) -> Response:
    """The warehouse in numbers, at most a few seconds old, for Prometheus."""
    held: Recent[bytes] = request.app.state.metrics
    return Response(held.get(lambda: _metrics(sources_of(request))), media_type=TEXT)


@router.get("/health", responses={503: {"model": Health, "description": "A part is unwell."}})
def tell_health(request: Request, response: Response) -> Health:
    """Which part is unwell and why, as of a few seconds ago at the most; 503 if one is."""
    held: Recent[Health] = request.app.state.health
    found = held.get(lambda: _health(sources_of(request)))
    response.status_code = 503 if found.state == "unwell" else 200
    response.headers["Cache-Control"] = "no-store"
    return found


def _metrics(sources: Sources) -> bytes:
    with read_once(sources.probe) as warehouse:
        now = moment(warehouse, sources.now())
        return exposition(warehouse, now=now, per_day=sources.per_day())


def _health(sources: Sources) -> Health:
    try:
        with read_once(sources.probe) as warehouse:
            return health(warehouse, now=moment(warehouse, sources.now()))
    except psycopg.Error as error:
        fault = fault_of(error)
        return unreachable(fault.what if fault else "it refused a question")
    except (AirflowNotFoundException, SQLAlchemyError, Busy) as error:
        return unreachable(f"its connection could not be used ({type(error).__name__})")


def _token() -> bytes:
    path = conf.get("market_data", "metrics_token_file", fallback="")
    try:
        held = Path(path).read_bytes().strip() if path else b""
    except OSError:
        held = b""
    if not held:
        hint = "Write one into a file and name that in AIRFLOW__MARKET_DATA__METRICS_TOKEN_FILE."
        raise HTTPException(503, f"There is no token for metrics. {hint}")
    return held
