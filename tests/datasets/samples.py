"""Datasets as an installation of its own declares them: without subjects, one question each."""

from __future__ import annotations

from include.datasets.base import Dataset
from include.datasets.rule import PRICE_RULES, PRICES, between, present

SAMPLES: tuple[Dataset, ...] = (
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
    Dataset(
        "crude_oil",
        "WTI",
        table="crude_oil_wti",
        key=("interval", "date"),
        parameters={"interval": "monthly", "datatype": "csv"},
        every_days=7,
        day="date",
        columns=("value",),
        rules=(between("value", -100, 1000),),  # below zero in April 2020
    ),
    Dataset(
        "us_unemployment",
        "UNEMPLOYMENT",
        table="us_unemployment",
        key=("date",),
        parameters={"datatype": "csv"},
        every_days=7,
        day="date",
        columns=("value",),
        rules=(between("value", 0, 50),),
    ),
    Dataset(
        "ibm_overview",
        "OVERVIEW",
        table="company_overview",
        key=("symbol", "latest_quarter"),
        parameters={"symbol": "IBM"},
        every_days=7,
        day="latest_quarter",
        columns=("name",),
        rules=(present("name"),),
    ),
)
