"""The stand-in's web application: ``GET /query`` as Alpha Vantage answers it, ``/admin`` as it never would.

Its log holds one line a request, made here, with a fingerprint in place of the key; no other log of requests
may be turned on, since the key is part of the address.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from airflow_provider_alphavantage.responses import ORIGIN_HEADER
from include.sandbox.admin import router
from include.sandbox.clock import SandboxClock, real_time
from include.sandbox.desk import Desk, Source
from include.sandbox.query import Query
from include.sandbox.settings import SandboxSettings
from include.sandbox.wire import deliver

NOTICE_HEADER = "X-Market-Data-Notice"

log = logging.getLogger(__name__)


class Labelled:
    """Says in every response, errors included, that this is not the real API."""

    def __init__(self, app: ASGIApp, source: Source) -> None:
        self._app = app
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def label(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[ORIGIN_HEADER] = self._source.origin
                headers[NOTICE_HEADER] = self._source.notice
            await send(message)

        await self._app(scope, receive, label)


def create_app(
    settings: SandboxSettings | None = None,
    *,
    clock: Callable[[], datetime] = real_time,
    monotonic: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """A sandbox of its own; ``clock`` is the time while none is set, ``monotonic`` counts the seconds."""
    desk = Desk(settings or SandboxSettings(), SandboxClock(clock), monotonic)

    @asynccontextmanager
    async def announced(_: FastAPI) -> AsyncGenerator[None]:
        log.warning("%s: %s", desk.source.mode.upper(), desk.source.notice)
        yield

    app = FastAPI(
        title="Alpha Vantage sandbox", lifespan=announced, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.desk = desk
    app.add_middleware(Labelled, source=desk.source)
    app.include_router(router)

    @app.get("/query")
    async def query(request: Request) -> Response:
        asked = Query.read(request.query_params)
        slow = desk.faults.take(asked, {"slow"})
        if slow:
            await asyncio.sleep(slow.seconds)
        reply = desk.reply(asked, request.query_params.get("apikey", ""), address_of(request))
        call = reply.call
        log.info("%s %s %s -> %s key=%s", request.method, call.function, call.symbol, call.outcome, call.key)
        return deliver(reply.answer, reply.breaking, "gzip" in request.headers.get("accept-encoding", ""))

    return app


def address_of(request: Request) -> str:
    return request.client.host if request.client else "-"
