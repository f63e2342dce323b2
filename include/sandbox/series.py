"""Rows of a time series as the API prints them, JSON or CSV, newest first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from include.sandbox.answers import csv_body

# The first text is the row's date or time; None stands for a figure that is missing.
Row = tuple[str, tuple[str | None, ...]]

PRICES = ("open", "high", "low", "close")
RAW = (*PRICES, "volume")
DAILY_ADJUSTED = (*PRICES, "adjusted_close", "volume", "dividend_amount", "split_coefficient")
# Spaces, where the daily series has underscores: so the vendor prints it.
PERIOD_ADJUSTED = (*PRICES, "adjusted close", "volume", "dividend amount")


@dataclass(frozen=True)
class Family:
    """How one function's series looks; ``file`` begins the name of its download."""

    information: str
    block: str
    columns: tuple[str, ...]
    file: str
    sized: bool = False
    interval: str = ""

    @property
    def csv_header(self) -> str:
        return ",".join(("timestamp", *self.columns))

    @property
    def fields(self) -> tuple[str, ...]:
        names = (column.replace("_", " ") for column in self.columns)
        return tuple(f"{number}. {name}" for number, name in enumerate(names, 1))

    def meta(self, symbol: str, refreshed: str, size: str) -> dict[str, str]:
        entries = [("Information", self.information), ("Symbol", symbol), ("Last Refreshed", refreshed)]
        if self.interval:
            entries.append(("Interval", self.interval))
        if self.sized:
            entries.append(("Output Size", size))
        entries.append(("Time Zone", "US/Eastern"))
        return {f"{number}. {name}": value for number, (name, value) in enumerate(entries, 1)}


def _daily(information: str, columns: tuple[str, ...], file: str) -> Family:
    return Family(information, "Time Series (Daily)", columns, file, sized=True)


FAMILIES = {
    "TIME_SERIES_DAILY": _daily("Daily Prices (open, high, low, close) and Volumes", RAW, "daily"),
    "TIME_SERIES_DAILY_ADJUSTED": _daily(
        "Daily Time Series with Splits and Dividend Events", DAILY_ADJUSTED, "daily_adjusted"
    ),
    "TIME_SERIES_WEEKLY": Family(
        "Weekly Prices (open, high, low, close) and Volumes", "Weekly Time Series", RAW, "weekly"
    ),
    "TIME_SERIES_WEEKLY_ADJUSTED": Family(
        "Weekly Adjusted Prices and Volumes",
        "Weekly Adjusted Time Series",
        PERIOD_ADJUSTED,
        "weekly_adjusted",
    ),
    "TIME_SERIES_MONTHLY": Family(
        "Monthly Prices (open, high, low, close) and Volumes", "Monthly Time Series", RAW, "monthly"
    ),
    "TIME_SERIES_MONTHLY_ADJUSTED": Family(
        "Monthly Adjusted Prices and Volumes",
        "Monthly Adjusted Time Series",
        PERIOD_ADJUSTED,
        "monthly_adjusted",
    ),
}


def family_of(function: str, interval: str = "") -> Family | None:
    """The series a function answers with, if it is one of an equity's."""
    if function == "TIME_SERIES_INTRADAY" and interval:
        information = f"Intraday ({interval}) open, high, low, close prices and volume"
        block = f"Time Series ({interval})"
        return Family(information, block, RAW, f"intraday_{interval}", sized=True, interval=interval)
    return FAMILIES.get(function)


def series_csv(family: Family, rows: Iterable[Row]) -> bytes:
    lines = [",".join((stamp, *map(_cell, values))) for stamp, values in rows]
    return csv_body(family.csv_header, lines)


def _cell(value: str | None) -> str:
    return f'"{value}"' if value and "," in value else value or "null"


def series_json(family: Family, rows: Iterable[Row], *, symbol: str, refreshed: str, size: str) -> bytes:
    """Printed by hand: a faulty body holds one session twice, which no dictionary can."""
    meta = json.dumps({"Meta Data": family.meta(symbol, refreshed, size)}, indent=4, ensure_ascii=False)
    members = ",\n".join(_member(family, row) for row in rows)
    block = f"{{\n{members}\n    }}" if members else "{}"
    head = meta.removesuffix("\n}")
    return f'{head},\n    "{family.block}": {block}\n}}'.encode()


def _member(family: Family, row: Row) -> str:
    stamp, values = row
    pairs = zip(family.fields, values, strict=True)
    lines = ",\n".join(f'            "{name}": {json.dumps(value)}' for name, value in pairs)
    return f'        "{stamp}": {{\n{lines}\n        }}'
