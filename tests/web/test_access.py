"""Airflow's login and roles guard every route; the probes have none, and tell nothing confidential."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]
READ = {None: 401, "viewer": 200, "user": 200, "op": 200, "admin": 200}
CHANGE = {None: 401, "viewer": 403, "user": 422, "op": 422, "admin": 422}
"""422: they may, but the form is empty. Whoever may trigger DAGs in Airflow's own UI may decide here."""

OPEN = dict.fromkeys(READ, 200)
TOKEN = dict.fromkeys(READ, 401)
"""Airflow's login is no token for metrics."""

ROUTES = {
    ("GET", "/"): ("", READ),
    ("GET", "/symbol/{symbol:path}"): ("symbol/IBM", READ),
    ("GET", "/quality"): ("quality", READ),
    ("POST", "/quality"): ("quality", CHANGE),
    ("POST", "/ask-again"): ("ask-again", CHANGE),
    ("GET", "/budget"): ("budget", READ),
    ("GET", "/reports/{pipeline_run_id}"): ("reports/1", READ | dict.fromkeys(list(READ)[1:], 404)),
    ("GET", "/of/dag/{dag_id}"): ("of/dag/stock_data_pipeline", READ),
    ("GET", "/of/task/{dag_id}/{task_id}/{map_index}/{run_id:path}"): (
        "of/task/stock_data_pipeline/fetch_stock_data/0/manual__2026-05-16T06:00:00+00:00",
        READ,
    ),
    ("GET", "/static/{name}"): ("static/market.css", READ),
    ("GET", "/api/symbols"): ("api/symbols", READ),
    ("GET", "/api/bars/{symbol:path}"): ("api/bars/IBM", READ),
    ("GET", "/api/actions/{symbol:path}"): ("api/actions/IBM", READ),
    ("GET", "/api/coverage"): ("api/coverage", READ),
    ("GET", "/api/gaps"): ("api/gaps", READ),
    ("GET", "/api/datasets"): ("api/datasets", READ),
    ("GET", "/api/datasets/{name}"): ("api/datasets/fx", READ),
    ("GET", "/datasets"): ("datasets", READ),
    ("GET", "/datasets/{name}"): ("datasets/fx", READ),
    ("GET", "/api/quality"): ("api/quality", READ),
    ("GET", "/api/quarantine"): ("api/quarantine", READ),
    ("GET", "/api/budget"): ("api/budget", READ),
    ("GET", "/api/openapi.json"): ("api/openapi.json", READ),
    ("GET", "/metrics"): ("metrics", TOKEN),
    ("GET", "/health"): ("health", OPEN),
}
LOGIN = [path for (method, _), (path, who) in ROUTES.items() if method == "GET" and who is READ]


def test_these_routes_and_no_others():
    from include.web.app import create_app
    from include.web.sources import airflow_sources

    def routes(of):
        for route in of:
            if hasattr(route, "path"):
                yield from ((method, route.path) for method in route.methods)

    assert set(routes(create_app(airflow_sources()).routes)) == set(ROUTES)


@pytest.fixture
def lately(filled, tmp_path, monkeypatch):
    """The last run is of today, and there is a token for metrics."""
    filled.execute("update pipeline_run set dag_id = 'stock_data_pipeline', state = 'success'")
    filled.execute("create table fx_daily (from_symbol text primary key, timestamp date)")
    filled.execute(
        "insert into dataset (name, function, parameters, table_name, key_columns) "
        "values ('eur_usd_fx', 'FX_DAILY', '{}', 'fx_daily', '{from_symbol}')"
    )
    filled.execute("grant select on fx_daily to web_reader")
    filled.commit()
    (tmp_path / "token").write_text("a long token\n")
    monkeypatch.setenv("AIRFLOW__MARKET_DATA__METRICS_TOKEN_FILE", str(tmp_path / "token"))


@pytest.mark.parametrize(("route", "told"), ROUTES.items(), ids=str)
def test_who_may_do_what(client, lately, route, told):
    path, expected = told
    found = {role: client(role).request(route[0], f"/market/{path}").status_code for role in expected}
    assert found == expected


@pytest.mark.parametrize("path", LOGIN)
def test_the_cookie_of_the_ui_is_a_login_and_a_forged_one_is_none(client, lately, path):
    token = client("viewer").headers["Authorization"].removeprefix("Bearer ")
    browser = client(None)
    browser.cookies.set("_token", token)
    assert browser.get(f"/market/{path}").status_code == 200
    assert (
        client(None).get(f"/market/{path}", headers={"Authorization": f"Bearer {token}x"}).status_code == 403
    )


@pytest.mark.parametrize("path", ["api", "api/docs", "docs", "static/../app.py"])
def test_what_is_not_there_tells_nothing_without_a_login(client, reader_url, path):
    assert client(None).get(f"/market/{path}").status_code in {401, 404}
