"""The economic series and commodities that are simulated, by function: names and units as recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

ENERGY = ("daily", "weekly", "monthly")
GOODS = ("monthly", "quarterly", "annual")
MONTHS_OF = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}


@dataclass(frozen=True)
class Series:
    """One series: its walk, how it is printed and when a value of it appears.

    :param base: the usual value around ``date(2026, 1, 1)``.
    :param growth: a year, of a series that grows; 0 for one that stays around its base.
    :param volatility: the usual change from one value to the next, as a share.
    :param lag: days between the end of a period and its first value.
    :param revised: the largest revision, as a share of the value.
    """

    name: str
    unit: str
    first: date
    intervals: tuple[str, ...]
    default: str
    base: float
    volatility: float
    growth: float = 0.0
    places: int = 2
    lag: int = 14
    revised: float = 0.0
    missing: frozenset[date] = frozenset()
    padded: bool = True

    @property
    def whole(self) -> bool:
        """Amounts of dollars are counted in whole ones (or millions), and printed with a decimal."""
        return self.places == 1 and "dollars" in self.unit


def _energy(name: str, unit: str, first: date, base: float, volatility: float) -> Series:
    return Series(name, unit, first, ENERGY, "monthly", base, volatility, lag=5, padded=False)


def _goods(name: str, unit: str, base: float, first: date = date(1980, 1, 1)) -> Series:
    return Series(name, unit, first, GOODS, "monthly", base, 0.045, 0.02, places=12, lag=20)


def _rate(name: str, base: float, first: date) -> Series:
    return Series(name, "percent", first, ENERGY, "monthly", base, 0.008, lag=1)


def _macro(
    name: str, unit: str, interval: str, base: float, first: date, growth: float, **more: float
) -> Series:
    places, lag, revised = int(more.get("places", 1)), int(more.get("lag", 14)), more.get("revised", 0.0)
    volatility = more.get("volatility", 0.006)
    return Series(name, unit, first, (interval,), interval, base, volatility, growth, places, lag, revised)


# The month of a government shutdown has no value for ever, as CPI and UNEMPLOYMENT of 2025-10 were recorded.
SHUTDOWN = frozenset({date(2025, 10, 1)})
CPI = Series(
    "Consumer Price Index for all Urban Consumers",
    "index 1982-1984=100",
    date(1913, 1, 1),
    ("monthly", "semiannual"),
    "monthly",
    330.0,
    0.002,
    0.03,
    places=3,
    lag=12,
    missing=SHUTDOWN,
)
GDP = Series(
    "Real Gross Domestic Product",
    "billions of dollars",
    date(1929, 1, 1),
    ("quarterly", "annual"),
    "annual",
    5950.0,
    0.006,
    0.025,
    places=3,
    lag=28,
    revised=0.004,
    padded=False,
)
MILLIONS = "millions of dollars"
SERIES = {
    "WTI": _energy("Crude Oil Prices WTI", "dollars per barrel", date(1986, 1, 1), 70.0, 0.02),
    "BRENT": _energy("Crude Oil Prices Brent", "dollars per barrel", date(1987, 5, 1), 74.0, 0.02),
    "NATURAL_GAS": _energy(
        "Henry Hub Natural Gas Spot Price", "dollars per million BTU", date(1997, 1, 1), 3.2, 0.03
    ),
    "COPPER": _goods("Global Price of Copper", "dollar per metric ton", 9700.0),
    "ALUMINUM": _goods("Global Price of Aluminum", "dollar per metric ton", 2600.0),
    "WHEAT": _goods("Global Price of Wheat", "dollar per metric ton", 190.0),
    "CORN": _goods("Global Price of Corn", "dollar per metric ton", 205.0),
    "COTTON": _goods("Global Price of Cotton", "cents per pound", 77.0),
    "SUGAR": _goods("Global Price of Sugar, No. 11, World", "cents per pound", 16.0),
    "COFFEE": _goods("Global Price of Coffee, Other Mild Arabicas", "cents per pound", 330.0),
    "ALL_COMMODITIES": _goods(
        "Global Price Index of All Commodities", "index 2016=100", 170.0, date(1992, 1, 1)
    ),
    "FEDERAL_FUNDS_RATE": _rate("Effective Federal Funds Rate", 3.6, date(1954, 7, 1)),
    "CPI": CPI,
    "REAL_GDP": GDP,
    "REAL_GDP_PER_CAPITA": _macro(
        "Real Gross Domestic Product per Capita",
        "chained 2012 dollars",
        "quarterly",
        70000.0,
        date(1947, 1, 1),
        0.019,
        lag=28,
        revised=0.003,
    ),
    "INFLATION": _macro(
        "Inflation - US Consumer Prices", "percent", "annual", 3.0, date(1960, 1, 1), 0.0, places=14, lag=200
    ),
    "RETAIL_SALES": _macro(
        "Advance Retail Sales: Retail Trade",
        MILLIONS,
        "monthly",
        640000.0,
        date(1992, 1, 1),
        0.04,
        revised=0.005,
    ),
    "DURABLES": _macro(
        "Manufacturer New Orders: Durable Goods",
        MILLIONS,
        "monthly",
        310000.0,
        date(1992, 2, 1),
        0.025,
        lag=26,
        revised=0.008,
    ),
    "UNEMPLOYMENT": Series(
        "Unemployment Rate",
        "percent",
        date(1948, 1, 1),
        ("monthly",),
        "monthly",
        4.4,
        0.03,
        places=1,
        lag=5,
        missing=SHUTDOWN,
    ),
    "NONFARM_PAYROLL": _macro(
        "Total Nonfarm Payroll",
        "thousands of persons",
        "monthly",
        158500.0,
        date(1939, 1, 1),
        0.012,
        places=0,
        lag=5,
        volatility=0.001,
        revised=0.001,
    ),
}

MATURITIES = {"3month": 0.0, "2year": 0.1, "5year": 0.25, "7year": 0.45, "10year": 0.65, "30year": 1.2}


def treasury_name(maturity: str) -> str:
    """``10year`` is the 10-Year rate."""
    word = "Month" if maturity.endswith("month") else "Year"
    return f"{maturity.removesuffix(word.lower())}-{word} Treasury Constant Maturity Rate"


TREASURY = _rate("", 3.6, date(1962, 1, 2))
