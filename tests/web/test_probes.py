"""What machines see without a login: numbers for Prometheus, and which part is unwell."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conftest import program

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]


@pytest.fixture
def scrape(client, filled, tmp_path, monkeypatch):
    """Ask for the metrics with the token."""
    (tmp_path / "token").write_text("a long token\n")
    monkeypatch.setenv("AIRFLOW__MARKET_DATA__METRICS_TOKEN_FILE", str(tmp_path / "token"))
    return lambda token="a long token": client(None).get(
        "/market/metrics", headers={"Authorization": f"Bearer {token}"}
    )


def test_metrics_are_what_the_warehouse_holds(scrape, filled):
    answer = scrape()
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    held = dict(re.findall(r"^market_data_(.+) (\S+)$", answer.text, re.MULTILINE))
    assert {name: float(value) for name, value in held.items()} | {"last_run_start_timestamp_seconds": 0} == {
        "bars": 50,
        "revised_bars": 1,
        'symbols{state="active"}': 3,
        'symbols_behind{exchange="XNYS"}': 0,
        'lag_sessions_most{exchange="XNYS"}': 0,
        'gaps{cause="never fetched"}': 1,
        'gaps{cause="vendor hole"}': 1,
        "quarantine_open_bars": 0,
        "last_run_refused_symbols": 0,
        "last_run_start_timestamp_seconds": 0,
        'last_run_state{state="running"}': 1,
        "budget_used_calls": 3,
        "budget_limit_calls": 25,
    }


def test_no_metric_names_a_symbol(scrape):
    assert "IBM" not in scrape().text


def test_promtool_finds_nothing_to_mend(scrape):
    checked = subprocess.run(
        [program("promtool"), "check", "metrics"], input=scrape().text, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize("token", ["", "another", "a long toke", "\u00fc"])
def test_another_token_is_refused(client, scrape, token):
    answer = client(None).get("/market/metrics", headers={"Authorization": f"Bearer {token}".encode()})
    assert answer.status_code == 401


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_without_a_token_file_nobody_passes_and_the_next_step_is_told(scrape, tmp_path, monkeypatch, content):
    if content is None:
        (tmp_path / "token").unlink()
    else:
        (tmp_path / "token").write_text(content)
    answer = scrape("")
    assert answer.status_code == 503
    assert "AIRFLOW__MARKET_DATA__METRICS_TOKEN_FILE" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("change", "status", "part", "state"),
    [
        ("select 1", 200, "last_run", "well"),
        ("update pipeline_run set state = 'failed'", 200, "last_run", "watch"),
        ("update pipeline_run set simulated = false, clock = '2026-01-05'", 503, "last_run", "unwell"),
        ("update alembic_version set version_num = '0001'", 503, "warehouse", "unwell"),
        ("update api_call set outcome = null where symbol = 'AAPL'", 200, "ledger", "well"),
        (
            "insert into quarantine (pipeline_run_id, symbol, data_date, bar, rules, path) "
            "select max(id), 'IBM', '2026-05-14', '{\"open\": \"1\"}', '{high_below_low}', 'body' "
            "from pipeline_run",
            200,
            "quarantine",
            "watch",
        ),
    ],
)
def test_health_says_which_part_is_unwell(client, filled, change, status, part, state):
    filled.execute("update pipeline_run set dag_id = 'stock_data_pipeline', state = 'success'")
    filled.execute(change)
    filled.commit()
    answer = client(None).get("/market/health")
    assert (answer.status_code, answer.json()["parts"][part]["state"]) == (status, state), answer.text
    assert "IBM" not in answer.text


def test_health_says_that_the_warehouse_does_not_answer(client, reader_url, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS_READER", "postgresql://nobody:word@127.0.0.1:1/none")
    answer = client(None).get("/market/health")
    assert answer.status_code == 503
    assert answer.json()["parts"]["warehouse"]["state"] == "unwell"
    assert "word" not in answer.text
