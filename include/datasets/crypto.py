"""Crypto: one table for all coins and markets, a row for each day (UTC)."""

from __future__ import annotations

from include.datasets.base import Dataset
from include.datasets.rule import PRICE_RULES, PRICES

CRYPTO: tuple[Dataset, ...] = (
    Dataset(
        "btc_usd",
        "DIGITAL_CURRENCY_DAILY",
        table="crypto_daily",
        key=("symbol", "market", "timestamp"),
        parameters={"symbol": "BTC", "market": "USD", "datatype": "csv"},
        day="timestamp",
        columns=PRICES,
        final="day",
        rules=PRICE_RULES,
    ),
)
