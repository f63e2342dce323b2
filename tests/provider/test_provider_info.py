"""Airflow finds the provider, its connection type and its form."""

from __future__ import annotations

from importlib.metadata import entry_points

from airflow.providers_manager import _create_provider_info_schema_validator

from airflow_provider_alphavantage import __version__
from airflow_provider_alphavantage.get_provider_info import get_provider_info
from airflow_provider_alphavantage.hooks.alphavantage import AlphaVantageHook


def test_the_description_keeps_airflows_schema():
    info = get_provider_info()
    _create_provider_info_schema_validator().validate(info)
    assert (info["package-name"], info["versions"]) == ("airflow-provider-alphavantage", [__version__])


def test_the_form_shows_the_key_the_address_the_limits_and_the_timeout():
    (form,) = get_provider_info()["connection-types"]
    assert form["connection-type"] == AlphaVantageHook.conn_type
    assert form["hook-class-name"].endswith(AlphaVantageHook.__qualname__)
    assert form["ui-field-behaviour"]["relabeling"] == {"host": "Base URL", "password": "API key"}
    assert set(form["conn-fields"]) == {
        "plan",
        "calls_per_day",
        "calls_per_minute",
        "seconds_between_calls",
        "pacing_conn_id",
        "host_group",
        "timeout",
    }


def test_the_entry_point_leads_to_it():
    (found,) = [
        point
        for point in entry_points(group="apache_airflow_provider")
        if point.value.startswith("airflow_provider_alphavantage")
    ]
    assert found.load() is get_provider_info
