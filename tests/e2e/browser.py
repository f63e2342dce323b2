"""A real Chromium, logged in, that remembers what the console said and which hosts were asked."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.conftest import program

from .conftest import Local

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

TOO_WIDE = "page => page.scrollWidth > page.clientWidth"


@dataclass
class Browser:
    """A page of Airflow's UI, and what went wrong on it since the login."""

    page: Page
    ui: str
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def frame(self) -> FrameLocator:
        """The frame in which Airflow shows our pages."""
        return self.page.frame_locator("iframe")

    @property
    def elsewhere(self) -> list[str]:
        """The addresses on other hosts that were asked."""
        return [url for url in self.asked if not url.startswith((self.ui, "blob:", "data:"))]

    def violations(self) -> list[dict[str, Any]]:
        """What axe finds on our page, of the rules of WCAG 2.1 A and AA and of good practice."""
        from axe_playwright_python.base import AXE_FILE_PATH

        frame = next(one for one in self.page.frames if one.url.startswith(f"{self.ui}/market/"))
        frame.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
        only = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
        found: list[dict[str, Any]] = frame.evaluate("rules => axe.run(rules)", only)["violations"]
        return [
            {"rule": one["id"], "where": [node["html"][:200] for node in one["nodes"][:3]]} for one in found
        ]


@contextmanager
def logged_in(local: Local, width: int = 1400, theme: Any = "light") -> Generator[Browser]:
    """Open the UI as its admin."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program("chromium", "chromium-browser", "google-chrome"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
        page.goto(local.stack.ui)
        page.fill("input[name=username]", "admin")
        page.fill("input[name=password]", local.stack.secrets.admin_password)
        page.click("button[type=submit]")
        page.get_by_role("link", name="Market", exact=True).wait_for()
        made = Browser(page, local.stack.ui)
        page.on("console", lambda message: message.type == "error" and made.said.append(message.text))
        page.on("pageerror", lambda error: made.said.append(str(error)))
        page.on("request", lambda request: made.asked.append(request.url))
        try:
            yield made
        finally:
            chromium.close()
