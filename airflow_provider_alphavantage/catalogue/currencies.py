"""Physical and digital currencies."""

from __future__ import annotations

from dataclasses import replace

from airflow_provider_alphavantage.catalogue.entries import (
    BOTH,
    INTRADAY,
    JSON,
    OUTPUTSIZE,
    SYMBOL,
    Function,
    one_of,
    text,
)

_RATE = (text("from_currency"), text("to_currency"))
_PAIR = (text("from_symbol"), text("to_symbol"))
_COIN = (SYMBOL, text("market"))
_INTRADAY = (one_of("interval", *INTRADAY), OUTPUTSIZE)
_DAILY = replace(OUTPUTSIZE, unsettled=("full",))

CURRENCIES = (
    Function("CURRENCY_EXCHANGE_RATE", _RATE, "free", JSON, "record", "currency-exchange"),
    Function("FX_INTRADAY", _PAIR + _INTRADAY, "premium", BOTH, "series", "fx-intraday"),
    Function("FX_DAILY", (*_PAIR, _DAILY), "free", BOTH, "series", "fx-daily"),
    Function("FX_WEEKLY", _PAIR, "free", BOTH, "series", "fx-weekly"),
    Function("FX_MONTHLY", _PAIR, "free", BOTH, "series", "fx-monthly"),
    Function("CRYPTO_INTRADAY", _COIN + _INTRADAY, "premium", BOTH, "series", "crypto-intraday"),
    Function("DIGITAL_CURRENCY_DAILY", _COIN, "free", BOTH, "series", "currency-daily"),
    Function("DIGITAL_CURRENCY_WEEKLY", _COIN, "free", BOTH, "series", "currency-weekly"),
    Function("DIGITAL_CURRENCY_MONTHLY", _COIN, "free", BOTH, "series", "currency-monthly"),
)
