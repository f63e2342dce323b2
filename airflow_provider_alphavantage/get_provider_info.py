"""What Airflow shows and loads of this provider."""

from __future__ import annotations

from typing import Any

from airflow_provider_alphavantage import __version__

_INTEGRATION = "Alpha Vantage"


def get_provider_info() -> dict[str, Any]:
    """Return the provider's description, in the form of Airflow's provider_info schema."""
    return {
        "package-name": "airflow-provider-alphavantage",
        "name": _INTEGRATION,
        "description": "Market data from Alpha Vantage: connection, hook, operator, typed errors.",
        "versions": [__version__],
        "integrations": [
            {
                "integration-name": _INTEGRATION,
                "external-doc-url": "https://www.alphavantage.co/documentation/",
                "tags": ["service"],
            }
        ],
        "hooks": [
            {
                "integration-name": _INTEGRATION,
                "python-modules": ["airflow_provider_alphavantage.hooks.alphavantage"],
            }
        ],
        "operators": [
            {
                "integration-name": _INTEGRATION,
                "python-modules": ["airflow_provider_alphavantage.operators.alphavantage"],
            }
        ],
        "connection-types": [_connection_type()],
    }


def _connection_type() -> dict[str, Any]:
    return {
        "connection-type": "alphavantage",
        "hook-class-name": "airflow_provider_alphavantage.hooks.alphavantage.AlphaVantageHook",
        "hook-name": _INTEGRATION,
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "login", "port"],
            "relabeling": {"host": "Base URL", "password": "API key"},
            "placeholders": {"host": "https://www.alphavantage.co", "password": "your key"},
        },
        "conn-fields": {
            "plan": {
                "label": "Plan",
                "description": "The plan of the key: 25 calls a day and 100 sessions a call on free.",
                "schema": {"type": "string", "enum": ["free", "premium"], "default": "free"},
            },
            "calls_per_day": _limit("Calls a day", "In any 24 hours. Empty: as the plan has it (free: 25)."),
            "calls_per_minute": _limit("Calls a minute", "Empty: as the plan has it (premium: 75)."),
            "seconds_between_calls": {
                "label": "Seconds between calls",
                "description": "From one address. Empty: as the plan has it (free: 1.5, premium: 0.2).",
                "schema": {"type": ["number", "null"], "minimum": 0.01},
            },
            "pacing_conn_id": {
                "label": "Ledger connection",
                "description": "A PostgreSQL connection: calls are counted there for all tasks and hosts. "
                "Empty: each process counts its own.",
                "schema": {"type": ["string", "null"]},
            },
            "host_group": {
                "label": "Host group",
                "description": "Hosts that the vendor sees under one address share their seconds. "
                "Empty: all of them.",
                "schema": {"type": ["string", "null"]},
            },
            "timeout": {
                "label": "Timeout",
                "description": "Seconds to wait for the API to connect, and for each read.",
                "schema": {"type": ["integer", "null"], "default": 30, "minimum": 1},
            },
        },
    }


def _limit(label: str, description: str) -> dict[str, Any]:
    schema = {"type": ["integer", "null"], "minimum": 1}
    return {"label": label, "description": description, "schema": schema}
