"""The currencies and coins that are simulated; the values in US dollars are round and made up."""

from __future__ import annotations

from include.sandbox.functions.question import InvalidParameters, Question
from include.sandbox.functions.rates.path import Asset

CURRENCIES = {
    asset.code: asset
    for asset in (
        Asset("USD", "United States Dollar", 1.0, 0.0),
        Asset("EUR", "Euro", 1.15, 0.0045),
        Asset("GBP", "British Pound Sterling", 1.33, 0.005),
        Asset("JPY", "Japanese Yen", 0.0066, 0.0055),
        Asset("CHF", "Swiss Franc", 1.18, 0.0045),
        Asset("AUD", "Australian Dollar", 0.67, 0.006),
        Asset("CAD", "Canadian Dollar", 0.73, 0.0042),
        Asset("NZD", "New Zealand Dollar", 0.6, 0.006),
        Asset("CNY", "Chinese Yuan", 0.14, 0.002),
        Asset("HKD", "Hong Kong Dollar", 0.128, 0.0003),
        Asset("SGD", "Singapore Dollar", 0.75, 0.003),
        Asset("INR", "Indian Rupee", 0.0118, 0.003),
        Asset("KRW", "South Korean Won", 0.00072, 0.005),
        Asset("SEK", "Swedish Krona", 0.1, 0.006),
        Asset("NOK", "Norwegian Krone", 0.095, 0.007),
        Asset("DKK", "Danish Krone", 0.154, 0.0045),
        Asset("PLN", "Polish Zloty", 0.26, 0.006),
        Asset("MXN", "Mexican Peso", 0.053, 0.007),
        Asset("BRL", "Brazilian Real", 0.18, 0.009),
        Asset("ZAR", "South African Rand", 0.055, 0.009),
        Asset("TRY", "Turkish Lira", 0.03, 0.008),
    )
}

COINS = {
    asset.code: asset
    for asset in (
        Asset("BTC", "Bitcoin", 70000.0, 0.025, weekends=True),
        Asset("ETH", "Ethereum", 2800.0, 0.032, weekends=True),
        Asset("LTC", "Litecoin", 85.0, 0.035, weekends=True),
        Asset("XRP", "Ripple", 1.4, 0.04, weekends=True),
        Asset("SOL", "Solana", 140.0, 0.042, weekends=True),
        Asset("ADA", "Cardano", 0.6, 0.04, weekends=True),
        Asset("DOGE", "DogeCoin", 0.15, 0.045, weekends=True),
        Asset("BNB", "Binance-Coin", 600.0, 0.028, weekends=True),
    )
}


def asset_of(question: Question, name: str, offered: dict[str, Asset]) -> Asset:
    """The asset a parameter names.

    :raises InvalidParameters: it is not among ``offered``.
    """
    code = question.query.get(name).upper()
    if code not in offered:
        raise InvalidParameters(f"{name}={code}")
    return offered[code]
