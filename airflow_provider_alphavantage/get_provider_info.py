"""What Airflow shows and loads of this provider."""

from __future__ import annotations

from typing import Any

from airflow_provider_alphavantage import __version__

_INTEGRATION = "Alpha Vantage"
_PACKAGE = "airflow_provider_alphavantage"


def get_provider_info() -> dict[str, Any]:
    """Return the provider's description, in the form of Airflow's provider_info schema."""
    return {
        "package-name": "airflow-provider-alphavantage",
        "name": _INTEGRATION,
        "description": "Market data from Alpha Vantage: hook, operators, sensor, limits, typed errors.",
        "versions": [__version__],
        "integrations": [
            {
                "integration-name": _INTEGRATION,
                "external-doc-url": "https://www.alphavantage.co/documentation/",
                "tags": ["service"],
            }
        ],
        "hooks": _modules("hooks.alphavantage"),
        "operators": _modules("operators.alphavantage"),
        "sensors": _modules("sensors.alphavantage"),
        "triggers": _modules("triggers.alphavantage"),
        "transfers": [
            {
                "source-integration-name": _INTEGRATION,
                "target-integration-name": "PostgreSQL",
                "python-module": f"{_PACKAGE}.transfers.alphavantage_to_postgres",
            }
        ],
        "extra-links": [f"{_PACKAGE}.links.documentation.DocumentationLink"],
        "asset-uris": [
            {
                "schemes": ["alphavantage"],
                "handler": f"{_PACKAGE}.assets.sanitize_uri",
                "factory": f"{_PACKAGE}.assets.create_asset",
            }
        ],
        "connection-types": [_connection_type()],
    }


def _modules(name: str) -> list[dict[str, Any]]:
    return [{"integration-name": _INTEGRATION, "python-modules": [f"{_PACKAGE}.{name}"]}]


def _connection_type() -> dict[str, Any]:
    return {
        "connection-type": "alphavantage",
        "hook-class-name": f"{_PACKAGE}.hooks.alphavantage.AlphaVantageHook",
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
            "calls_at_once": _limit(
                "Calls at once",
                "Under way at the same time. Empty: as the plan has it (free: 1, premium: 16).",
            ),
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
            **_transport_fields(),
        },
    }


def _transport_fields() -> dict[str, Any]:
    return {
        "verify": _yes_or_no(
            "Verify TLS", "Check the API's certificate. For a CA bundle give its path in the extra JSON."
        ),
        "cert": {
            "label": "Client certificate",
            "description": "Path of a file with the certificate and its key, if a proxy asks for one.",
            "schema": {"type": ["string", "null"]},
        },
        "proxies": {
            "label": "Proxies",
            "description": 'Address by protocol, such as {"https": "http://proxy:3128"}. '
            "Empty: as the environment has it.",
            "schema": {"type": ["object", "null"]},
        },
        "trust_env": _yes_or_no(
            "Trust the environment", "Take proxies and the CA bundle from the environment's variables."
        ),
        "allow_redirects": _yes_or_no("Follow redirects", "Go where the host leads to, on the same host."),
        "max_redirects": _limit("Redirects", "The most that are followed for one call. Empty: 1."),
    }


def _yes_or_no(label: str, description: str) -> dict[str, Any]:
    schema = {"type": ["boolean", "null"], "default": True}
    return {"label": label, "description": description, "schema": schema}


def _limit(label: str, description: str) -> dict[str, Any]:
    schema = {"type": ["integer", "null"], "minimum": 1}
    return {"label": label, "description": description, "schema": schema}
