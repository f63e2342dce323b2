"""Addresses of what the API holds, for Airflow's assets."""

from __future__ import annotations

import pytest
from airflow.sdk import Asset

from airflow_provider_alphavantage.assets import create_asset


@pytest.mark.parametrize(
    ("asset", "uri"),
    [
        (create_asset(function="TIME_SERIES_DAILY", symbol="IBM"), "alphavantage://TIME_SERIES_DAILY/IBM"),
        (create_asset(function="LISTING_STATUS"), "alphavantage://LISTING_STATUS"),
        (create_asset(function="SPLITS", symbol="../x"), "alphavantage://SPLITS/..%2Fx"),
        (Asset(uri="alphavantage://splits/BRK-B/"), "alphavantage://SPLITS/BRK-B"),
    ],
)
def test_an_asset_has_one_address(asset, uri):
    assert asset.uri == uri


@pytest.mark.parametrize("uri", ["alphavantage:///IBM", "alphavantage://SPLITS/IBM?apikey=SECRET9KEY"])
def test_an_address_names_a_function_and_holds_no_key(uri):
    with pytest.raises(ValueError, match="alphavantage:// address") as caught:
        Asset(uri=uri)
    assert "SECRET9KEY" not in str(caught.value)
