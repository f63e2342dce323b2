"""The documentation as a site: it builds without a warning, and nothing in it comes from another host."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.conftest import PROJECT, program

LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "use": "href"}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class Loads(HTMLParser):
    """Collects what a page makes a browser load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in LOADED:
            self.found += [value for name, value in attrs if name == LOADED[tag] and value]


def test_every_page_is_in_the_navigation(site):
    index = (site / "index.html").read_text(encoding="utf-8")
    pages = {path.stem for path in (PROJECT / "docs").glob("*.md")}
    assert {name for name in pages if f'href="{name}.html"' not in index} <= {"index"}


def test_no_page_loads_anything_from_another_host(site):
    loads = Loads()
    for path in site.rglob("*.html"):
        loads.feed(path.read_text(encoding="utf-8"))
    assert loads.found
    assert [url for url in loads.found if re.match(r"(?:[a-z]+:)?//", url)] == []
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)'\"]*", styles) == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_a_browser_asks_our_host_alone_and_the_search_finds(site, tmp_path, theme, width):
    from playwright.sync_api import sync_playwright

    asked, said = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}/"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program("chromium", "chromium-browser", "google-chrome"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: message.type == "error" and said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(f"{home}concepts.html")
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.images.length") == 3
            assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
            page.screenshot(path=tmp_path / "concepts.png")
            page.goto(f"{home}index.html?q=alert_recipients")
            page.locator(".md-search-result__item").first.wait_for()
            browser.close()
    finally:
        server.shutdown()
    assert asked
    assert [url for url in asked if not url.startswith((home, "data:", "blob:"))] == []
    assert said == []


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""
