"""Who is told what by mail: runs and looks, whole, with a real mail server on loopback."""

from __future__ import annotations

import json
import logging
from functools import partial

import pytest

from tests.mailbox import text_of

from .conftest import KEY, NOW

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


@pytest.fixture
def run(run_dag):
    """Run the daily DAG."""
    return partial(run_dag, "stock_data_pipeline", retry_delay=0)


@pytest.fixture
def look(run_dag):
    """Look whether the data is there, at a moment."""

    def at(now: str) -> tuple[str, dict[str, str]]:
        return run_dag("market_data_freshness", now=now, retry_delay=0)

    return at


@pytest.fixture
def later_clock(sandbox):
    """Set the sandbox's clock, until the test is over."""
    yield sandbox.set_clock
    sandbox.set_clock(NOW)


def told(mailbox) -> list[str]:
    return [mail["Subject"] for mail in mailbox.take()]


def test_a_refused_symbol_is_told_once_and_so_is_its_recovery(run, sandbox, mailbox, warehouse):
    sandbox.add_fault("bad_bar", symbol="MSFT", rule="null")
    symbols = {"symbols": ["IBM", "MSFT"]}
    assert run(**symbols)[0] == "failed"
    (mail,) = mailbox.take()
    assert mail["Subject"] == "[SIMULATED] Market data: 1 new: MSFT"
    assert mail["To"] == "ops@example.com, desk@example.com"
    text, html = text_of(mail), text_of(mail, "html")
    assert text.startswith("SIMULATED data of the sandbox: not real prices.\n")
    assert "stock_data_pipeline: 1 of 2 symbols loaded; 100 bars new;" in text
    assert "* MSFT: 1 of 100 bars refused, none loaded." in text
    assert "Release or discard them: `make quarantine`" in text
    assert "/dags/stock_data_pipeline/runs/manual__" in text
    assert "SIMULATED" in html
    assert KEY not in mail.as_string() + text + html

    assert run(**symbols, force=True)[0] == "failed"
    assert told(mailbox) == []

    sandbox.clear_faults()
    assert run(**symbols, force=True)[0] == "success"
    (mail,) = mailbox.take()
    assert mail["Subject"] == "[SIMULATED] Market data: MSFT is loaded again"
    assert "Over:\n\n* MSFT is loaded again.\n" in text_of(mail)
    rows = warehouse.execute("select symbol, cause, over_at is not null from alert").fetchall()
    assert rows == [("MSFT", "refused", True)]

    assert run(**symbols, force=True)[0] == "success"
    assert told(mailbox) == []


def test_a_mail_server_that_is_down_fails_no_run_and_the_next_run_tells(run, sandbox, mailbox, caplog):
    sandbox.add_fault("bad_bar", symbol="MSFT", rule="null")
    mailbox.refuses = True
    with caplog.at_level(logging.WARNING, logger="include.alerts.notify"):
        _, tasks = run(symbols=["MSFT"])
    assert tasks["log_completion"] == "success"
    (warning,) = [record.getMessage() for record in caplog.records if record.name == "include.alerts.notify"]
    assert warning.startswith("The alert was not mailed: SMTPDataError: (451, b'out of order').")
    assert "of the connection smtp_default" in warning
    mailbox.refuses = False
    run(symbols=["MSFT"], force=True)
    assert told(mailbox) == ["[SIMULATED] Market data: 1 new: MSFT"]


def test_no_mail_server_at_all_leaves_a_green_run_green(run, mailbox, monkeypatch, look):
    run()
    monkeypatch.setenv(
        "AIRFLOW_CONN_SMTP_DEFAULT", json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": 1})
    )
    assert look("2026-05-19T10:00:00Z")[0] == "success"
    assert run(now="2026-05-19T06:00:00Z")[0] == "success"
    assert told(mailbox) == []


def test_nobody_named_is_nobody_told(run, sandbox, mailbox, monkeypatch, warehouse):
    monkeypatch.delenv("AIRFLOW_VAR_ALERT_RECIPIENTS")
    sandbox.add_fault("bad_bar", symbol="IBM", rule="null")
    _, tasks = run()
    assert tasks["log_completion"] == "success"
    assert told(mailbox) == []
    assert warehouse.execute("select count(*) from alert").fetchone() == (0,)


def test_a_run_that_never_got_going_is_told_once(run, mailbox, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_STOCK_SYMBOLS", "")
    assert run()[0] == "failed"
    (mail,) = mailbox.take()
    assert mail["Subject"] == "[SIMULATED] Market data: 1 new: stock_data_pipeline failed"
    assert "* stock_data_pipeline: its run failed. See the log of the first task that failed" in text_of(mail)
    run()
    assert told(mailbox) == []
    monkeypatch.setenv("AIRFLOW_VAR_STOCK_SYMBOLS", "IBM")
    run()
    assert told(mailbox) == ["[SIMULATED] Market data: stock_data_pipeline gets to its end again"]


def test_a_warehouse_that_is_away_is_told_without_it(run, mailbox, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS", "postgresql://market:s3cretword@127.0.0.1:1/market")
    monkeypatch.setattr("include.warehouse.persistence.PAUSES", ())
    assert run()[0] == "failed"
    (mail,) = mailbox.take()
    assert "The warehouse gave no answer either (WarehouseUnavailable): see that PostgreSQL runs" in text_of(
        mail
    )
    assert "s3cretword" not in mail.as_string()


def test_data_that_is_late_is_told_once_although_no_run_began(run, look, later_clock, mailbox):
    run()
    assert look(NOW)[0] == "success"
    assert told(mailbox) == []
    # Monday's session closed, and Tuesday's run at 06:00 never came.
    assert look("2026-05-19T10:00:00Z")[0] == "success"
    (mail,) = mailbox.take()
    assert mail["Subject"] == "[SIMULATED] Market data: 1 new: no run"
    assert (
        "No run of stock_data_pipeline that began at 2026-05-19 06:00 UTC or later has ended; the newest "
        "began at 2026-05-16 06:00 UTC. 1 of 1 symbols lack their last session."
    ) in text_of(mail)
    look("2026-05-19T14:00:00Z")
    assert told(mailbox) == []
    later_clock("2026-05-19T15:00:00Z")
    run(now="2026-05-19T15:00:00Z")
    assert told(mailbox) == ["[SIMULATED] Market data: stock_data_pipeline runs again"]


def test_maintenance_that_fails_is_told_and_told_when_it_succeeds_again(
    run_dag, mailbox, monkeypatch, tmp_path
):
    monkeypatch.setenv("AIRFLOW_VAR_MARKET_DATA_STORE", "nosuch://place")
    maintain = partial(run_dag, "market_data_maintenance", now=None, retry_delay=0)
    assert maintain()[0] == "failed"
    assert told(mailbox) == ["[SIMULATED] Market data: 1 new: market_data_maintenance failed"]
    monkeypatch.setenv("AIRFLOW_VAR_MARKET_DATA_STORE", f"file://{tmp_path}")
    assert maintain()[0] == "success"
    assert told(mailbox) == ["[SIMULATED] Market data: market_data_maintenance succeeds again"]
