"""A sandbox behind a real socket: in a thread, for tests and for a pipeline, or in the foreground."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

import uvicorn
from fastapi import FastAPI

from include.sandbox.app import create_app
from include.sandbox.clock import real_time
from include.sandbox.settings import SandboxSettings
from include.sandbox.wire import BreakableProtocol

START_TIMEOUT = 30


def server_config(app: FastAPI, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    """Without uvicorn's access log, which would print keys, and without trust in forwarded addresses."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BreakableProtocol,
        ws="none",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


class Stopwatch:
    """A monotonic clock that moves only when told to: for limits that are tested without waiting."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


class _Server(uvicorn.Server):
    """Tells when it has begun to listen."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class RunningSandbox:
    """A sandbox on a free port of this machine for as long as the ``with`` block lasts.

    Each method is one call of the admin API; ``url`` is what a client takes for ``https://www.alphavantage.co``.
    """

    def __init__(
        self,
        settings: SandboxSettings | None = None,
        *,
        clock: Callable[[], datetime] = real_time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = create_app(settings, clock=clock, monotonic=monotonic)
        self._server = _Server(server_config(self.app))
        self._socket = socket.create_server(("127.0.0.1", 0))
        sockets = [self._socket]
        self._thread = threading.Thread(target=self._server.run, args=(sockets,), name="sandbox", daemon=True)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._server.listening.wait(START_TIMEOUT):
            raise TimeoutError(f"the sandbox did not begin to listen within {START_TIMEOUT} s")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of ``/admin/<path>``; an error status raises ``urllib.error.HTTPError``."""
        content = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.url}/admin/{path}", data=content, headers=headers, method=method)
        with urlopen(request, timeout=30) as response:
            return json.load(response)

    def set_clock(self, now: datetime | str | None) -> None:
        """Stop the clock at an instant, given with its zone; ``None`` lets it run."""
        text = now.astimezone(UTC).isoformat() if isinstance(now, datetime) else now
        self.admin("POST", "clock", {"now": text})

    def add_fault(self, kind: str, **details: Any) -> None:
        self.admin("POST", "faults", {"kind": kind, **details})

    def clear_faults(self) -> None:
        self.admin("DELETE", "faults")

    def revoke(self, *keys: str) -> None:
        """Refuse these keys from now on, and no others."""
        self.admin("POST", "revoked", list(keys))

    def add_listings(self, *listings: dict[str, Any]) -> None:
        """Let symbols join the simulated market, each with the fields of ``Admission``."""
        self.admin("POST", "listings", list(listings))

    def truth(self, symbol: str) -> dict[str, Any]:
        found: dict[str, Any] = self.admin("GET", f"truth/{symbol}")
        return found

    def calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.admin("GET", "calls")
        return found

    def reset(self) -> None:
        """Forget the limits used and the calls made."""
        self.admin("POST", "reset")
