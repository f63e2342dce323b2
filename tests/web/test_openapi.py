"""Whatever is asked of the data API, it answers as its OpenAPI document says: no 5xx, no other shape."""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest
import schemathesis
from fastapi.openapi.utils import get_openapi
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from include.web import pages, tabs

from .conftest import token_of

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]
PROBES = {"/metrics", "/health"}  # 503 is a true answer of theirs
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_answer_is_one_that_the_document_names(airflow_app, client, filled):
    login = {"Authorization": client("viewer").headers["Authorization"]}
    api = schemathesis.openapi.from_asgi("/market/api/openapi.json", airflow_app, headers=login)
    tried = set()
    for found in api.get_all_operations():
        operation = found.ok()

        @EXAMPLES
        @given(case=operation.as_strategy())
        def ask(case):
            case.call_and_validate(headers=login, checks=CHECKS)

        if operation.path not in PROBES:
            ask()
            tried.add(operation.path)
    assert tried == {
        "/api/datasets",
        "/api/datasets/{name}",
        "/api/symbols",
        "/api/bars/{symbol}",
        "/api/actions/{symbol}",
        "/api/coverage",
        "/api/gaps",
        "/api/quality",
        "/api/quarantine",
        "/api/budget",
    }


def described() -> dict[str, Any]:
    """The pages, their forms and tabs as a document of their own: none is in the one for programs."""
    shown = []
    for route in [*pages.router.routes, *tabs.router.routes]:
        shown.append(copy(route))
        shown[-1].include_in_schema = True
    return get_openapi(title="Pages", version="1", routes=shown) | {"servers": [{"url": "/market"}]}


def test_no_page_and_no_form_fails_whatever_is_sent(airflow_app, client, refused, known_dags):
    user = client("op")
    login = {"Authorization": user.headers["Authorization"]}
    token = token_of(user.get("/market/quality").text)
    site = schemathesis.openapi.from_dict(described())
    tried = set()
    for found in site.get_all_operations():
        operation = found.ok()

        @EXAMPLES
        @given(case=operation.as_strategy(), is_ours=booleans())
        def ask(case, is_ours):
            if is_ours and isinstance(case.body, dict):
                case.body["token"] = token
            case.call_and_validate(
                headers=login,
                checks=[not_a_server_error],
                base_url="http://testserver/market",
                app=airflow_app,
            )

        ask()
        tried.add((operation.method, operation.path))
    assert tried == {
        ("get", "/"),
        ("get", "/symbol/{symbol}"),
        ("get", "/quality"),
        ("post", "/quality"),
        ("post", "/ask-again"),
        ("get", "/budget"),
        ("get", "/reports/{pipeline_run_id}"),
        ("get", "/static/{name}"),
        ("get", "/of/dag/{dag_id}"),
        ("get", "/of/task/{dag_id}/{task_id}/{map_index}/{run_id}"),
    }
