"""
### Alpha Vantage, an example of everything

Waits until the bar of a session is published, keeps the weekly history as a file, and merges the dividends
into a table. Costs three calls a run. Connections: `alphavantage_default`, `postgres_default`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG, Param

from airflow_provider_alphavantage.operators.alphavantage import AlphaVantageOperator
from airflow_provider_alphavantage.retry import AlphaVantageRetryPolicy
from airflow_provider_alphavantage.sensors.alphavantage import AlphaVantageSessionSensor
from airflow_provider_alphavantage.transfers.alphavantage_to_postgres import AlphaVantageToPostgresOperator

with DAG(
    "example_alphavantage",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    tags=["example", "alphavantage"],
    doc_md=__doc__,
    params={
        "symbol": Param("IBM", type="string"),
        "session": Param("2026-05-15", type="string", format="date"),
        "folder": Param("file:///tmp/alphavantage", type="string"),
    },
    default_args={"retries": 2, "retry_policy": AlphaVantageRetryPolicy()},
) as dag:
    # [START sensor]
    published = AlphaVantageSessionSensor(
        task_id="published",
        symbol="{{ params.symbol }}",
        session="{{ params.session }}",
        deferrable=True,
        timeout=6 * 3600,
    )
    # [END sensor]

    # [START operator]
    weekly = AlphaVantageOperator(
        task_id="weekly",
        function="TIME_SERIES_WEEKLY_ADJUSTED",
        parameters={"symbol": "{{ params.symbol }}", "datatype": "csv"},
        path="{{ params.folder }}/weekly/{{ params.symbol }}.csv",
    )
    # [END operator]

    # [START transfer]
    dividends = AlphaVantageToPostgresOperator(
        task_id="dividends",
        function="DIVIDENDS",
        parameters={"symbol": "{{ params.symbol }}"},
        table="dividend",
        key=("symbol", "ex_dividend_date"),
        create_table=True,
    )
    # [END transfer]

    published >> [weekly, dividends]
