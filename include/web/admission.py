"""The door of pages and data API: who cannot be served soon is told at once, without a connection."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import anyio
from fastapi.responses import JSONResponse

from include.web.pool import QUEUE, SIZE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

SENDING = 100
"""Responses on their way to slow clients, each at most a temporary file; more are refused."""

RESPONSE_SECONDS = 300
"""A response that is not sent by then is cut off."""

RETRY_AFTER = 2
"""Seconds after which one who was refused may ask again."""

PROBES = ("/health", "/metrics")
"""They answer from memory, so they need not queue."""


class Admission:
    """Counts the requests at work and those being sent, and refuses those beyond.

    :param working: requests that are answered or wait for a connection.
    :param sending: answers being sent.
    :param seconds: how long one may take from its first byte to its last.
    """

    def __init__(
        self,
        app: ASGIApp,
        working: int = SIZE + QUEUE,
        sending: int = SENDING,
        seconds: float = RESPONSE_SECONDS,
    ) -> None:
        self.app = app
        self._limits = {"working": working, "sending": sending}
        self._counts = {"working": 0, "sending": 0}
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")) in PROBES:
            await self.app(scope, receive, send)
        elif "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
            detail = "The address has a null character (%00), which no symbol, DAG or run has. Leave it out."
            await JSONResponse({"detail": detail}, 400)(scope, receive, send)
        elif full := next((name for name in self._counts if self._is_full(name)), None):
            await _refusal(f"{self._counts[full]} requests are {full}, as many as may be at once.")(
                scope, receive, send
            )
        else:
            await self._answer(scope, receive, send)

    def _is_full(self, name: str) -> bool:
        return self._counts[name] >= self._limits[name]

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        stage = "working"
        self._counts[stage] += 1

        async def pass_on(message: Message) -> None:
            nonlocal stage
            if message["type"] == "http.response.start":
                self._counts[stage] -= 1
                stage = "sending"
                self._counts[stage] += 1
            await send(message)

        try:
            with anyio.move_on_after(self._seconds) as limit:
                await self.app(scope, receive, pass_on)
        finally:
            self._counts[stage] -= 1
        if limit.cancelled_caught:
            log.warning("%s: cut off, as it took longer than %s s (%s)", scope["path"], self._seconds, stage)
            if stage == "working":
                await _refusal(f"It took longer than {self._seconds} s.")(scope, receive, send)


def _refusal(why: str) -> JSONResponse:
    headers = {"Retry-After": str(RETRY_AFTER)}
    return JSONResponse({"detail": f"Too busy: {why} Ask again in {RETRY_AFTER} s."}, 503, headers)
