"""Commodities and the economy of the United States."""

from __future__ import annotations

from airflow_provider_alphavantage.catalogue.entries import (
    BOTH,
    CALENDAR,
    JSON,
    Function,
    Parameter,
    one_of,
)

_CALENDAR = one_of("interval", *CALENDAR, default="monthly")
_SLOW = one_of("interval", "monthly", "quarterly", "annual", default="monthly")
_METAL = one_of("symbol", "GOLD", "XAU", "SILVER", "XAG")
_MATURITY = one_of("maturity", "3month", "2year", "5year", "7year", "10year", "30year", default="10year")
_GDP = one_of("interval", "quarterly", "annual", default="annual")
_CPI = one_of("interval", "monthly", "semiannual", default="monthly")


def _rows(name: str, *parameters: Parameter, anchor: str | None = None) -> Function:
    anchor = name.lower().replace("_", "-") if anchor is None else anchor
    return Function(name, parameters, "free", BOTH, "list", anchor)


ECONOMY = (
    _rows("WTI", _CALENDAR),
    _rows("BRENT", _CALENDAR),
    _rows("NATURAL_GAS", _CALENDAR),
    _rows("COPPER", _SLOW),
    _rows("ALUMINUM", _SLOW),
    _rows("WHEAT", _SLOW),
    _rows("CORN", _SLOW),
    _rows("COTTON", _SLOW),
    _rows("SUGAR", _SLOW),
    _rows("COFFEE", _SLOW),
    _rows("ALL_COMMODITIES", _SLOW, anchor=""),
    Function("GOLD_SILVER_SPOT", (_METAL,), "free", JSON, "record", "gold-silver-spot"),
    _rows("GOLD_SILVER_HISTORY", _METAL, one_of("interval", *CALENDAR), anchor=""),
    _rows("REAL_GDP", _GDP),
    _rows("REAL_GDP_PER_CAPITA"),
    _rows("TREASURY_YIELD", _CALENDAR, _MATURITY),
    _rows("FEDERAL_FUNDS_RATE", _CALENDAR, anchor="interest-rate"),
    _rows("CPI", _CPI),
    _rows("INFLATION"),
    _rows("RETAIL_SALES"),
    _rows("DURABLES", anchor="durable-goods"),
    _rows("UNEMPLOYMENT"),
    _rows("NONFARM_PAYROLL"),
)
