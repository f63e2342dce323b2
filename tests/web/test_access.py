"""Airflow's login guards every route there is."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]
ROUTES = {
    "/": "",
    "/symbol/{symbol:path}": "symbol/IBM",
    "/static/{name}": "static/market.css",
    "/api/symbols": "api/symbols",
    "/api/bars/{symbol:path}": "api/bars/IBM",
    "/api/actions/{symbol:path}": "api/actions/IBM",
    "/api/coverage": "api/coverage",
    "/api/gaps": "api/gaps",
    "/api/quality": "api/quality",
    "/api/quarantine": "api/quarantine",
    "/api/budget": "api/budget",
    "/api/openapi.json": "api/openapi.json",
}


def test_these_routes_and_no_others():
    from include.web.app import create_app
    from include.web.sources import airflow_sources

    routes = create_app(airflow_sources()).routes
    assert {route.path: route.methods for route in routes} == {path: {"GET"} for path in ROUTES}


@pytest.mark.parametrize("path", ROUTES.values())
@pytest.mark.parametrize(("role", "status"), [(None, 401), ("viewer", 200), ("admin", 200)])
def test_who_may_see_what(client, filled, path, role, status):
    assert client(role).get(f"/market/{path}").status_code == status


@pytest.mark.parametrize("path", ROUTES.values())
def test_the_cookie_of_the_ui_is_a_login_and_a_forged_one_is_none(client, filled, path):
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
