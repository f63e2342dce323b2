"""How an answer travels: chunked gzip, a plain body with its length, or a connection that breaks."""

from __future__ import annotations

import gzip
import socket
import struct
from asyncio import Transport
from typing import Any, cast

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from include.sandbox.answers import JSON, Answer

BREAK_OFF = "sandbox.break_off"


class BreakableProtocol(H11Protocol):
    """uvicorn's protocol for applications that drop a connection, without a log that prints keys."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # uvicorn logs as soon as its access logger has a handler, and anyone may give it one (pytest does).
        self.access_log = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        served = self.config.loaded_app

        async def breakable(scope: Any, receive: Any, send: Any) -> None:
            extensions = {**scope.get("extensions", {}), BREAK_OFF: transport}
            await served({**scope, "extensions": extensions}, receive, send)

        self.app = breakable


class CutResponse(Response):
    """Promises the whole body, sends ``keep`` bytes and closes; without ``keep`` it resets."""

    def __init__(self, answer: Answer, keep: int | None) -> None:
        super().__init__(answer.body, answer.status, dict(answer.headers), answer.media_type)
        self._keep = keep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = cast(Transport, scope["extensions"][BREAK_OFF])
        if self._keep is None:
            _reset(transport)
        else:
            start: Message = {"type": "http.response.start", "status": self.status_code}
            await send({**start, "headers": self.raw_headers})
            part = bytes(self.body)[: self._keep]
            await send({"type": "http.response.body", "body": part, "more_body": True})
            transport.close()
        # Returning before the connection is gone would have uvicorn report an unfinished answer.
        while (await receive())["type"] != "http.disconnect":
            pass


def _reset(transport: Transport) -> None:
    # A linger time of zero makes the kernel send RST, not FIN.
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    transport.abort()


def deliver(answer: Answer, fault: str | None, accepts_gzip: bool) -> Response:
    """The response for an answer, broken in the way ``fault`` says."""
    if fault == "reset":
        return CutResponse(answer, keep=None)
    if fault == "truncated":
        return CutResponse(answer, keep=len(answer.body) // 2)
    if fault == "truncated_gzip":
        return _zipped(answer, cut=True)
    if answer.media_type == JSON and accepts_gzip:
        return _zipped(answer, cut=False)
    return Response(answer.body, answer.status, dict(answer.headers), answer.media_type)


def _zipped(answer: Answer, cut: bool) -> Response:
    """Chunked, as the API sends JSON. Cut, the HTTP message is whole and the gzip within ends early."""
    packed = gzip.compress(answer.body, mtime=0)
    body = packed[: len(packed) // 2] if cut else packed
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    response = Response(body, answer.status, headers, answer.media_type)
    del response.headers["content-length"]
    return response
