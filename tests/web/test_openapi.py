"""Whatever is asked of the data API, it answers as its OpenAPI document says: no 5xx, no other shape."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

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
        "/api/symbols",
        "/api/bars/{symbol}",
        "/api/actions/{symbol}",
        "/api/coverage",
        "/api/gaps",
        "/api/quality",
        "/api/quarantine",
        "/api/budget",
    }
