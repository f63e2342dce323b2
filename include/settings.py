"""Names and places the pipeline agrees on. Nothing is read until a function is called."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

ALPHAVANTAGE_CONN_ID = "alphavantage_default"
POSTGRES_CONN_ID = "postgres_stocks"
READER_CONN_ID = "postgres_stocks_reader"
WATCHLIST_VARIABLE = "stock_symbols"
DATASETS_VARIABLE = "market_datasets"
STORE_VARIABLE = "market_data_store"
RECIPIENTS_VARIABLE = "alert_recipients"
SMTP_CONN_ID = "smtp_default"
POOL = "alphavantage"
DAILY = "TIME_SERIES_DAILY"
SPLITS = "SPLITS"
DIVIDENDS = "DIVIDENDS"
LISTING = "LISTING_STATUS"

DAILY_HOUR = 6
"""When the daily bars are brought (UTC)."""

HORIZON = timedelta(hours=2)
"""A run waits so long for calls to come free: so it has its 25 at the same minute as yesterday's."""

REPORTS_KEPT = 120
"""So many runs keep their quality report and their pages in Data Docs: some four months of daily runs."""

RUN_ENDS_WITHIN = timedelta(hours=4)
"""A daily run that is not over by then is late, and so is a session that is not held by then."""


def reports(origin: str | None) -> Path:
    """Where Great Expectations keeps its project and Data Docs: a folder in Airflow's home.

    :param origin: whose data is judged; each has its own.
    """
    from airflow.configuration import AIRFLOW_HOME

    return Path(AIRFLOW_HOME) / "market_reports" / (origin or "unclaimed")


def store() -> ObjectStoragePath:
    """Where raw bodies and accepted bars are kept.

    The Airflow Variable ``market_data_store`` (any URL of ObjectStoragePath, such as
    ``s3://aws_default@bucket/market``), or the folder ``market_data`` in Airflow's home.
    """
    from airflow.configuration import AIRFLOW_HOME
    from airflow.sdk import ObjectStoragePath, Variable

    return ObjectStoragePath(Variable.get(STORE_VARIABLE, default=f"file://{AIRFLOW_HOME}/market_data"))
