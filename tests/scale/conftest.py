"""One cluster for all tests of scale."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from include.sandbox.listing import read_listings
from include.sandbox.running import RunningSandbox
from include.sandbox.settings import Limits, SandboxSettings

from . import cluster
from .cluster import Cluster

BUCKET = "market-data"
SYMBOLS = sorted(listing.symbol for listing in read_listings().values() if not listing.delisted)[:60]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    """The API, which answers after half a second, as often as it is asked."""
    limits = Limits(free_per_second=1_000, free_per_day=1_000_000)
    with RunningSandbox(SandboxSettings(limits=limits)) as running:
        running.add_fault("slow", seconds=0.5)
        yield running


@pytest.fixture(scope="module")
def s3() -> Iterator[object]:
    """A client of the bucket; the stand-in for S3 runs for as long."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request
    url = "http://127.0.0.1:{1}".format(*server.get_host_and_port())
    keys = {"aws_access_key_id": "stand-in", "aws_secret_access_key": "stand-in"}
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
    client.create_bucket(Bucket=BUCKET)
    yield client
    server.stop()


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory, sandbox, s3) -> Iterator[Cluster]:
    """Airflow without a worker yet; the store is the bucket."""
    api = {
        "host": sandbox.url,
        "password": "ANYKEYWILLDO4567",
        "extra.calls_per_day": 1_000_000,
        "extra.seconds_between_calls": 0.01,
    }
    folder = tmp_path_factory.mktemp("scale") / "run"
    for made in cluster.start(folder, {"alphavantage_default": api}, SYMBOLS):
        made.api._request(
            "POST",
            "/api/v2/connections",
            json={
                "connection_id": "aws_default",
                "conn_type": "aws",
                "login": "stand-in",
                "password": "stand-in",
                "extra": f'{{"endpoint_url": "{s3.meta.endpoint_url}", "region_name": "us-east-1"}}',
            },
        )
        made.api.set_variable("market_data_store", f"s3://aws_default@{BUCKET}/market")
        pool = {"pool": "alphavantage", "slots": 8, "include_deferred": False}
        made.api._request("PATCH", "/api/v2/pools/alphavantage", json=pool)
        yield made
