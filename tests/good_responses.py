"""A good response of every dataset, written by hand, and the columns its values are in once it is loaded."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from include.datasets.base import Dataset
from include.datasets.registry import dataset_of
from tests.bars import SESSIONS

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_NOTHING = frozenset({"", ".", "None", "null"})


@dataclass(frozen=True)
class Good:
    """What the API answers to one question.

    :param symbol: of whom it is asked, or the name of the dataset.
    :param header: as served; ``columns`` are those of the table, in the same order.
    :param rows: as served.
    :param is_json: one object for each row, each a response of its own; else a CSV of all rows.
    """

    symbol: str
    function: str
    header: str
    columns: str
    rows: tuple[str, ...]
    is_json: bool = False

    @property
    def dataset(self) -> Dataset:
        """The dataset it is of."""
        return dataset_of(self.symbol, self.function)

    @property
    def name(self) -> str:
        """What its verdict stands under."""
        return self.dataset.name_of(self.symbol)

    @property
    def cells(self) -> list[list[str]]:
        """The cells of each row."""
        return [row.split(",") for row in self.rows]

    @property
    def texts(self) -> list[str]:
        """The responses that bring all rows."""
        if self.is_json:
            return [self.written([row]) for row in self.cells]
        return [self.written(self.cells)]

    def truth(self, *, newest: bool = False) -> set[tuple[str, ...]]:
        """Return the rows as the table has them, as texts; ``newest``: those of the last response."""
        rows = self.cells[-1:] if newest and self.is_json else self.cells
        return {tuple(map(plain, row)) for row in rows}

    def written(self, rows: list[list[str]], header: str = "") -> str:
        """Return a response with these rows."""
        names = (header or self.header).split(",")
        if not self.is_json:
            return "\n".join([",".join(names), *map(",".join, rows), ""])
        pairs = [zip(names, row, strict=False) for row in rows]
        return f"{{{', '.join(f'{json.dumps(n)}: {json.dumps(v)}' for row in pairs for n, v in row)}}}"


def plain(value: Any) -> str:
    """Return a value as text: a number without zeros at its end, nothing as nothing."""
    text = "" if value is None else str(value)
    if _NUMBER.fullmatch(text):
        return f"{Decimal(text).normalize():f}"
    return "" if text in _NOTHING else text


def _days(text: str, values: str) -> tuple[str, ...]:
    """The rows of these days, newest first, with these values; # in them is a digit of its own."""
    return tuple(f"{day},{values.replace('#', str(n % 9 + 1))}" for n, day in enumerate(text.split()))


PRICES = "timestamp,open,high,low,close"
WEEKS = "2026-05-15 2026-05-08 2026-05-01 2026-04-24 2026-04-17 2026-04-10 2026-04-02 2026-03-27 2026-03-20"
MONTHS = "2026-04-30 2026-03-31 2026-02-27 2026-01-30 2025-12-31 2025-11-28 2025-10-31 2025-09-30 2025-08-29"
DAYS = "2026-05-15 2026-05-14 2026-05-13 2026-05-12 2026-05-11 2026-05-08 2026-05-07 2026-05-06 2026-05-05"
EVERY_DAY = " ".join(f"2026-05-{day:02}" for day in range(15, 3, -1))
FIRSTS = "2026-04-01 2026-03-01 2026-02-01 2026-01-01 2025-12-01 2025-11-01 2025-09-01 2025-08-01 2025-07-01"
OVERVIEW = "Symbol,AssetType,Name,Exchange,LatestQuarter,PERatio,52WeekHigh,DividendDate,Beta,FiscalYearEnd"
LISTED = "symbol,name,exchange,assetType,ipoDate,delistingDate,status"
ACTIVE = "A AA AAPL AMD AMZN BA C CAT CSCO DIS F GE GM GOOGL IBM INTC JNJ JPM KO MSFT NVDA PFE T".split()
GONE = "AABA ATVI BBBY CELG DWDP EMC FTR GGP JCP LEHMQ MON PCLN RHT SHLD SIVB SPLS TWTR TWX WFM XLNX".split()

LISTED_COLUMNS = "symbol,name,exchange,asset_type,ipo_date,delisting_date,status"

GOOD = (
    Good("A1", "TIME_SERIES_DAILY", f"{PRICES},volume", "data_date,open,high,low,close,volume", tuple(
        f"{day},{210 + n}.1000,{220 + n}.2000,{200 + n}.3000,{215 + n}.4000,{1000 + n}"
        for n, day in reversed(list(enumerate(SESSIONS)))
    )),
    Good("A1", "SPLITS", "effective_date,split_factor", "effective_date,value", (
        "2019-05-06,2.0000", "2014-06-09,7.0000", "2012-03-01,3.0000", "2005-02-28,1.5000",
    )),
    Good(
        "A1", "DIVIDENDS", "ex_dividend_date,declaration_date,record_date,payment_date,amount",
        "effective_date,declaration_date,record_date,payment_date,value",
        ("2026-06-10,2026-05-06,2026-06-10,2026-06-30,0.27", *(
            f"20{year}-{month}-08,20{year}-{month}-01,20{year}-{month}-09,None,0.{year}"
            for year in (26, 25, 24) for month in ("05", "02")
        )),
    ),
    Good("a1_weekly", "TIME_SERIES_WEEKLY", f"{PRICES},volume", "timestamp,open,high,low,close,volume",
         _days(WEEKS, "10.#000,12.#000,9.#000,11.#000,5#000")),
    Good("a1_monthly", "TIME_SERIES_MONTHLY", f"{PRICES},volume", "timestamp,open,high,low,close,volume",
         _days(MONTHS, "20.#000,22.#000,19.#000,21.#000,15#000")),
    Good("eur_usd_fx", "FX_DAILY", PRICES, "timestamp,open,high,low,close",
         _days(DAYS, "1.16#00,1.17#00,1.15#00,1.165#0")),
    Good("btc_usd_crypto", "DIGITAL_CURRENCY_DAILY", f"{PRICES},volume",
         "timestamp,open,high,low,close,volume",
         _days(EVERY_DAY, "67260.3#000000,68339.1#000000,66842.9#000000,67310.4#000000,122.6#361384")),
    Good("wti_commodities", "WTI", "timestamp,value", "date,value",
         ("2020-04-01,-3.25", *_days(FIRSTS, "6#.89"))),
    Good("unemployment_economy", "UNEMPLOYMENT", "timestamp,value", "date,value",
         ("2025-10-01,.", *_days(FIRSTS, "4.#"))),
    Good("ibm_overview", "OVERVIEW", OVERVIEW,
         "symbol,asset_type,name,exchange,latest_quarter,pe_ratio,52_week_high,dividend_date,beta,fiscal_year_end",
         tuple(
             f"IBM,Common Stock,International Business Machines,NYSE,{day},{pe},319.35,{paid},0.58,December"
             for day, pe, paid in (
                 ("2025-09-30", "37.18", "2025-12-10"), ("2025-12-31", "None", "2026-03-10"),
                 ("2026-03-31", "19.42", "2026-06-10"),
             )
         ), is_json=True),
    Good("*active", "LISTING_STATUS", LISTED, LISTED_COLUMNS,
         tuple(f"{name},{name.title()} Inc,NYSE,Stock,1999-11-18,null,Active" for name in ACTIVE)),
    Good("*delisted", "LISTING_STATUS", LISTED, LISTED_COLUMNS,
         tuple(f"{name},{name.title()} Inc,NASDAQ,Stock,1999-11-18,2019-03-01,Delisted" for name in GONE)),
)  # fmt: skip
"""One of each."""
