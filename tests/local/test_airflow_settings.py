"""`airflow_settings.yaml` in Airflow's own database, and what a person changes there."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow.models.connection import Connection
from airflow.models.pool import Pool
from airflow.models.variable import Variable
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from include.installation.airflow_settings import Outcome, load, read_wanted
from include.installation.written import read_record

pytestmark = pytest.mark.airflow

Load = Callable[..., Outcome]
SANDBOX = {"host": "http://127.0.0.1:8085", "password": "SANDBOXKEY"}
STOCKS = {
    "host": "127.0.0.1",
    "port": 6000,
    "schema": "market_sandbox",
    "login": "market",
    "password": "generated",
}


@pytest.fixture
def settings_file(project: Path) -> Path:
    return project / "airflow_settings.yaml"


@pytest.fixture
def load_settings(airflow_session: Session, settings_file: Path, tmp_path: Path) -> Load:
    """Load as one `make run` does; arguments replace its fills."""

    def run(
        source: Mapping[str, Any] = SANDBOX, stocks: Mapping[str, Any] = STOCKS, **variables: str
    ) -> Outcome:
        connections = {"alphavantage_default": source, "postgres_stocks": stocks}
        wanted = read_wanted(settings_file, {"connections": connections, "variables": variables})
        return load(airflow_session, list(wanted), read_record(tmp_path / "record.json"))

    return run


def connection(session: Session, name: str) -> Connection:
    session.expire_all()
    found = session.scalar(select(Connection).where(Connection.conn_id == name))
    assert found
    return found


def symbols(session: Session) -> str:
    found = session.scalar(select(Variable).where(Variable.key == "stock_symbols"))
    assert found
    return str(found.get_val())


def test_the_file_is_what_the_astro_cli_reads_and_holds_no_secret(settings_file: Path) -> None:
    content = yaml.safe_load(settings_file.read_text())["airflow"]

    assert [row["conn_id"] for row in content["connections"]] == [
        "alphavantage_default",
        "postgres_stocks",
        "postgres_stocks_reader",
    ]
    names = ("id", "type", "host", "schema", "login", "password", "port", "extra")
    assert all(set(row) == {f"conn_{name}" for name in names} for row in content["connections"])
    assert all(row["conn_password"] is None for row in content["connections"])
    assert [set(row) for row in content["pools"]] == [{"pool_name", "pool_slot", "pool_description"}]
    assert [set(row) for row in content["variables"]] == [{"variable_name", "variable_value"}]


def test_everything_is_created(load_settings: Load, airflow_session: Session) -> None:
    outcome = load_settings()

    source = connection(airflow_session, "alphavantage_default")
    stocks = connection(airflow_session, "postgres_stocks")
    pool = airflow_session.scalar(select(Pool).where(Pool.pool == "alphavantage"))
    assert outcome.kept == []
    assert (source.conn_type, source.host, source.password) == ("alphavantage", *SANDBOX.values())
    assert json.loads(source.extra or "") == {
        "plan": "free",
        "timeout": 30,
        "pacing_conn_id": "postgres_stocks",
    }
    assert {name: getattr(stocks, name) for name in STOCKS} == STOCKS
    assert pool
    assert (pool.slots, pool.include_deferred) == (1, False)
    assert symbols(airflow_session) == "AAPL,MSFT,GOOGL,AMZN,TSLA"


def test_loading_again_writes_nothing(load_settings: Load) -> None:
    load_settings()

    assert load_settings() == Outcome([], [])


def test_a_new_port_and_mode_are_followed(load_settings: Load, airflow_session: Session) -> None:
    load_settings()
    real = {"host": "https://www.alphavantage.co", "password": "REALKEY"}

    load_settings(real, {**STOCKS, "schema": "market", "port": 7000})

    source, stocks = (
        connection(airflow_session, name) for name in ("alphavantage_default", "postgres_stocks")
    )
    assert (source.host, source.password) == tuple(real.values())
    assert (stocks.schema, stocks.port) == ("market", 7000)


def test_a_premium_key_has_slots_for_several_tasks(load_settings: Load, airflow_session: Session) -> None:
    def slots() -> int:
        airflow_session.expire_all()
        found = airflow_session.scalar(select(Pool).where(Pool.pool == "alphavantage"))
        assert found
        return int(found.slots)

    load_settings()
    source = connection(airflow_session, "alphavantage_default")
    source.extra = json.dumps({"plan": "premium"})
    airflow_session.commit()
    load_settings()
    assert slots() == 4
    source = connection(airflow_session, "alphavantage_default")
    source.extra = json.dumps({"plan": "free"})
    airflow_session.commit()
    load_settings()
    assert slots() == 1


def test_what_a_person_changed_in_the_ui_stays(load_settings: Load, airflow_session: Session) -> None:
    load_settings()
    source = connection(airflow_session, "alphavantage_default")
    source.password = "MYKEY"
    source.extra = json.dumps({"timeout": 30, "plan": "premium"}, indent=2)
    airflow_session.commit()

    outcome = load_settings({**SANDBOX, "host": "http://127.0.0.1:9999", "password": "OTHER"})

    source = connection(airflow_session, "alphavantage_default")
    assert (source.password, source.host) == ("MYKEY", "http://127.0.0.1:9999")
    assert json.loads(source.extra or "")["plan"] == "premium"
    assert outcome.kept == [
        "connection alphavantage_default, password",
        "connection alphavantage_default, extra.plan",
        "connection alphavantage_default, extra.pacing_conn_id",
    ]


def test_symbols_asked_for_are_set_unless_a_person_chose_others(
    load_settings: Load, airflow_session: Session
) -> None:
    load_settings(stock_symbols="IBM")
    assert symbols(airflow_session) == "IBM"
    variable = airflow_session.scalar(select(Variable).where(Variable.key == "stock_symbols"))
    assert variable
    variable.set_val("TSLA")
    airflow_session.commit()

    assert load_settings(stock_symbols="MSFT").kept == ["variable stock_symbols, val"]
    assert symbols(airflow_session) == "TSLA"


def test_without_a_record_rows_stay_and_missing_ones_are_created(
    load_settings: Load, airflow_session: Session, tmp_path: Path
) -> None:
    load_settings()
    (tmp_path / "record.json").unlink()
    airflow_session.delete(connection(airflow_session, "postgres_stocks"))
    airflow_session.commit()

    outcome = load_settings({**SANDBOX, "host": "http://elsewhere"}, {**STOCKS, "port": 7000})

    assert outcome.kept == ["connection alphavantage_default, host"]
    assert connection(airflow_session, "postgres_stocks").port == 7000


def test_the_command_encrypts_and_prints_no_secret(
    airflow_environment: Mapping[str, str], airflow_session: Session, settings_file: Path, tmp_path: Path
) -> None:
    fills = json.dumps({"connections": {"alphavantage_default": {"password": "SECRETKEY"}}})
    command = [
        sys.executable,
        "-m",
        "include.installation.airflow_settings",
        str(settings_file),
        "--record",
        tmp_path / "r.json",
    ]

    done = subprocess.run(
        command, env=airflow_environment, input=fills, capture_output=True, text=True, timeout=60, check=True
    )

    row = airflow_session.execute(
        text("select * from connection where conn_id = 'alphavantage_default'")
    ).one()
    assert row.is_encrypted
    assert "SECRETKEY" not in f"{row}{done.stdout}{done.stderr}{(tmp_path / 'r.json').read_text()}"
    assert "fields written" in done.stdout
