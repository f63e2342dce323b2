"""The symbols of the simulated market: real tickers, so that a client's list works; nothing else is real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from include.sandbox.actions import Actions

# symbol | name | exchange | type | first listed | delisted
TABLE = """
AAPL|Apple Inc|NASDAQ|Stock|1980-12-12|
ABBV|Abbvie Inc|NYSE|Stock|2012-12-10|
ABT|Abbott Laboratories|NYSE|Stock|1980-03-17|
ADBE|Adobe Inc|NASDAQ|Stock|1986-08-14|
AMD|Advanced Micro Devices Inc|NASDAQ|Stock|1980-03-17|
AMZN|Amazon.com Inc|NASDAQ|Stock|1997-05-15|
ATVI|Activision Blizzard Inc|NASDAQ|Stock|1993-10-25|2023-10-13
AVGO|Broadcom Inc|NASDAQ|Stock|2009-08-06|
AXP|American Express Company|NYSE|Stock|1972-06-01|
BA|Boeing Company|NYSE|Stock|1962-01-02|
BAC|Bank of America Corp|NYSE|Stock|1973-02-21|
BLK|BlackRock Inc|NYSE|Stock|1999-10-01|
BRK-B|Berkshire Hathaway Inc Class B|NYSE|Stock|1996-05-09|
C|Citigroup Inc|NYSE|Stock|1977-01-03|
CAT|Caterpillar Inc|NYSE|Stock|1962-01-02|
COST|Costco Wholesale Corp|NASDAQ|Stock|1986-07-09|
CRM|Salesforce Inc|NYSE|Stock|2004-06-23|
CSCO|Cisco Systems Inc|NASDAQ|Stock|1990-02-16|
CVX|Chevron Corp|NYSE|Stock|1962-01-02|
DE|Deere & Company|NYSE|Stock|1972-06-01|
DIA|SPDR Dow Jones Industrial Average ETF Trust|NYSE ARCA|ETF|1998-01-20|
DIS|Walt Disney Company|NYSE|Stock|1962-01-02|
F|Ford Motor Company|NYSE|Stock|1972-06-01|
GE|GE Aerospace|NYSE|Stock|1962-01-02|
GM|General Motors Company|NYSE|Stock|2010-11-18|
GOOG|Alphabet Inc Class C|NASDAQ|Stock|2014-03-27|
GOOGL|Alphabet Inc Class A|NASDAQ|Stock|2004-08-19|
GS|Goldman Sachs Group Inc|NYSE|Stock|1999-05-04|
HD|Home Depot Inc|NYSE|Stock|1981-09-22|
HON|Honeywell International Inc|NASDAQ|Stock|1970-01-02|
IBM|International Business Machines Corp|NYSE|Stock|1962-01-02|
INTC|Intel Corp|NASDAQ|Stock|1980-03-17|
IWM|iShares Russell 2000 ETF|NYSE ARCA|ETF|2000-05-26|
JNJ|Johnson & Johnson|NYSE|Stock|1962-01-02|
JPM|JPMorgan Chase & Co|NYSE|Stock|1980-03-17|
KO|Coca-Cola Company|NYSE|Stock|1962-01-02|
LLY|Eli Lilly and Company|NYSE|Stock|1972-06-01|
LMT|Lockheed Martin Corp|NYSE|Stock|1977-01-03|
LOW|Lowe's Companies Inc|NYSE|Stock|1980-03-17|
MA|Mastercard Inc|NYSE|Stock|2006-05-25|
MCD|McDonald's Corp|NYSE|Stock|1966-07-05|
META|Meta Platforms Inc|NASDAQ|Stock|2012-05-18|
MMM|3M Company|NYSE|Stock|1962-01-02|
MRK|Merck & Co Inc|NYSE|Stock|1970-01-02|
MS|Morgan Stanley|NYSE|Stock|1993-02-23|
MSFT|Microsoft Corp|NASDAQ|Stock|1986-03-13|
NAN|Nuveen New York Quality Municipal Income Fund|NYSE|Stock|1999-05-27|
NFLX|Netflix Inc|NASDAQ|Stock|2002-05-23|
NKE|Nike Inc|NYSE|Stock|1980-12-02|
NVDA|NVIDIA Corp|NASDAQ|Stock|1999-01-22|
ORCL|Oracle Corp|NYSE|Stock|1986-03-12|
PEP|PepsiCo Inc|NASDAQ|Stock|1972-06-01|
PFE|Pfizer Inc|NYSE|Stock|1972-06-01|
PG|Procter & Gamble Company|NYSE|Stock|1962-01-02|
PLTR|Palantir Technologies Inc|NASDAQ|Stock|2020-09-30|
PYPL|PayPal Holdings Inc|NASDAQ|Stock|2015-07-06|
QCOM|Qualcomm Inc|NASDAQ|Stock|1991-12-13|
QQQ|Invesco QQQ Trust Series 1|NASDAQ|ETF|1999-03-10|
RTX|RTX Corp|NYSE|Stock|1962-01-02|
SBUX|Starbucks Corp|NASDAQ|Stock|1992-06-26|
SPY|SPDR S&P 500 ETF Trust|NYSE ARCA|ETF|1993-01-29|
T|AT&T Inc|NYSE|Stock|1983-11-21|
TGT|Target Corp|NYSE|Stock|1973-02-21|
TSLA|Tesla Inc|NASDAQ|Stock|2010-06-29|
TWTR|Twitter Inc|NYSE|Stock|2013-11-07|2022-10-28
TXN|Texas Instruments Inc|NASDAQ|Stock|1972-06-01|
UNH|UnitedHealth Group Inc|NYSE|Stock|1984-10-17|
UNP|Union Pacific Corp|NYSE|Stock|1980-01-02|
UPS|United Parcel Service Inc Class B|NYSE|Stock|1999-11-10|
V|Visa Inc|NYSE|Stock|2008-03-19|
VZ|Verizon Communications Inc|NYSE|Stock|1983-11-21|
WFC|Wells Fargo & Company|NYSE|Stock|1972-06-01|
WMT|Walmart Inc|NYSE|Stock|1972-08-25|
XOM|Exxon Mobil Corp|NYSE|Stock|1962-01-02|
"""


@dataclass(frozen=True)
class Listing:
    """One company under one symbol; ``name`` says that it is simulated.

    :param actions: its splits and dividends; None where they are drawn.
    :param continues: what it was until it took this symbol, whose history it carries on.
    """

    symbol: str
    name: str
    exchange: str
    asset_type: str
    listed: date
    delisted: date | None
    actions: Actions | None = None
    continues: Listing | None = None

    @property
    def first_listed(self) -> date:
        """The day its history begins, under whatever symbol."""
        return self.continues.first_listed if self.continues else self.listed

    @property
    def drawn_as(self) -> str:
        """What its prices are drawn by: two companies with one symbol have different ones."""
        if self.continues:
            return self.continues.drawn_as
        return self.symbol if self.actions is None else f"{self.symbol} {self.listed}"

    @property
    def all_actions(self) -> Actions | None:
        """Its splits and dividends since its history began; None where they are drawn."""
        earlier = self.continues.all_actions if self.continues else None
        return earlier + self.actions if earlier and self.actions else self.actions

    def is_active(self, day: date) -> bool:
        return self.listed <= day and not self.is_delisted(day)

    def is_delisted(self, day: date) -> bool:
        return self.delisted is not None and self.delisted <= day

    def overlaps(self, other: Listing) -> bool:
        """Whether there is a day on which both are listed."""
        return not (self.is_delisted(other.listed) or other.is_delisted(self.listed))


def read_listings(table: str = TABLE) -> dict[str, Listing]:
    """Every listing by symbol, in alphabetical order."""
    return {listing.symbol: listing for listing in map(_read, table.strip().splitlines())}


def _read(line: str) -> Listing:
    symbol, name, exchange, asset_type, listed, delisted = line.split("|")
    return Listing(
        symbol,
        f"{name} (simulated)",
        exchange,
        asset_type,
        date.fromisoformat(listed),
        date.fromisoformat(delisted) if delisted else None,
    )
