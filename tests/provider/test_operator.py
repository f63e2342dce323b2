"""The operator: one query, one body in object storage, its path returned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from airflow_provider_alphavantage.exceptions import PremiumRequired
from airflow_provider_alphavantage.operators.alphavantage import AlphaVantageOperator


def operator(path: str, **parameters: str) -> AlphaVantageOperator:
    return AlphaVantageOperator(
        task_id="ask", function="TIME_SERIES_WEEKLY", parameters={"symbol": "IBM"} | parameters, path=path
    )


@pytest.mark.usefixtures("connect")
class TestOperator:
    @pytest.fixture(autouse=True)
    def _connected(self, connect):
        connect(extra={"seconds_between_calls": 0.01, "calls_per_day": 1000})

    def test_the_body_is_kept_as_it_came(self, folder):
        path = operator(f"{folder}/weekly/IBM.json").execute({})
        body = json.loads(Path(path.removeprefix("file://")).read_bytes())
        assert body["Meta Data"]["2. Symbol"] == "IBM"
        assert next(iter(body["Weekly Time Series"])) == "2026-05-15"

    def test_a_csv_keeps_its_line_ends(self, folder):
        path = operator(f"{folder}/IBM.csv", datatype="csv").execute({})
        body = Path(path.removeprefix("file://")).read_bytes()
        assert body.startswith(b"timestamp,open,high,low,close,volume\r\n")
        assert body.endswith(b"\r\n")

    def test_a_refusal_writes_nothing(self, folder, tmp_path, sandbox):
        sandbox.add_fault("premium")
        with pytest.raises(PremiumRequired):
            operator(f"{folder}/IBM.json").execute({})
        assert list(tmp_path.iterdir()) == []


def test_function_parameters_and_path_are_templates_and_hold_no_key():
    assert AlphaVantageOperator.template_fields == ("function", "parameters", "path")
