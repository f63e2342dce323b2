"""Airflow's own web application with our plugin in it, and a warehouse whose values a person wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from include.load.views import refresh_views
from include.local.postgres import create_reader
from include.market.instruments import register, write_sessions
from tests.bars import MORNING_AFTER
from tests.conftest import PROJECT

READER = "web_reader"
TOLD = "high 2 is below low <b>3</b>"
HOSTILE = '<script>alert("x")</script>'


def token_of(page: str) -> str:
    return re.search(r'name="token" value="([^"]+)"', page)[1]


@pytest.fixture(scope="session")
def airflow_app(metadata) -> object:
    """Airflow's application, made once; it finds the plugin as ``make run`` lets it find it."""
    from airflow import plugins_manager, settings
    from airflow.api_fastapi.app import create_app
    from airflow.configuration import conf

    conf.set("core", "plugins_folder", str(PROJECT / "plugins"))
    settings.PLUGINS_FOLDER = str(PROJECT / "plugins")
    plugins_manager._get_plugins.cache_clear()
    return create_app(apps="core")


@pytest.fixture
def reader_url(postgres, warehouse, warehouse_url: str, monkeypatch) -> str:
    """The warehouse as one who may only read, where Airflow's connection leads."""
    name = warehouse_url.rsplit("/", 1)[1]
    create_reader(postgres, READER, "reading", name)
    warehouse.execute(f"grant select on all tables in schema public to {READER}")
    warehouse.commit()
    url = postgres.dsn(name, READER, "reading")
    monkeypatch.setenv("AIRFLOW_CONN_POSTGRES_STOCKS_READER", url)
    monkeypatch.setenv(
        "AIRFLOW_CONN_ALPHAVANTAGE_DEFAULT", '{"conn_type": "alphavantage", "password": "SECRETKEY"}'
    )
    return url


@pytest.fixture
def client(airflow_app, reader_url) -> Iterator[Callable[..., TestClient]]:
    """Log in with a role, or with none."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    # Made anew: what probes keep for some seconds, and connections, are of the test before.
    mounted = next(route.app for route in airflow_app.routes if getattr(route, "path", "") == "/market")
    vars(mounted).pop("_app", None)

    def log_in(role: str | None = "viewer", name: str = "ana") -> TestClient:
        made = TestClient(airflow_app, raise_server_exceptions=False)
        if role:
            token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=name, role=role))
            made.headers["Authorization"] = f"Bearer {token}"
        return made

    return log_in


@pytest.fixture
def filled(warehouse, loading, batch):
    """IBM and a symbol with a hostile name, 25 sessions each: one of IBM's revised, its last provisional."""
    loading(batch("IBM") + batch(HOSTILE), "first", MORNING_AFTER)
    loading(batch("IBM", close=Decimal("219.4")), "second", MORNING_AFTER + timedelta(days=1))
    write_sessions(warehouse, "XNYS")
    register(warehouse, ["IBM", HOSTILE, "NONE"], through=date(2026, 5, 15))
    warehouse.execute(
        "update stock_data set is_final = false, final_from = null "
        "where symbol = 'IBM' and data_date = '2026-05-15'"
    )
    warehouse.execute(
        "insert into corporate_action values "
        "('IBM', 'split', '2026-05-11', 2, '2026-05-08', null, null, null, 'body', now(), now()), "
        "('IBM', 'dividend', '2026-05-15', 2.193, '2026-05-14', null, null, null, 'body', now(), now())"
    )
    warehouse.execute(
        "insert into corporate_action_check "
        "select 'IBM', kind, '2026-05-15', 'body', now() from unnest('{split,dividend}'::text[]) as kind"
    )
    warehouse.execute(
        "insert into gap (symbol, session, cause, valid_from) values "
        "('IBM', '2026-04-10', 'vendor hole', '2026-05-16 06:00+00'), "
        "('NONE', '2026-05-15', 'never fetched', '2026-05-16 06:00+00')"
    )
    warehouse.execute(
        "insert into listing (symbol, name, exchange, asset_type, status) values "
        "('IBM', '<b>International & Business</b>', 'NYSE', 'Stock', 'Active')"
    )
    warehouse.execute(
        "insert into api_call (fingerprint, host_group, function, symbol, reserved_at, outcome) values "
        "('aaaa', 'default', 'TIME_SERIES_DAILY', 'IBM', '2026-05-16 05:10+00', 'data'), "
        "('aaaa', 'default', 'TIME_SERIES_DAILY', 'AAPL', '2026-05-16 05:20+00', 'data'), "
        "('aaaa', 'default', 'SPLITS', 'IBM', '2026-05-16 05:30+00', 'InvalidSymbol'), "
        "('aaaa', 'default', 'SPLITS', 'IBM', '2026-05-14 05:30+00', 'data')"
    )
    refresh_views(warehouse)
    warehouse.commit()
    return warehouse


@pytest.fixture(scope="session")
def known_dags(metadata) -> None:
    """Airflow knows our DAGs, as a DAG processor would have told it."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(str(PROJECT / "dags"), bundle_name="dags-folder")
    sync_bag_to_db(bag, "dags-folder", None)


@pytest.fixture
def refused(filled):
    """A bar of IBM that awaits a decision; return its id."""
    run = filled.execute("select max(id) from pipeline_run").fetchone()[0]
    (id,) = filled.execute(
        "insert into quarantine (pipeline_run_id, symbol, data_date, bar, rules, path) values "
        "(%s, 'IBM', '2026-05-14', '{\"open\": \"1\"}', '{high_below_low}', 'body') returning id",
        (run,),
    ).fetchone()
    filled.execute(
        "insert into broken_rule values (%s, 'IBM', 'high_below_low', 'critical', 1, '2026-05-14', "
        "'2026-05-14', %s)",
        (run, TOLD),
    )
    filled.commit()
    return id
