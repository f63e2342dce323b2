"""The application as Airflow's plugin has it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class WhenAsked:
    """The application, made with the first request: what only loads plugins does not pay for it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request over."""
        await self._app(scope, receive, send)

    @cached_property
    def _app(self) -> ASGIApp:
        from include.web.app import create_app
        from include.web.sources import airflow_sources

        return create_app(airflow_sources())
