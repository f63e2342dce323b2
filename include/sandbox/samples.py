"""The artificial rows the vendor sends instead of a refusal (E10): data to look at, quotes to nobody."""

from __future__ import annotations

from typing import Any

MESSAGE = (
    "This is a premium endpoint. ***THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL AND FOR ILLUSTRATION PURPOSES "
    "ONLY***. To access the actual data, please subscribe to any premium plan that mentions 'Realtime US "
    "Market Data' in its description at https://www.alphavantage.co/premium/ for your personal "
    "non-professional use. For professional/commercial use, please contact support at "
    "support@alphavantage.co."
)

NAMES = (
    "symbol,timestamp,open,high,low,close,volume,previous_close,change,change_percent,"
    "extended_hours_quote,extended_hours_change,extended_hours_change_percent"
).split(",")

# REALTIME_BULK_QUOTES__MSFT__cg1.json, the recorded sample: the same rows whatever was asked.
ROWS = """
MSFT,2024-10-18 19:59:55.291,417.61,419.649,416.2601,418.16,17145307,416.72,1.44,0.3456,418.1,-0.06,-0.01435
AAPL,2024-10-18 19:59:50.451,236.0,236.05,234.02,235.0,46431470,232.15,2.85,1.2277,234.83,-0.17,-0.07234
IBM,2024-10-18 19:54:00.879,231.29,232.6499,230.17,232.22,4715482,232.88,-0.66,-0.2834,232.37,0.15,0.06459
"""


def sample_quotes() -> dict[str, Any]:
    """The body of REALTIME_BULK_QUOTES for a key without a realtime plan."""
    rows = [dict(zip(NAMES, row.split(","), strict=True)) for row in ROWS.split("\n")[1:-1]]
    return {"endpoint": "Realtime Bulk Quotes", "message": MESSAGE, "data": rows}
