"""Prometheus, its alerts and the dashboards, against a real Prometheus that scrapes what Airflow sends."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import yaml

from include.local.ports import free_port
from include.web.metrics import METRICS
from tests.conftest import PROJECT, program
from tests.deploy.exporter import Exporter

MONITORING = PROJECT / "deploy" / "monitoring"
DASHBOARDS = sorted((MONITORING / "grafana" / "dashboards").glob("*.json"))
TOKEN = "a token of the test"
# What /market/metrics says of two symbols and one run.
OURS = """\
market_data_bars 199
market_data_revised_bars 2
market_data_symbols{state="active"} 2
market_data_symbols_behind{exchange="XNYS"} 1
market_data_lag_sessions_most{exchange="XNYS"} 1
market_data_gaps{cause="not_published"} 1
market_data_quarantine_open_bars 1
market_data_last_run_refused_symbols 1
market_data_last_run_start_timestamp_seconds 1764050400
market_data_last_run_state{state="success"} 1
market_data_budget_used_calls 16
market_data_budget_limit_calls 25
"""


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as Prometheus' container has it."""
    folder = tmp_path_factory.mktemp("prometheus")
    for name in ("prometheus.yml", "rules.yml"):
        shutil.copy(MONITORING / name, folder)
    shutil.copy(Path(__file__).with_name("rules_test.yml"), folder)
    (folder / "token").mkdir()
    (folder / "token" / "metrics").write_text(TOKEN)
    return folder


@pytest.mark.parametrize(
    "command",
    [
        "check config --lint-fatal prometheus.yml",
        "check rules --lint-fatal rules.yml",
        "test rules rules_test.yml",
    ],
)
def test_promtool_is_content(configuration: Path, command: str) -> None:
    done = subprocess.run(
        [program("promtool"), *command.split()],
        cwd=configuration,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_case_and_its_place_in_the_runbook() -> None:
    alerts = set(re.findall(r"- alert: (\w+)", (MONITORING / "rules.yml").read_text()))
    cases = yaml.safe_load(Path(__file__).with_name("rules_test.yml").read_text())["tests"]
    fired = {
        case["alertname"]
        for group in cases
        for case in group.get("alert_rule_test", [])
        if case["exp_alerts"]
    }

    assert fired == alerts
    runbook = (PROJECT / "docs" / "deployment.md").read_text()
    assert [alert for alert in sorted(alerts) if f"`{alert}`" not in runbook] == []


@pytest.fixture(scope="module")
def exporter() -> Iterator[Exporter]:
    """What stands between Airflow and Prometheus."""
    with Exporter(yaml.safe_load((MONITORING / "statsd-mapping.yml").read_text())) as running:
        yield running


@pytest.fixture(scope="module")
def emit(exporter: Exporter, compose: dict[str, Any]) -> Iterator[Callable[[], None]]:
    """Let Airflow's own client send every metric Airflow knows, with the settings of the compose file."""
    from airflow._shared.observability.metrics import stats
    from airflow.configuration import conf
    from airflow.observability.metrics.stats_utils import get_stats_factory

    given = compose["services"]["scheduler"]["environment"]
    settings = {name: value for name, value in given.items() if name.startswith("AIRFLOW__METRICS__")}
    settings |= {
        "AIRFLOW__METRICS__STATSD_ON": "True",
        "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
        "AIRFLOW__METRICS__STATSD_PORT": str(exporter.statsd_port),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        legacy = conf.getboolean("metrics", "legacy_names_on")
        stats.initialize(factory=get_stats_factory(), export_legacy_names=legacy)
        yield lambda: _send_all(stats)
    stats.initialize(factory=stats.NoStatsLogger, export_legacy_names=True)


@pytest.fixture(scope="module")
def market_metrics() -> Iterator[int]:
    """Stands in for the API server: /market/metrics, for those who show the token."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["Authorization"] == f"Bearer {TOKEN}" and self.path == "/market/metrics"
            self.send_response(200 if known else 401)
            self.end_headers()
            self.wfile.write(OURS.encode() if known else b"")

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def ask(
    configuration: Path, exporter: Exporter, emit: Callable[[], None], market_metrics: int
) -> Iterator[Callable[[str], list[Any]]]:
    """A Prometheus with our configuration, its targets on this machine, after it has scraped a few times."""
    port = free_port()
    text = (configuration / "prometheus.yml").read_text().replace("30s", "1s")
    for target, here in (
        ("statsd-exporter:9102", exporter.http_port),
        ("api-server:8080", market_metrics),
        ("localhost:9090", port),
    ):
        assert target in text
        text = text.replace(target, f"127.0.0.1:{here}")
    (configuration / "here.yml").write_text(text)
    command = [
        program("prometheus"),
        "--config.file=here.yml",
        f"--storage.tsdb.path={configuration}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    log = (configuration / "log").open("w")
    process = subprocess.Popen(command, cwd=configuration, stdout=log, stderr=subprocess.STDOUT)

    def query(expression: str) -> list[Any]:
        url = f"http://127.0.0.1:{port}/api/v1/query"
        response = httpx.post(url, data={"query": expression}, trust_env=False)
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            response.raise_for_status()  # it is starting: nothing is answered yet
        answer = response.json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        return answer["data"]["result"]

    emit()
    try:
        _until(lambda: len(query("up == 1")) == 3, "not every target was scraped", configuration / "log")
        emit()
        twice = "changes(airflow_scheduler_heartbeat[1m]) > 0"
        _until(lambda: query(twice), "nothing changed between scrapes", configuration / "log")
        yield query
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def expressions() -> list[tuple[str, str, str]]:
    """Every query of every dashboard: dashboard, panel, PromQL."""
    return [
        (path.stem, panel["title"], target["expr"])
        for path in DASHBOARDS
        for panel in json.loads(path.read_text())["panels"]
        for target in panel["targets"]
    ]


@pytest.mark.parametrize(("dashboard", "panel", "expression"), expressions())
def test_every_panel_shows_something(ask, dashboard: str, panel: str, expression: str) -> None:
    assert ask(expression), f"{dashboard}, {panel}: no series"


def test_a_query_that_names_no_metric_shows_nothing(ask) -> None:
    assert ask("sum(airflow_ti_finished)") == []


def test_our_metrics_here_are_those_of_the_page() -> None:
    here = set(re.findall(r"^market_data_(\w+)", OURS, re.MULTILINE))
    assert here == {metric.name for metric in METRICS}


def test_what_airflow_sends_arrives_with_its_labels(ask) -> None:
    (finish,) = ask('airflow_ti_finish{state="success"}')
    assert finish["metric"]["dag_id"] == "stock_data_pipeline"
    assert finish["metric"]["task_id"] == "fetch_stock_data"
    (duration,) = ask("airflow_task_duration_seconds_sum / airflow_task_duration_seconds_count")
    assert float(duration["value"][1]) == 1.5
    (queries,) = ask("airflow_dag_processing_last_num_of_db_queries")
    assert queries["metric"]["dag_file"] == "stock_data_pipeline"


def test_prometheus_read_the_rules_and_every_metric_they_name_exists(ask) -> None:
    rules = yaml.safe_load((MONITORING / "rules.yml").read_text())
    named = {
        name
        for group in rules["groups"]
        for rule in group["rules"]
        for name in re.findall(r"(?:market_data|airflow)_\w+", rule["expr"])
    }

    assert len(named) > 8
    assert [name for name in sorted(named) if not ask(name)] == []


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_stands_alone(path: Path) -> None:
    dashboard = json.loads(path.read_text())
    sources = yaml.safe_load((MONITORING / "grafana" / "datasources.yml").read_text())["datasources"]
    places = [panel["gridPos"] for panel in dashboard["panels"]]

    assert dashboard["uid"] == f"market-data-{path.stem}"
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} <= {one["uid"] for one in sources}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(places)
    assert all(place["x"] + place["w"] <= 24 for place in places)
    covered = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(covered) == len(set(covered)), "two panels lie over each other"


def test_grafana_finds_what_is_provisioned(compose: dict[str, Any]) -> None:
    sources = yaml.safe_load((MONITORING / "grafana" / "datasources.yml").read_text())["datasources"]
    provider = yaml.safe_load((MONITORING / "grafana" / "dashboards.yml").read_text())["providers"][0]
    grafana = compose["services"]["grafana"]
    mounted = dict(mount.removesuffix(":ro").split(":") for mount in grafana["volumes"])

    assert mounted["./deploy/monitoring/grafana/dashboards"] == provider["options"]["path"]
    assert [one["uid"] for one in sources if one.get("isDefault")] == ["prometheus"]
    for source in sources:
        host, port = source["url"].removeprefix("http://").split(":")
        assert host in compose["services"]
        assert port in {"9090", "5432"}
        for variable in re.findall(r"\$(\w+)", json.dumps(source.get("secureJsonData", {}))):
            assert variable in grafana["environment"]


def _send_all(stats: Any) -> None:
    for metric in _registry():
        tags = {name: _tag(name) for name in metric["name_variables"]}
        name = metric["name"].format(**tags)
        if metric["type"] == "counter":
            stats.incr(name, tags=tags)
        elif metric["type"] == "gauge":
            stats.gauge(name, 0 if "import_errors" in name else 1, tags=tags)
        else:
            stats.timing(name, 1500.0, tags=tags)


def _registry() -> list[dict[str, Any]]:
    import airflow._shared.observability.metrics as metrics

    template = Path(metrics.__file__).with_name("metrics_template.yaml")
    found: list[dict[str, Any]] = yaml.safe_load(template.read_text())["metrics"]
    return found


def _tag(name: str) -> str:
    known = {
        "dag_id": "stock_data_pipeline",
        "task_id": "fetch_stock_data",
        "state": "success",
        "pool_name": "alphavantage",
        "dag_file": "stock_data_pipeline",
    }
    return known.get(name, "x")


def _until(holds: Callable[[], Any], otherwise: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if holds():
                return
        except httpx.HTTPError:
            pass  # not up yet
        time.sleep(0.2)
    pytest.fail(f"{otherwise}\n{log.read_text()[-2000:]}")
