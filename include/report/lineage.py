"""What a load read and wrote, told to Airflow's collector of lineage.

The OpenLineage provider, where it is installed and configured, makes events of it; else nobody listens.
"""

from __future__ import annotations

import re
from typing import Any

from airflow.sdk import ObjectStoragePath
from psycopg import Connection

from include.settings import DAILY, DIVIDENDS, LISTING, SPLITS
from include.warehouse.runs import Run, requests_of

TABLES = {
    DAILY: "stock_data",
    SPLITS: "corporate_action",
    DIVIDENDS: "corporate_action",
    LISTING: "listing",
}
"""Into which table the bodies of a function are loaded."""


def report_load(connection: Connection[Any], run: Run) -> None:
    """Name the folders of the raw store the run's bodies lie in, one for each function, and the tables.

    A folder is the dataset, not a file of it: it is the same in every run.
    """
    from airflow.sdk.lineage import get_hook_lineage_collector

    collector = get_hook_lineage_collector()
    folders = {
        (request.function, str(request.path).rsplit("/", 2)[0])
        for request in requests_of(connection, run)
        if request.has_body and request.function in TABLES
    }
    for function, folder in sorted(folders):
        reader = ObjectStoragePath(folder)
        collector.add_input_asset(reader, uri=_without_connection(folder))
        collector.add_output_asset(reader, uri=_table_uri(connection, TABLES[function]))


def _without_connection(path: str) -> str:
    """A path such as ``s3://aws_default@bucket/raw`` names the connection to Airflow and nobody else."""
    return re.sub(r"://[^/@]*@", "://", path)


def _table_uri(connection: Connection[Any], table: str) -> str:
    info = connection.info
    host = "localhost" if info.host.startswith("/") else info.host
    return f"postgres://{host}:{info.port}/{info.dbname}/public/{table}"
