"""The pages of the pipeline in the Airflow UI, in Chromium, over an installation of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from include.local import airflow_services, settings
from include.local.child_environment import common
from include.local.ports import free_port
from tests.conftest import PROJECT

from .browser import TOO_WIDE, Browser, logged_in
from .conftest import Local, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]
DAILY_DAG = "stock_data_pipeline"
ANOTHER_KEY = "A9KEY7OF5A4PERSON"  # with calls left


@pytest.fixture(scope="module", autouse=True)
def started(local) -> None:
    """The pipeline has run once."""
    done = local("run")
    assert done.returncode == 0, done.stdout


def bars(local: Local) -> dict[str, int]:
    return dict(local.rows("select symbol, count(*)::int from stock_data group by symbol"))


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (390, "dark")])
def test_the_pages_in_the_browser_show_what_the_warehouse_holds(local, tmp_path, width, theme):
    with logged_in(local, width, theme) as browser:
        page, frame = browser.page, browser.frame
        page.get_by_role("link", name="Market", exact=True).click()
        frame.get_by_role("heading", name="What is held of the last").wait_for()
        symbols = frame.locator("table.heatmap tbody th").all_inner_texts()
        assert symbols == [row[0] for row in local.rows("select symbol from instrument order by symbol")]
        assert frame.locator("html").get_attribute("data-theme") == theme
        assert (looked_at(browser, tmp_path / "overview.png"), "overview") == ([], "overview")

        for name in ("Quality", "Datasets", "Budget"):
            frame.get_by_role("link", name=name, exact=True).click()
            frame.get_by_role("heading", name=name, level=1).wait_for()
            assert (looked_at(browser, tmp_path / f"{name.lower()}.png"), name) == ([], name)

        frame.get_by_role("link", name="Quality", exact=True).click()
        frame.get_by_role("link", name="of run").first.click()
        frame.get_by_role("heading", name="judged", level=1).wait_for()
        assert (looked_at(browser, tmp_path / "report.png"), "report") == ([], "report")

        frame.get_by_role("link", name="Overview", exact=True).focus()
        page.keyboard.press("Enter")
        symbol = symbols[0]
        frame.get_by_role("link", name=symbol, exact=True).click()
        frame.get_by_role("heading", name=symbol).first.wait_for()
        held = local.rows(f"select data_date::text from stock_data where symbol = '{symbol}' order by 1 desc")
        bars = frame.locator("[aria-labelledby=bars] tbody td:first-child").all_inner_texts()
        assert bars == [row[0] for row in held][:100]
        assert frame.locator(".candles g").count() == len(bars) > 0
        assert (looked_at(browser, tmp_path / "symbol.png"), "symbol") == ([], "symbol")
        with page.expect_download() as download:
            frame.get_by_role("link", name="CSV, all bars").click()
        assert len(download.value.path().read_text().splitlines()) == 1 + len(held)
    assert browser.said == []
    assert browser.elsewhere == []


def looked_at(browser: Browser, picture: Path) -> list[object]:
    """Take a picture of a page; return what axe finds, and whether it is wider than its window."""
    browser.page.screenshot(path=picture)
    too_wide = browser.frame.locator("html").evaluate(TOO_WIDE)
    return [*browser.violations(), *(["too wide"] if too_wide else [])]


def test_a_task_instance_has_the_page_of_its_symbol_as_a_tab_in_the_browser(local):
    (run,) = local.rows("select run_id from pipeline_run order by id")[0]
    found = local.api._instances("stock_data_pipeline", run)
    index, label = next(
        (one["map_index"], one["rendered_map_index"])
        for one in found
        if one["task_id"] == "fetch_stock_data" and one["rendered_map_index"] != "LISTING_STATUS"
    )
    with logged_in(local) as browser:
        browser.page.goto(
            f"{local.stack.ui}/dags/stock_data_pipeline/runs/{run}/tasks/fetch_stock_data/mapped/{index}"
        )
        browser.page.get_by_role("link", name="Market", exact=True).last.click()
        browser.frame.get_by_role("heading", name=label).wait_for()
        browser.page.goto(f"{local.stack.ui}/dags/stock_data_pipeline")
        browser.page.get_by_role("link", name="Market", exact=True).last.click()
        browser.frame.get_by_role("heading", name="What is held of the last").wait_for()


@pytest.fixture(scope="module")
def another_key(local) -> None:
    """The key of the connection is replaced by one with calls left."""
    key = {"connection_id": "alphavantage_default", "conn_type": "alphavantage", "password": ANOTHER_KEY}
    mask = {"update_mask": ["password"]}
    local.api._request("PATCH", "/api/v2/connections/alphavantage_default", params=mask, json=key)


def once_it_has_ended(browser: Browser) -> str:
    """What the page says of the run that was asked for, which ends meanwhile."""
    told = browser.frame.get_by_role("status")
    again = browser.frame.get_by_role("link", name="Look again")
    for _ in range(120):
        told.wait_for()
        if not again.count():
            break
        again.click()
        browser.page.wait_for_timeout(1000)
    return told.inner_text()


@pytest.mark.usefixtures("another_key")
def test_a_dataset_is_switched_on_brought_and_seen_in_the_browser(local, tmp_path):
    shown = local("datasets --on overview")
    assert "What is switched on takes 0.7 calls a day on average." in shown.stdout
    assert "Nothing was changed. To change it, say the same with YES=1." in shown.stdout
    assert local("datasets --on overview --yes 1").returncode == 0
    run = local.api.trigger("market_data_extra", {}, "what was switched on")
    wait_for(lambda: local.api.run_state("market_data_extra", run) in {"success", "failed"}, 180)
    held = local.rows("select name from company_overview order by symbol")
    assert len(held) == 5
    with logged_in(local) as browser:
        browser.page.goto(f"{local.stack.ui}/plugin/market")
        frame = browser.frame
        frame.get_by_role("link", name="Datasets", exact=True).click()
        frame.get_by_role("heading", name="Datasets", level=1).wait_for()
        assert looked_at(browser, tmp_path / "datasets.png") == []
        frame.get_by_role("link", name="overview", exact=True).click()
        frame.get_by_role("heading", name="overview", level=1).wait_for()
        assert looked_at(browser, tmp_path / "dataset.png") == []
        text = frame.locator("main").inner_text()
        assert all(name in text for (name,) in held)
    assert browser.said == []


@pytest.mark.usefixtures("another_key")
def test_a_refused_bar_is_released_in_the_browser_and_loaded(local):
    local.sandbox("faults", {"kind": "bad_bar", "rule": "high_below_low", "symbol": "HD"})
    assert local("run", STOCK_SYMBOLS="HD").returncode != 0
    assert "HD" not in bars(local)
    with logged_in(local) as browser:
        browser.page.goto(f"{local.stack.ui}/plugin/market")
        frame = browser.frame
        frame.get_by_role("link", name="Quality", exact=True).click()
        frame.get_by_role("checkbox", name="HD").focus()
        browser.page.keyboard.press("Space")
        frame.get_by_label("Why").fill("It was so on the floor.")
        frame.get_by_role("button", name="Release").focus()
        browser.page.keyboard.press("Enter")
        shown = once_it_has_ended(browser)
        assert "What release would do" in shown
        assert re.search(r"HD\s+100\s+100\s+0\s+0\s+0\s+0\s+loaded", shown)
        assert "HD" not in bars(local)
        frame.get_by_role("button", name="Do it").click()
        frame.get_by_role("heading", name="What release would do").wait_for(state="detached")
        assert "success" in once_it_has_ended(browser)
    assert bars(local)["HD"] == 100
    assert ("released", "admin", "It was so on the floor.") in local.rows(
        "select decision, decided_by, reason from standing_decision"
    )


@pytest.mark.usefixtures("another_key")
def test_warnings_are_approved_in_the_browser_after_a_look_at_the_report(local):
    local.sandbox("faults", {"kind": "late", "symbol": "KO"})
    asked = settings.read(local.environment | {"STOCK_SYMBOLS": "KO"}, PROJECT).conf()
    run = local.api.trigger(DAILY_DAG, {**asked, "approve_warnings": 0}, "asks a person")
    task = f"/dags/{DAILY_DAG}/runs/{run}/tasks/approve_warnings"
    waiting = {"params": {"response_received": False}}
    question = f"/api/v2/dags/{DAILY_DAG}/dagRuns/{run}/hitlDetails"
    wait_for(lambda: local.api._request("GET", question, **waiting).json()["total_entries"] == 1, 120)
    assert "KO" not in bars(local)
    with logged_in(local) as browser:
        page = browser.page
        page.goto(f"{local.stack.ui}{task}/required_actions")
        page.get_by_text("1 warning in 1 symbol: load their bars?").first.wait_for()
        report = page.get_by_role("link", name="The quality report of").first.evaluate("link => link.href")
        page.get_by_role("button", name="Approve").click()
        wait_for(lambda: local.api.run_state(DAILY_DAG, run) == "success", 120)
        page.goto(report)
        page.get_by_role("row", name="is not published yet").get_by_text("warning", exact=True).wait_for()
        assert browser.violations() == []
    assert bars(local)["KO"] == 100
    approvals = local.rows("select approval, approval_by from verdict where symbol = 'KO'")
    assert approvals == [("approved", "admin")]


@pytest.fixture
def prefixed(local) -> Iterator[httpx.Client]:
    """A second API server of the same Airflow, whose address has a prefix; who is logged in."""
    stack, port = local.stack, free_port()
    address = f"http://127.0.0.1:{port}/airflow"
    airflow = airflow_services.environment(PROJECT, local.run_dir, stack.server, port, stack.secrets)
    environment = {**local.environment, **common({}, PROJECT), **airflow, "AIRFLOW__API__BASE_URL": address}
    command = [sys.executable, "-m", "airflow", "api-server"]
    with (
        (local.run_dir / "prefixed.log").open("w") as log,
        subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=log, stderr=log) as server,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        try:
            wait_for(lambda: answers(client), 120)
            login = {"username": "admin", "password": stack.secrets.admin_password}
            token = client.post("/auth/token", json=login).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client
        finally:
            server.terminate()


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/api/v2/monitor/health").is_success
    except httpx.TransportError:
        return False


def test_the_pages_and_the_data_api_work_below_a_prefix(prefixed):
    page = prefixed.get("/market/")
    assert page.is_success
    inside = set(re.findall(r'(?:href|src|action)="(/[^"#]*)"', page.text))
    assert {path for path in inside if not path.startswith("/airflow/")} == set()
    assert {"/airflow/market/quality", "/airflow/market/static/market.css"} <= inside
    root = httpx.URL(prefixed.base_url).copy_with(path="/")
    assert {path for path in inside if not prefixed.get(root.join(path)).is_success} == set()
    described = prefixed.get("/market/api/openapi.json").json()
    assert described["servers"] == [{"url": "/airflow/market"}]
    assert prefixed.get("/market/api/bars/AAPL?limit=3").json()["rows"]
