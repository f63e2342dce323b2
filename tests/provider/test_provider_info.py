"""Airflow finds the provider, its connection type and its form."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

from airflow.providers_manager import _create_provider_info_schema_validator

import airflow_provider_alphavantage
from airflow_provider_alphavantage import __version__
from airflow_provider_alphavantage.get_provider_info import get_provider_info
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook
from airflow_provider_alphavantage.pacing import budget_of
from airflow_provider_alphavantage.transport import transport_of


def test_the_description_keeps_airflows_schema():
    info = get_provider_info()
    _create_provider_info_schema_validator().validate(info)
    assert (info["package-name"], info["versions"]) == ("airflow-provider-alphavantage", [__version__])


def test_the_form_shows_the_key_the_address_the_limits_and_the_transport():
    (form,) = get_provider_info()["connection-types"]
    assert form["connection-type"] == AlphaVantageHook.conn_type
    assert form["hook-class-name"].endswith(AlphaVantageHook.__qualname__)
    assert form["ui-field-behaviour"]["relabeling"] == {"host": "Base URL", "password": "API key"}
    assert set(form["conn-fields"]) == {
        "plan",
        "calls_per_day",
        "calls_per_minute",
        "seconds_between_calls",
        "calls_at_once",
        "pacing_conn_id",
        "host_group",
        "timeout",
        "verify",
        "cert",
        "proxies",
        "trust_env",
        "allow_redirects",
        "max_redirects",
    }
    assert all(field["label"] and field["description"] for field in form["conn-fields"].values())


def test_what_the_form_stores_untouched_is_what_an_empty_extra_means():
    (form,) = get_provider_info()["connection-types"]
    defaults = {name: field["schema"].get("default") for name, field in form["conn-fields"].items()}
    assert transport_of(defaults) == transport_of({})
    assert budget_of(defaults) == budget_of({})


def test_the_readme_names_every_field_of_the_form():
    (form,) = get_provider_info()["connection-types"]
    readme = (Path(airflow_provider_alphavantage.__file__).parent / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("| extra |") : readme.index("No extra becomes")]
    assert set(
        re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in table.splitlines() if row))
    ) == set(form["conn-fields"])


def test_the_entry_point_leads_to_it():
    (found,) = [
        point
        for point in entry_points(group="apache_airflow_provider")
        if point.value.startswith("airflow_provider_alphavantage")
    ]
    assert found.load() is get_provider_info
