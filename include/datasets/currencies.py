"""Currencies: one table for all pairs, a row for each day (UTC)."""

from __future__ import annotations

from include.datasets.base import Dataset
from include.datasets.rule import PRICE_RULES, PRICES

CURRENCIES: tuple[Dataset, ...] = (
    Dataset(
        "eur_usd",
        "FX_DAILY",
        table="fx_daily",
        key=("from_symbol", "to_symbol", "timestamp"),
        parameters={"from_symbol": "EUR", "to_symbol": "USD", "datatype": "csv"},
        day="timestamp",
        columns=PRICES,
        final="day",
        rules=PRICE_RULES,
    ),
)
